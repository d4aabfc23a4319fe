use std::path::Path;
use std::process::ExitCode;

use store::Database;
use store::audit::verify::{self, Contradiction, Expected, Outside, Verified};

use super::Global;
use crate::audit_log::{self, AuditLog, Witness};
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::output;
use crate::problem::Problem;

pub(super) fn run(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    given: Option<&Path>,
) -> Result<ExitCode, Problem> {
    let found = verify_installation(installation, db, given)?;
    output::one(global.output, &found, || {
        let mut text = format!(
            "{} events in the tree under {} signed heads, compared with {} checkpoints kept outside; {} wait for their place, {} under no head yet, {} payloads erased\n",
            found.events,
            found.checkpoints,
            found.outside,
            found.waiting,
            found.unsigned,
            found.erased_payloads
        );
        for contradiction in &found.contradictions {
            text += &format!("ALTERED {contradiction}\n");
        }
        text
    })?;
    match found.contradictions.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        [first, ..] => Err(Problem::new(
            faults::AUDIT_BROKEN,
            format!(
                "{} of the trail's rows contradict each other, first {first}",
                found.contradictions.len()
            ),
        )),
    }
}

/// Verifies the trail with the audit keys that the ceremony recorded, and with what is kept outside the
/// database: the worker's own checkpoints, the published one, and those in the file `given`.
pub fn verify_installation(
    installation: &Installation,
    db: &mut Database,
    given: Option<&Path>,
) -> Result<Verified, Problem> {
    let log = AuditLog::of(db)?;
    let witness = Witness::at(&installation.config.audit_folder);
    let folder = jobs::folder(installation);
    let published = folder.read(&folder.audit_checkpoint_path())?;
    let mut found = against(&log, db, audit_log::outside(&witness, published, given)?)?;
    if witness.pinned_key()?.is_some_and(|pinned| pinned != log.verifier_key()) {
        found.contradictions.push(Contradiction {
            row: "service_keys audit".to_owned(),
            what: "is not the key that is kept outside".to_owned(),
        });
    }
    Ok(found)
}

/// Verifies the rows alone.
pub fn verify_with_audit_key(db: &mut Database) -> Result<Verified, Problem> {
    against(&AuditLog::of(db)?, db, Vec::new())
}

fn against(log: &AuditLog, db: &mut Database, outside: Vec<Outside<'_>>) -> Result<Verified, Problem> {
    let is_ours = |signed: &_| log.is_ours(signed);
    Ok(verify::run(db, Expected { origin: log.origin(), is_ours: &is_ours, outside })?)
}
