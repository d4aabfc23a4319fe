use ca_core::signer::process::LedgerKind;
use ca_core::signing::{self, LedgerPlace, Reconciled};
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
    let mut follow = |kind| follow(db, installation, kind, running_since, act);
    Ok(Signatures { issuing: follow(LedgerKind::Issuing)?, answers: follow(LedgerKind::Answers)? })
}

fn follow(
    db: &mut Database,
    installation: &Installation,
    kind: LedgerKind,
    running_since: Timestamp,
    act: &Act,
) -> Result<Reconciled, Problem> {
    let file = ledger_file(kind, installation);
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let place = format!("{host}:{}", file.display());
    let log = match AuditLog::of(db) {
        Ok(log) => Some(log),
        // Before the ceremony that makes its key.
        Err(problem) if problem.code() == faults::AUDIT_KEY_MISSING => None,
        Err(problem) => return Err(problem),
    };
    let log = log.as_ref().map(AuditLog::origin);
    let ledger = LedgerPlace { file: &file, kind, place: &place, log, running_since };
    let done = signing::reconcile(db, &ledger, &mut system_rng(), act)?;
    for alarm in &done.alarms {
        tracing::error!(code = alarm.code.name, "signing ledger: {} ({})", alarm.what, alarm.code.help);
    }
    Ok(done)
}
