use professional_registry::TechnicalStructureId;
use store::{Database, Timestamp};

use super::evidence::{EvidenceError, decisions_on, missing, verify_each};
use crate::approval::{ApprovalVerifier, Decidable};
use crate::decision::{self, Decision};
use crate::mandate;
use crate::order::{self, CardOrder, Origin, StaffTie};

/// Verifies that whoever submitted `subject`, an order or a request, at `submitted_at` spoke for the structure: an officer approved his
/// mandate, for this structure, and it stood when he asked and when it was decided on.
pub(super) fn verify(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    submitted_at: Timestamp,
    tie: &StaffTie,
) -> Result<(), EvidenceError> {
    let mut moments = vec![submitted_at];
    moments.extend(decisions_on(db, subject)?.into_iter().map(|decision| decision.decided_at));
    verify_mandate(db, verifier, subject, (tie, Some(&subject.submitted_by)), &moments)
}

/// The same of an order that a plan made: nobody asked, and a mandate for the structure stood when it was made. A plan holds no names: they
/// are those of the order of the card that is renewed, and an officer signed for that one.
pub(super) fn verify_planned(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    order: &CardOrder,
    tie: &StaffTie,
) -> Result<(), EvidenceError> {
    verify_mandate(db, verifier, &order.decidable(), (tie, None), &[order.submitted_at])?;
    let subject = format!("order {}", order.number);
    let mut former = renewed(db, order, &subject)?;
    while matches!(former.origin, Origin::Plan(_)) {
        former = renewed(db, &former, &subject)?;
    }
    let former = former.decidable();
    let decisions = decisions_on(db, &former)?;
    verify_as_of_its_moment(db, verifier, &former, &decisions)
}

/// The order of the card that this one renews: for the same holder, of the same names.
fn renewed(db: &mut Database, order: &CardOrder, subject: &str) -> Result<CardOrder, EvidenceError> {
    let card = order.replaces.as_ref().map(|card| card::find(db, card)).transpose()?.flatten();
    let card = card.ok_or_else(|| missing(subject, "it renews no card"))?;
    let former = order::get(db, &card.order_number)?;
    let names =
        |order: &CardOrder| (order.holder.clone(), order.family_name.clone(), order.given_name.clone());
    match names(&former) == names(order) {
        true => Ok(former),
        false => Err(missing(subject, "nobody signed for these names")),
    }
}

/// Somebody who is said to speak for a structure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgentClaim<'a> {
    /// By the mandate of this number,
    pub(crate) mandate: &'a str,
    /// for this structure;
    pub(crate) structure: &'a TechnicalStructureId,
    /// who: the agent's login; nobody in particular, where a plan asks.
    pub(crate) agent: Option<&'a str>,
}

fn verify_mandate(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    (tie, agent): (&StaffTie, Option<&String>),
    moments: &[Timestamp],
) -> Result<(), EvidenceError> {
    let name = format!("{} {}", subject.kind, subject.number);
    let agent = agent.map(String::as_str);
    let claim = AgentClaim { mandate: &tie.mandate, structure: &tie.structure, agent };
    verify_agent(db, verifier, &name, claim, moments)
}

/// Verifies for what is called `name` that the mandate is this agent's, for this structure, stood at each of these moments, and that an officer signed for
/// it; only a signature has ended it. Rows beside what the worker has found to hold say nothing. That proof is verified as of its own moment,
/// when the worker had seen it: a mandate lasts for years, the life of a proof is that of what it is about.
pub(crate) fn verify_agent(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    name: &str,
    claim: AgentClaim<'_>,
    moments: &[Timestamp],
) -> Result<(), EvidenceError> {
    let mandate = mandate::get(db, claim.mandate)?.as_signed();
    if claim.agent.is_some_and(|agent| mandate.login != agent) || mandate.structure != *claim.structure {
        return Err(missing(name, "its mandate is another agent's, or for another structure"));
    }
    if !moments.iter().all(|moment| mandate.stood(*moment)) {
        return Err(missing(name, "the mandate of its agent did not stand"));
    }
    // A trigger refuses it; the worker trusts no row, whichever trigger let it in.
    let decisions: Vec<Decision> = mandate.on_its_beginning().cloned().collect();
    if decisions.iter().any(|decision| decision.decided_by == mandate.login) {
        return Err(missing(name, "its agent decided on his own mandate"));
    }
    verify_as_of_its_moment(db, verifier, &mandate.its_beginning(), &decisions)
}

/// These decisions, all that count on it, hold as of when they were taken, seen by the worker and in effect.
pub(crate) fn verify_as_of_its_moment(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    decisions: &[Decision],
) -> Result<(), EvidenceError> {
    let mut settled = None;
    for decision in decisions {
        let seen_at = decision::receipt(db, decision)?.map(|receipt| receipt.seen_at);
        let effective_at = decision::effective_at(db, verifier, subject.kind, decision)?;
        settled = settled.max(seen_at).max(Some(decision.decided_at)).max(Some(effective_at));
    }
    let at = settled.ok_or_else(|| missing(&subject.number, "nobody decided on it"))?;
    verify_each(db, verifier, subject, decisions, at)
}
