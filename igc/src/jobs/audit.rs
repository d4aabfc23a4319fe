use ca_core::signer::Signer;
use serde_json::{Value, json};
use store::audit::sequencer::{self, Sequenced};
use store::audit::{backlog, checkpoint};
use store::{Act, Database, crash_point};

use super::Worker;
use crate::audit_log::{AuditLog, Witness};
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    sequence(worker, act).map(|done| json!(done))
}

/// Orders every waiting audit event, has the head of the tree signed, keeps it outside and publishes it.
pub fn sequence(worker: &mut Worker, act: &Act) -> Result<Sequenced, Problem> {
    sequence_with(&worker.installation, &mut worker.db, &mut worker.signer, act)
}

/// The same, with a connection and a signer of one's own.
pub fn sequence_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    act: &Act,
) -> Result<Sequenced, Problem> {
    let outcome = order_and_sign(installation, db, signer, act);
    let waits = backlog::of(db)?;
    if waits.is_late(act.at) {
        tracing::error!(
            code = faults::AUDIT_LEAF_LATE.name,
            audit.waiting = waits.waiting,
            "{} audit events stand under no signed head, the oldest for {} s ({})",
            waits.waiting,
            waits.age(act.at).as_secs(),
            faults::AUDIT_LEAF_LATE.help
        );
    }
    outcome
}

fn order_and_sign(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    act: &Act,
) -> Result<Sequenced, Problem> {
    let log = AuditLog::of(db)?;
    let witness = Witness::at(&installation.config.audit_folder);
    witness.pin(&log.verifier_key())?;
    if let Some(kept) = &witness.last()? {
        log.refuse_rollback(db, kept)?;
    }
    // Kept outside before it is recorded inside: no checkpoint is only where the database's owner can reach it.
    let mut sign = |db: &mut Database, checkpoint| -> Result<_, Problem> {
        let signed = log.sign(db, signer, checkpoint, act)?;
        witness.append(&signed)?;
        crash_point("audit.witnessed");
        Ok(signed)
    };
    let done = sequencer::run(db, log.origin(), &mut sign, act)?;
    crash_point("audit.recorded");
    if let Some(newest) = checkpoint::newest(db, log.origin())? {
        // Another worker signed it, or this one keeps its first: what is recorded is kept too.
        let kept = witness.last()?.map_or(0, |kept| kept.checkpoint.size);
        if !log.is_ours(&newest) {
            let what =
                format!("audit_checkpoints {}: its signature is not the audit key's", newest.checkpoint.size);
            return Err(Problem::new(faults::AUDIT_BROKEN, what));
        }
        if newest.checkpoint.size > kept {
            witness.append(&newest)?;
        }
        super::folder(installation).publish_audit_checkpoint(&newest.to_string())?;
    }
    Ok(done)
}
