//! The register of that day, which no longer names one of the players.

use professional_registry::import::ImportOptions;

use crate::cli::generate::write_extract;
use crate::cli::registry::import;
use crate::demo::cast;
use crate::demo::stage::Stage;
use crate::demo::steps::register::fictional;
use crate::problem::Problem;

pub fn register(stage: &mut Stage) -> Result<((), String), Problem> {
    let mut register = fictional();
    // Chosen from the register that was copied: the same players as on the day of the copy.
    let cast = cast::choose(&mut stage.worker.db, &register)?;
    let gone: Vec<_> = cast.struck_off.id.rpps().cloned().into_iter().collect();
    stage.cast = Some(cast);
    register.strike_off(&gone);
    let act = stage.operator();
    let written = write_extract(&register, &stage.path("register"), act.at)?;
    let report = import(&mut stage.worker.db, &written.path, &ImportOptions::default(), &act)?;
    Ok(((), format!("{} rows, one person struck off, feed {}…", report.rows_read, &report.feed[..16])))
}
