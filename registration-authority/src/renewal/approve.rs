use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::{PlanReadError, PlanStatus, RenewalPlan, get};
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
/// planned. Inside the caller's write transaction.
pub fn approve(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    id: &str,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<RenewalPlan, ApprovePlanError> {
    let mut plan = get(db, id)?;
    let subject = plan.decidable();
    let given = Given { version: subject.version, verdict: Verdict::Approve, proof, reason_text: None };
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    plan.status = PlanStatus::Approved;
    let mut payload = taken.event_payload();
    payload["items"] = json!(plan.items.len());
    let event = audit::Event { action: "renewal.approved", subject: format!("renewal plan {id}"), payload };
    audit::record(db, event, rng, act)?;
    Ok(plan)
}
