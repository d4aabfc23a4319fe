use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::{PlanReadError, PlanStatus, RenewalPlan, get, set_status};
use crate::approval::{ApprovalProof, ApprovalVerifier, Verdict};
use crate::decision::{self, DecideError, Given};

/// Why a plan is not approved.
#[derive(Debug, Error)]
pub enum ApprovePlanError {
    /// The plan cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanReadError),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ApprovePlanError {
    fn code(&self) -> Code {
        match self {
            Self::Plan(error) => error.code(),
            Self::Decide(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Approves a plan, every line of it, in the name of the officer who acts and who made `proof`: never who
/// planned. Of a plan that asks for two, the first approval leaves it proposed, and the second must be another's. Inside the
/// caller's write transaction.
pub fn approve(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    id: &str,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<RenewalPlan, ApprovePlanError> {
    // Of two who approve at once, the second waits here, and then sees the first.
    set_status(db, id, PlanStatus::Proposed.as_str(), PlanStatus::Proposed.as_str())?;
    let plan = get(db, id)?;
    let subject = plan.decidable();
    let given = Given { version: subject.version, verdict: Verdict::Approve, proof, reason_text: None };
    let checked = decision::check(db, verifier, subject, given, act)?;
    let is_first = plan.asks_for_two() && plan.first_of_two().is_none();
    let taken = if is_first { checked.record_first(db)? } else { checked.record(db, act)? };
    let mut payload = taken.event_payload();
    payload["items"] = json!(plan.items.len());
    let action = if is_first { "renewal.approved-first" } else { "renewal.approved" };
    let event = audit::Event { action, subject: format!("renewal plan {id}"), payload };
    audit::record(db, event, rng, act)?;
    Ok(get(db, id)?)
}
