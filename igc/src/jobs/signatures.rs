use std::path::Path;

use ca_core::signer::process::LedgerKind;
use ca_core::signing::{self, Alarm, LedgerPlace, Reconciled};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Database, Timestamp};

use super::Worker;
use crate::audit_log::AuditLog;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;
use crate::signer::ledger_file;

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    Ok(json!(reconcile(&mut worker.db, &worker.installation, worker.began, act)?))
}

/// What a run found in the two ledgers.
#[derive(Debug, Serialize)]
pub struct Signatures {
    /// Certificates, CRLs, lists, checkpoints.
    pub issuing: Reconciled,
    /// OCSP answers.
    pub answers: Reconciled,
}

/// Holds the lines that a signer's process has written since against what was intended. `running_since` is when whoever
/// looks began to run: a record can be awaited only where somebody could make it.
pub fn reconcile(
    db: &mut Database,
    installation: &Installation,
    running_since: Timestamp,
    act: &Act,
) -> Result<Signatures, Problem> {
    let issuing = follow(db, installation, LedgerKind::Issuing, running_since, act)?;
    let mut answers = follow(db, installation, LedgerKind::Answers, running_since, act)?;
    let file = ledger_file(LedgerKind::Answers, installation);
    let forgotten = signing::forgotten_places(db, (&file, &place_of(&file)), &mut system_rng(), act)?;
    tell(&forgotten);
    answers.alarms.extend(forgotten);
    Ok(Signatures { issuing, answers })
}

/// Where a ledger stands: two nodes on one database have one each.
fn place_of(file: &Path) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{host}:{}", file.display())
}

fn tell(alarms: &[Alarm]) {
    for alarm in alarms {
        tracing::error!(code = alarm.code.name, "signing ledger: {} ({})", alarm.what, alarm.code.help);
    }
}

/// Reads again what was looked at of the ledger of certificates, CRLs, lists and checkpoints: how many lines that are.
pub fn read_again(db: &mut Database, installation: &Installation, act: &Act) -> Result<u64, Problem> {
    let (file, kind) = (ledger_file(LedgerKind::Issuing, installation), LedgerKind::Issuing);
    let place = place_of(&file);
    let ledger = LedgerPlace { file: &file, kind, place: &place, log: None, running_since: act.at };
    Ok(signing::read_again(db, &ledger, &mut system_rng(), act)?)
}

fn follow(
    db: &mut Database,
    installation: &Installation,
    kind: LedgerKind,
    running_since: Timestamp,
    act: &Act,
) -> Result<Reconciled, Problem> {
    let file = ledger_file(kind, installation);
    let place = place_of(&file);
    let log = match AuditLog::of(db) {
        Ok(log) => Some(log),
        // Before the ceremony that makes its key.
        Err(problem) if problem.code() == faults::AUDIT_KEY_MISSING => None,
        Err(problem) => return Err(problem),
    };
    let log = log.as_ref().map(AuditLog::origin);
    let ledger = LedgerPlace { file: &file, kind, place: &place, log, running_since };
    let done = signing::reconcile(db, &ledger, &mut system_rng(), act)?;
    tell(&done.alarms);
    Ok(done)
}
