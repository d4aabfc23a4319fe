use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::renewal_plans;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::{PlanReadError, PlanStatus, RenewalPlan, get};
use crate::approval::{ApprovalProof, ApprovalVerifier, SubjectKind, Verdict};
use crate::decision::{self, DecideError};

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
    if plan.status != PlanStatus::Proposed {
        return Err(not_open(&plan).into());
    }
    let subject = plan.decidable();
    let statement = decision::check(db, verifier, &subject, subject.version, proof, Verdict::Approve, act)?;
    decision::record(db, &subject, &statement, None, proof)?;
    let moved = diesel::update(renewal_plans::table)
        .filter(renewal_plans::id.eq(id).and(renewal_plans::status.eq("proposed")))
        .set(renewal_plans::status.eq("approved"))
        .execute(db)?;
    if moved == 0 {
        return Err(not_open(&plan).into());
    }
    plan.status = PlanStatus::Approved;
    let event = audit::Event {
        action: "renewal.approved",
        subject: format!("renewal plan {id}"),
        payload: json!({"items": plan.items.len()}),
    };
    audit::record(db, event, rng, act)?;
    Ok(plan)
}

fn not_open(plan: &RenewalPlan) -> DecideError {
    DecideError::NotOpen {
        kind: SubjectKind::RenewalPlan,
        number: plan.id.clone(),
        status: plan.status.as_str().to_owned(),
    }
}
