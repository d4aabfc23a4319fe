//! An import in a process of its own, as `igc registry import` is one: its memory counts from its start.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use professional_registry::import::{ImportOptions, import_extract};
use store::{Act, Database, DatabaseRole, Timestamp};

use crate::child::{Child, Role, own_peak};
use crate::installation::{act, chance};
use crate::status::tell;

/// Its process.
pub const IMPORTER: Role = Role { word: "importer", run: serve };

/// What it says once it could begin.
const READY: &str = "ready";

/// What an import took; the start of its process is not in it.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Seconds.
    pub wall: f64,
    /// The most octets the process had in memory, its start included.
    pub peak: f64,
}

/// Imports the extract of `file`, made so much later than now, into the database at `url`.
pub fn import(url: &str, file: &Path, later: Duration) -> Took {
    let later = later.as_secs().to_string();
    let mut child = Child::start(IMPORTER.word, &[url, &file.display().to_string(), &later]);
    assert_eq!(child.hear(), READY);
    let said = child.ask("go");
    let (wall, peak) = said.split_once(' ').expect("it says two numbers");
    let number = |text: &str| text.parse().expect("it says two numbers");
    Took { wall: number(wall), peak: number(peak) }
}

fn serve(arguments: &[String]) {
    let [url, file, later] = arguments else { panic!("its parent writes three words") };
    let later = Duration::from_secs(later.parse().expect("its parent writes a number"));
    let mut db = Database::open(url, DatabaseRole::Owner).expect("the database is there");
    let at: Timestamp = act().at.plus(later);
    let act = Act { at, ..act() };
    let options = ImportOptions { extracted_at: Some(at), ..ImportOptions::default() };
    let mut file = File::open(file).expect("it was written before");
    tell(READY);
    let mut word = String::new();
    std::io::stdin().read_line(&mut word).expect("its parent lives");
    let began = Instant::now();
    import_extract(&mut db, &mut file, "extract", &options, &mut |_, _| (), &mut chance(), &act)
        .expect("the extract is good");
    tell(&format!("{} {}", began.elapsed().as_secs_f64(), own_peak()));
}
