use ca_core::signer::process::LedgerKind;
use ca_core::signing::{self, LedgerPlace, Reconciled};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Database};

use super::Worker;
use crate::audit_log::AuditLog;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;
use crate::signer::ledger_file;

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    Ok(json!(reconcile(&mut worker.db, &worker.installation, act)?))
}

/// What a run found in the two ledgers.
#[derive(Debug, Serialize)]
pub struct Signatures {
    /// Certificates, CRLs, lists, checkpoints.
    pub issuing: Reconciled,
    /// OCSP answers.
    pub answers: Reconciled,
}

/// Holds the lines that a signer's process has written since against what was intended.
pub fn reconcile(db: &mut Database, installation: &Installation, act: &Act) -> Result<Signatures, Problem> {
    Ok(Signatures {
        issuing: follow(db, installation, LedgerKind::Issuing, act)?,
        answers: follow(db, installation, LedgerKind::Answers, act)?,
    })
}

fn follow(
    db: &mut Database,
    installation: &Installation,
    kind: LedgerKind,
    act: &Act,
) -> Result<Reconciled, Problem> {
    let file = ledger_file(kind, installation);
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let place = format!("{host}:{}", file.display());
    // None before the ceremony that makes its key.
    let log = AuditLog::of(db).ok();
    let log = log.as_ref().map(AuditLog::origin);
    let ledger = LedgerPlace { file: &file, kind, place: &place, log };
    let done = signing::reconcile(db, &ledger, &mut system_rng(), act)?;
    for alarm in &done.alarms {
        tracing::error!(code = alarm.code.name, "signing ledger: {} ({})", alarm.what, alarm.code.help);
    }
    Ok(done)
}
