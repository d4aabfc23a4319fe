use std::collections::BTreeSet;

use card::CardKind;
use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

#[cfg(test)]
mod tests;

use super::bulk::NotInBulk;
use super::{CardOrder, OrderError, OrderState, get, set_status};
use crate::approval::{ApprovalProof, ApprovalVerifier, SubjectKind, Verdict};
use crate::decision::{self, DecideError, Decision, Given, Taken};
use crate::eligibility::{self, Condition, Decider, NotEligible, Product};
use crate::officers::{self, Right};
use crate::outbox::{self, Notice, Recipient};
use crate::queue::lease;
use crate::risk::{self, RiskError};
use crate::{delegation, structure_notices};

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
    /// A bulk decides on other orders, not on this one.
    #[error(transparent)]
    Bulk(#[from] NotInBulk),
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
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
            Self::Bulk(error) => error.code(),
            Self::Risk(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            Self::Decide(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Approves an order at `version`, in the name of the officer who acts and who made `proof`.
///
/// Never the submitter; the register is asked again, and must still name the holder as the order does. Where a flag of the order
/// asks for two officers, the first one's approval leaves it [`OrderState::Submitted`]. Inside the caller's write transaction.
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
    let checked = decision::check(db, verifier, order.decidable(), given, act)
        .map_err(|error| by_rule(order.kind, error))?;
    check_eligible(db, registry, &order, act)?;
    risk::look_again(db, registry, &order, act)?;
    if proof.is_bulk() && risk::asks_for_two(db, &order)? {
        return Err(NotInBulk::TwoOfficers(number.to_owned()).into());
    }
    // Two who approve at once take turns at the row: the second sees the first's decision.
    if !set_status(db, number, version, "submitted", "submitted", act)? {
        return Err(DecideError::not_open(&order.decidable(), "no longer open").into());
    }
    // And whose name the first decided in: of two that are one person the second is refused, not recorded.
    decision::may_decide(db, &order.decidable(), version, act).map_err(|error| by_rule(order.kind, error))?;
    if risk::asks_for_two(db, &order)? && approvals(db, &order)?.is_empty() {
        let taken = checked.record_first(db)?;
        let event = audit::Event {
            action: "order.approved-by-one",
            subject: format!("order {number}"),
            payload: taken.event_payload(),
        };
        audit::record(db, event, rng, act)?;
        // A colleague who is on it looks for himself, and learns nothing of this one by being taken off it.
        lease::end_of(db, number, act.actor.officer().unwrap_or_default())?;
        return Ok(order);
    }
    let taken = checked.record(db, act)?;
    conclude(db, verifier, order, &taken, rng, act)
}

/// Who stands behind an approval of the order's current version: who took it, and in whose name.
pub(crate) fn approvals(db: &mut Database, order: &CardOrder) -> QueryResult<Vec<String>> {
    let decisions = decision::of(db, SubjectKind::CardOrder, &order.number)?;
    approvals_among(db, order, decisions)
}

/// The same, of the decisions on it.
pub(crate) fn approvals_among(
    db: &mut Database,
    order: &CardOrder,
    decisions: Vec<Decision>,
) -> QueryResult<Vec<String>> {
    let standing = decisions.into_iter().filter(|one| one.subject_version == order.version && one.approves());
    let mut persons = BTreeSet::new();
    for one in standing {
        persons.extend(delegation::behind(db, &one)?);
    }
    Ok(persons.into_iter().collect())
}

/// The rules permit the order now, and the officer who acts to approve it.
pub(super) fn check_eligible(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    act: &Act,
) -> Result<(), ApproveError> {
    let decider = decider(db, order, act)?;
    Ok(eligibility::check_decision(db, registry, order, decider, act.at)?)
}

fn decider(db: &mut Database, order: &CardOrder, act: &Act) -> Result<Decider, ApproveError> {
    let officer = officers::require(db, Right::Decide, act).map_err(DecideError::from)?;
    Ok(Decider {
        role: officer.role,
        submitted_it: officer.login == order.submitted_by,
        approved_it: approvals(db, order)?.contains(&officer.login),
    })
}

/// Nobody decides on his own order: refused by the rule that says so.
pub(super) fn by_rule(kind: CardKind, error: DecideError) -> ApproveError {
    match error {
        DecideError::SelfApproval { .. } => {
            eligibility::refused_by(Product::Card(kind), Condition::Approver, error.to_string()).into()
        }
        error => error.into(),
    }
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
    let checked = decision::check(db, verifier, order.decidable(), given, act)?;
    if decider(db, &order, act)?.approved_it {
        // Of two, the first: he takes his approval back before he refuses.
        let (kind, login) = (SubjectKind::CardOrder, act.actor.officer().unwrap_or_default().to_owned());
        return Err(DecideError::AnotherNeeded { kind, number: order.number, login }.into());
    }
    let taken = checked.record(db, act)?;
    conclude(db, verifier, order, &taken, rng, act)
}

/// The order as the decision leaves it. The trail is told now, holder and submitter when it has [taken
/// effect](decision::take_effect).
fn conclude(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    mut order: CardOrder,
    taken: &Taken,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    let verdict = taken.statement.verdict();
    let (state, action) = match verdict {
        Verdict::Approve => (OrderState::Approved { at: act.at }, "order.approved"),
        Verdict::Refuse => (OrderState::Refused { at: act.at }, "order.refused"),
    };
    order.state = state;
    lease::end(db, &order.number)?;
    let kind = SubjectKind::CardOrder;
    let until = taken.statement.decided_at().plus(verifier.delays().of(kind, verdict, taken.in_bulk));
    decision::await_effect(db, (kind, &order.number, order.version), until)?;
    let (subject, payload) = (format!("order {}", order.number), taken.event_payload());
    audit::record(db, audit::Event { action, subject, payload }, rng, act)?;
    Ok(order)
}

/// Tells holder and submitter what became of an order.
pub(super) fn tell(
    db: &mut Database,
    notice: Notice,
    order: &CardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let subject = format!("order {}", order.number);
    if order.tie.staff().is_none() {
        outbox::put(db, Recipient::Holder(&order.holder.to_string()), notice, &subject, rng, act)?;
    }
    if order.is_submitted_by_a_person() {
        outbox::put(db, Recipient::Officer(&order.submitted_by), notice, &subject, rng, act)?;
    }
    match notice {
        Notice::Approved => structure_notices::tell_of_order(db, order, rng, act),
        _ => Ok(()),
    }
}
