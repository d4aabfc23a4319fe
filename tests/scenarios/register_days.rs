//! The demonstration's register on later days, as its publisher would write it.

use std::path::PathBuf;
use std::time::Duration;

use acceptance::harness::{Finished, run};
use store::DatabaseRole;

use super::workshop::Workshop;

/// Who is in the demonstration's register and has no card: no two extracts are the same, and he makes the difference.
pub const WITHOUT_A_CARD: [&str; 2] = ["99700007018", "99700007026"];

impl Workshop {
    /// The extract of so many hours from now, without these persons (RPPS): written, and not imported.
    pub fn extract(&self, hours: u64, gone: &[&str]) -> PathBuf {
        let later = self.open(DatabaseRole::Owner).now().unwrap().plus(Duration::from_secs(hours * 3600));
        let mut generate = self.command(&["generate", "register", "--professionals", "1000", "--seed", "1"]);
        for rpps in gone {
            generate.args(["--strike-off", rpps]);
        }
        let folder = self.dir().join(format!("extract-{hours}"));
        let written = run(generate.args(["--extracted-at", &later.to_string(), "--out"]).arg(folder));
        PathBuf::from(written.expect_exit(0).json()[0]["path"].as_str().unwrap())
    }

    /// Imports a file, however that ends.
    pub fn import(&self, file: &std::path::Path) -> Finished {
        run(self.command(&["registry", "import"]).arg(file))
    }

    /// Imports the extract of that hour and holds every card against it; the cards that were opposed.
    #[track_caller]
    pub fn a_day_comes(&self, hours: u64, gone: &[&str]) -> Vec<String> {
        self.import(&self.extract(hours, gone)).expect_exit(0);
        self.opposed_by_the_register()
    }

    /// Holds every card against the register; the cards that were opposed.
    #[track_caller]
    pub fn opposed_by_the_register(&self) -> Vec<String> {
        serde_json::from_value(self.job("revalidation")["opposed"].clone()).unwrap()
    }
}
