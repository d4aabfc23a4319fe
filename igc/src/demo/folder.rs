//! The demonstration's folder. One that is a demonstration's is replaced; any other is left alone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::problem::Problem;
use crate::setup::file_problem;

/// Makes room for a demonstration in `dir`: nothing is there, nothing is in there, or an earlier
/// demonstration is, which is removed.
pub fn clear(dir: &Path) -> Result<(), Problem> {
    let mut entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(file_problem(dir, &error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let Some(demo) = demonstration_in(dir) else {
        let detail = format!("{} is not empty and is not a demonstration's folder", dir.display());
        return Err(Problem::new(faults::FOLDER_NOT_OURS, detail));
    };
    if let Some(home) = demo.bureau_home {
        BureauProcess::remove(&home)?;
    }
    fs::remove_dir_all(dir).map_err(|error| file_problem(dir, &error))
}

struct Demonstration {
    bureau_home: Option<PathBuf>,
}

/// What an earlier demonstration, of whatever version of this program, says of itself.
fn demonstration_in(dir: &Path) -> Option<Demonstration> {
    let text = fs::read_to_string(dir.join("igc.toml")).ok()?;
    let table: toml::Table = text.parse().ok()?;
    let is_demo = table.get("kind").and_then(toml::Value::as_str) == Some("demo");
    let bureau_home = table
        .get("demo")
        .and_then(|demo| demo.get("bureau_home"))
        .and_then(toml::Value::as_str)
        .map(PathBuf::from);
    is_demo.then_some(Demonstration { bureau_home })
}
