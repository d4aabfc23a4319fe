//! The audit trail: whole here, and broken on a copy where one row was altered.

use diesel::connection::SimpleConnection;
use store::{Actor, Database, DatabaseRole};

use crate::cli::audit::verify_with_audit_key;
use crate::demo::stage::Stage;
use crate::faults;
use crate::jobs;
use crate::problem::Problem;

pub fn audit(stage: &mut Stage) -> Result<((), String), Problem> {
    let act = stage.installation().act(Actor::Job("audit"));
    jobs::sequence(&mut stage.worker, &act)?;
    let whole = verify_with_audit_key(&mut stage.worker.db)?;
    if let Some(contradiction) = whole.contradictions.first() {
        return Err(Problem::new(faults::DEMO_STEP, contradiction.to_string()));
    }
    let named = match stage.installation().config.database_url.clone().strip_prefix("sqlite:") {
        Some(path) => Some(altered_copy(stage, std::path::Path::new(path))?),
        None => None,
    };
    let mut detail = format!("{} events under {} signed heads", whole.events, whole.checkpoints);
    if let Some(row) = named {
        detail += &format!("; an altered copy is found out: {row}");
    }
    Ok(((), detail))
}

/// Copies the file, alters one row as somebody who owns the file can, and has it verified.
fn altered_copy(stage: &mut Stage, path: &std::path::Path) -> Result<String, Problem> {
    let copy = path.with_extension("altered");
    stage.worker.db.copy_into(&copy)?;
    let verified = (|| -> Result<_, Problem> {
        let mut db = Database::open(&format!("sqlite:{}", copy.display()), DatabaseRole::Owner)?;
        db.batch_execute(ALTERATION)?;
        verify_with_audit_key(&mut db)
    })();
    for suffix in ["", "-wal", "-shm"] {
        let mut file = copy.clone().into_os_string();
        file.push(suffix);
        // What SQLite has tidied up itself is not there any more.
        let _ = std::fs::remove_file(file);
    }
    match verified?.contradictions.first() {
        Some(contradiction) => Ok(contradiction.row.clone()),
        None => Err(Problem::new(faults::DEMO_STEP, "an altered row of the audit trail was not found out")),
    }
}

/// What somebody who owns the file can do.
const ALTERATION: &str = include_str!("../alteration.sql");
