use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::{CardOrder, OrderError, OrderState, get};
use crate::approval::{ApprovalProof, ApprovalVerifier, Verdict};
use crate::decision::{self, DecideError, Given, Taken};
use crate::eligibility::{self, NotEligible};
use crate::outbox::{self, Notice, Recipient};

/// Why an order is not decided on.
#[derive(Debug, Error)]
pub enum ApproveError {
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Who decides, on which version, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The rules no longer permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ApproveError {
    fn code(&self) -> Code {
        match self {
            Self::Order(error) => error.code(),
            Self::Decide(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Approves an order at `version`, in the name of the officer who acts and who made `proof`.
///
/// Never the submitter; the register is asked again, and must still name the holder as the order does.
/// Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "two collaborators and a proof, by the order of the house")]
pub fn approve(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    let order = get(db, number)?;
    let given = Given { version, verdict: Verdict::Approve, proof, reason_text: None };
    let checked = decision::check(db, verifier, order.decidable(), given, act)?;
    eligibility::check_order(db, registry, &order, true, act.at)?;
    let taken = checked.record(db, act)?;
    conclude(db, order, &taken, rng, act)
}

/// Refuses an order at `version`. The reason's code is in the signed statement; `reason_text` is the
/// officer's own sentence, and needed where the reason is `other`. Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a proof and a sentence, by the order of the house")]
pub fn refuse(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    let order = get(db, number)?;
    let given = Given { version, verdict: Verdict::Refuse, proof, reason_text };
    let taken = decision::check(db, verifier, order.decidable(), given, act)?.record(db, act)?;
    conclude(db, order, &taken, rng, act)
}

/// The order as the decision leaves it; holder, submitter and trail are told.
fn conclude(
    db: &mut Database,
    mut order: CardOrder,
    taken: &Taken,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    let (state, action, notice) = match taken.statement.verdict() {
        Verdict::Approve => (OrderState::Approved { at: act.at }, "order.approved", Notice::Approved),
        Verdict::Refuse => (OrderState::Refused { at: act.at }, "order.refused", Notice::Refused),
    };
    order.state = state;
    tell(db, action, notice, &order, taken.event_payload(), rng, act)?;
    Ok(order)
}

/// Tells holder and submitter what became of an order, and leaves its event.
pub(super) fn tell(
    db: &mut Database,
    action: &'static str,
    notice: Notice,
    order: &CardOrder,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let subject = format!("order {}", order.number);
    outbox::put(db, Recipient::Holder(&order.holder.to_string()), notice, &subject, rng, act)?;
    if !order.submitted_by.contains(':') {
        outbox::put(db, Recipient::Officer(&order.submitted_by), notice, &subject, rng, act)?;
    }
    audit::record(db, audit::Event { action, subject, payload }, rng, act)
}
