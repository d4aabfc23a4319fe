//! A fictional extract of the national register, written in the real format and imported.

use professional_registry::fictional::FictionalRegister;
use professional_registry::import::ImportOptions;

use crate::cli::generate::write_extract;
use crate::cli::registry::import;
use crate::demo::cast;
use crate::demo::stage::Stage;
use crate::problem::Problem;

/// Persons in the register of a demonstration.
const PROFESSIONALS: u32 = 1_000;
/// The same people every time.
const SEED: u64 = 1;

/// The register on the day of the demonstration.
pub fn fictional() -> FictionalRegister {
    FictionalRegister::new(PROFESSIONALS, SEED)
}

pub fn register(stage: &mut Stage) -> Result<((), String), Problem> {
    let register = fictional();
    let act = stage.operator();
    let written = write_extract(&register, &stage.path("register"), act.at)?;
    let report = import(&mut stage.worker.db, &written.path, &ImportOptions::default(), &act)?;
    stage.cast = Some(cast::choose(&mut stage.worker.db, &register)?);
    Ok(((), format!("{} rows, {} persons, feed {}…", report.rows_read, report.persons, &report.feed[..16])))
}
