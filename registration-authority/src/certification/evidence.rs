//! What proves that something was approved, looked at again before anything follows from it.

use ca_core::issuance::{Evidence, EvidenceKind};
use der::asn1::OctetString;
use der::{Encode, Sequence};
use diesel::QueryResult;
use professional_registry::Registry;
use store::{Database, Timestamp};

pub use super::evidence_error::EvidenceError;
use super::mandate_evidence;
use super::one_decision::{Place, verify_entitled, verify_proof};
use crate::approval::{ApprovalVerifier, Decidable, SubjectKind};
use crate::certificate_request::{self, CertificateRequest, RequestState};
use crate::decision::{self, Decision};
use crate::officers;
use crate::order::{self, CardOrder, OrderState, Origin};
use crate::renewal::{self, Outcome, PlanStatus, RenewalPlan};
use crate::risk::{self, RaisedFlag};

/// An order whose approval was verified just now. Nothing but [`verify_evidence`] makes one.
#[derive(Debug)]
pub struct ApprovedOrder {
    order: CardOrder,
    evidence: Evidence,
}

impl ApprovedOrder {
    /// The order.
    pub fn order(&self) -> &CardOrder {
        &self.order
    }

    /// What `ca-core` records with the certificate.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The order, to keep.
    pub fn into_order(self) -> CardOrder {
        self.order
    }
}

/// A certificate request whose approval was verified just now. Nothing but
/// [`verify_request_evidence`] makes one.
#[derive(Debug)]
pub struct ApprovedRequest {
    request: CertificateRequest,
    evidence: Evidence,
}

impl ApprovedRequest {
    /// The request.
    pub fn request(&self) -> &CertificateRequest {
        &self.request
    }

    /// What `ca-core` records with the certificate.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// Verifies, at `at`, that the order was approved as its row stands now: by another officer over this very
/// version, by two where a flag asks for it or the worker itself finds that one should (`risk`), or by an approved plan that
/// renews the card it replaces. Works in a transaction or outside.
#[expect(clippy::disallowed_methods, reason = "the decisions are verified here")]
pub fn verify_evidence(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    number: &str,
    at: Timestamp,
) -> Result<ApprovedOrder, EvidenceError> {
    let order = order::get(db, number)?;
    if !matches!(order.state, OrderState::Approved { .. } | OrderState::Ordered { .. }) {
        return Err(missing(&format!("order {number}"), "it is not approved"));
    }
    let evidence = match &order.origin {
        Origin::Officer | Origin::Register => {
            let bytes = verify_decisions(db, verifier, &order.decidable(), at)?;
            if let Some(staff) = order.tie.staff() {
                mandate_evidence::verify(db, verifier, &order.decidable(), order.submitted_at, staff)?;
            }
            Evidence::verified(EvidenceKind::Officer, &bytes)
        }
        Origin::Plan(plan) => {
            let plan = renewal::get(db, plan)?;
            check_planned(&order, &plan)?;
            if let Some(staff) = order.tie.staff() {
                mandate_evidence::verify_planned(db, verifier, &order, staff)?;
            }
            Evidence::verified(EvidenceKind::Plan, &verify_plan(db, verifier, &plan, at)?)
        }
    };
    let found = second_officer_missing(db, registry, &order, at)?;
    if !found.is_empty() {
        return Err(EvidenceError::SecondOfficer { subject: format!("order {number}"), found });
    }
    Ok(ApprovedOrder { order, evidence })
}

/// The flags for which two officers must approve the order and have not; none where they have, or none asks for it. Of what a plan
/// ordered, the contact of its holder alone: its officer has read a list, and a card that replaces one goes where the register says.
pub(crate) fn second_officer_missing(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Vec<RaisedFlag>, EvidenceError> {
    if let Origin::Plan(_) = order.origin {
        return Ok(match card::of_order(db, &order.number)? {
            None => risk::changed_contact(db, order, at)?,
            Some(_) => Vec::new(),
        });
    }
    // Whoever is one of two looks at this order, and signs for it alone.
    let decisions = decisions_on(db, &order.decidable())?;
    if decisions.len() >= 2 && !decisions.iter().any(Decision::in_bulk) {
        return Ok(Vec::new());
    }
    Ok(risk::worker_asks_for_two(db, registry, order, at)?)
}

/// The same for a certificate request.
#[expect(clippy::disallowed_methods, reason = "the decisions are verified here")]
pub fn verify_request_evidence(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    at: Timestamp,
) -> Result<ApprovedRequest, EvidenceError> {
    let request = certificate_request::get(db, number)?;
    if !matches!(request.state, RequestState::Approved { .. } | RequestState::Issued { .. }) {
        return Err(missing(&format!("certificate request {number}"), "it is not approved"));
    }
    let subject = request.decidable();
    let bytes = verify_decisions(db, verifier, &subject, at)?;
    if let Some(staff) = request.subject.person().and_then(|person| person.tie.staff()) {
        mandate_evidence::verify(db, verifier, &subject, request.submitted_at, staff)?;
    }
    Ok(ApprovedRequest { request, evidence: Evidence::verified(EvidenceKind::Officer, &bytes) })
}

/// The same for a renewal plan: the bytes of the evidence.
pub(crate) fn verify_plan(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    plan: &RenewalPlan,
    at: Timestamp,
) -> Result<Vec<u8>, EvidenceError> {
    if matches!(plan.status, PlanStatus::Proposed | PlanStatus::Ended) {
        return Err(missing(&format!("renewal plan {}", plan.id), "it is not approved"));
    }
    let subject = plan.decidable();
    let bytes = verify_decisions(db, verifier, &subject, at)?;
    if plan.asks_for_two() && decisions_on(db, &subject)?.len() < 2 {
        return Err(missing(&format!("renewal plan {}", plan.id), "two officers must approve it"));
    }
    Ok(bytes)
}

/// Who signed the decisions on it, each by login and name, and when: with whom it is compared what is near to them. The name is that of
/// whoever's passkey signed, or of the officer's row where the demo's key did.
pub(crate) fn signers(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    at: Timestamp,
) -> Result<Vec<Signer>, EvidenceError> {
    let roster = verifier.roster(db)?;
    let mut signers = Vec::new();
    for decision in decisions_on(db, subject)? {
        let verified = verify_proof(verifier, &roster, subject, &decision, Place::AsReceived, at)?;
        let display_name = match verified.passkey {
            Some((key, _)) => key.display_name,
            None => officers::find(db, &decision.decided_by)?.map_or(String::new(), |one| one.display_name),
        };
        signers.push(Signer { login: decision.decided_by, display_name, at: decision.decided_at });
    }
    Ok(signers)
}

/// Who signed a decision.
pub(crate) struct Signer {
    pub(crate) login: String,
    pub(crate) display_name: String,
    /// When he decided.
    pub(crate) at: Timestamp,
}

/// The same for what two officers release: who the two are.
pub(crate) fn verify_two(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    at: Timestamp,
) -> Result<[String; 2], EvidenceError> {
    verify_decisions(db, verifier, subject, at)?;
    let mut officers = decisions_on(db, subject)?.into_iter().map(|decision| decision.decided_by);
    match (officers.next(), officers.next()) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => Err(missing(&format!("{} {}", subject.kind, subject.number), "two officers must approve it")),
    }
}

/// A planned order is what the plan says of its card, and nothing else. Its names are not in the plan: they
/// are compared with the register when the card is certified.
fn check_planned(order: &CardOrder, plan: &RenewalPlan) -> Result<(), EvidenceError> {
    let subject = format!("order {}", order.number);
    let item = order.replaces.as_ref().and_then(|card| plan.item(card));
    let Some(item) = item else { return Err(missing(&subject, "its card is not in the plan")) };
    let planned = item.outcome == Outcome::Renew
        && item.order_number.as_ref() == Some(&order.number)
        && item.holder == order.holder.to_string()
        && item.kind == order.kind
        && item.exercise == order.tie.key()
        && plan.planned_by == order.submitted_by;
    if planned { Ok(()) } else { Err(missing(&subject, "the plan does not say so")) }
}

/// ```text
/// DecisionEvidence ::= SEQUENCE {
///     canonical OCTET STRING,               -- the canonical encoding of what was approved
///     proofs    SEQUENCE OF OCTET STRING }  -- each decision's proof, by officer
/// ```
#[derive(Sequence)]
struct DecisionEvidence {
    canonical: OctetString,
    proofs: Vec<OctetString>,
}

/// Every decision on this version approves it, holds, and comes from somebody who could; and there is one.
pub(super) fn verify_decisions(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    at: Timestamp,
) -> Result<Vec<u8>, EvidenceError> {
    let decisions = decisions_on(db, subject)?;
    verify_each(db, verifier, subject, &decisions, at)?;
    Ok(encode(subject, &decisions))
}

/// The same of these decisions on it.
pub(super) fn verify_each(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    decisions: &[Decision],
    at: Timestamp,
) -> Result<(), EvidenceError> {
    let name = format!("{} {} version {}", subject.kind, subject.number, subject.version);
    if decisions.is_empty() {
        return Err(missing(&name, "nobody decided on it"));
    }
    let roster = verifier.roster(db)?;
    for decision in decisions {
        if !decision.approves() {
            return Err(missing(&name, "an officer refused it"));
        }
        let place = match decision::receipt(db, decision)? {
            Some(_) => Place::AsReceived,
            None => Place::AsOfNow,
        };
        let verified = verify_proof(verifier, &roster, subject, decision, place, at)?;
        let key = verified.passkey.as_ref().map(|(key, _)| key);
        let stated = (&verified.statement, key);
        verify_entitled(db, verifier, &roster, subject, stated, (decisions, place))?;
        require_receipt(db, decision, key.is_some(), &name)?;
        // Its version is gone with it; a row that was put back by hand says so here.
        if decision::is_retracted(db, decision)? {
            return Err(missing(&name, "its officer took the decision back"));
        }
        let from = decision::effective_at(db, verifier, subject.kind, decision)?;
        if at < from {
            return Err(EvidenceError::NotEffective { subject: name, from });
        }
    }
    Ok(())
}

/// The `DecisionEvidence` of the decisions that stand on this version, as they are: for an auditor.
pub(super) fn decision_evidence(db: &mut Database, subject: &Decidable) -> QueryResult<Vec<u8>> {
    Ok(encode(subject, &decisions_on(db, subject)?))
}

/// The decisions on this version, by officer.
pub(super) fn decisions_on(db: &mut Database, subject: &Decidable) -> QueryResult<Vec<Decision>> {
    let mut decisions = match subject.kind {
        // They have no next version: who was refused is as who never decided.
        SubjectKind::RenewalPlan | SubjectKind::RegisterFeed | SubjectKind::OppositionPlan => {
            decision::that_count(db, subject.kind, &subject.number)?
        }
        _ => decision::of(db, subject.kind, &subject.number)?,
    };
    decisions.retain(|decision| decision.subject_version == subject.version);
    decisions.sort_by(|a, b| a.decided_by.cmp(&b.decided_by));
    Ok(decisions)
}

fn encode(subject: &Decidable, decisions: &[Decision]) -> Vec<u8> {
    let octets = |bytes: &[u8]| OctetString::new(bytes).expect("bounded, far below what DER can say");
    let evidence = DecisionEvidence {
        canonical: octets(&subject.canonical),
        proofs: decisions.iter().map(|decision| octets(&decision.proof)).collect(),
    };
    evidence.to_der().expect("bounded, far below what DER can say")
}

/// The worker has seen this very proof, in its time, and it held then: within the officer's scope by the register of that moment, too.
/// A demonstration's proof need not have been seen yet.
fn require_receipt(
    db: &mut Database,
    decision: &Decision,
    needed: bool,
    subject: &str,
) -> Result<(), EvidenceError> {
    match decision::receipt(db, decision)? {
        None if !needed => Ok(()),
        None => Err(EvidenceError::NotReceived { subject: subject.to_owned() }),
        Some(receipt) if !receipt.is_of(&decision.proof) => {
            Err(missing(subject, "the worker has received another proof"))
        }
        Some(receipt) if receipt.refusal.is_some() => {
            Err(missing(subject, "the worker has refused the decision"))
        }
        Some(_) => Ok(()),
    }
}

pub(super) fn missing(subject: &str, reason: &'static str) -> EvidenceError {
    EvidenceError::Missing { subject: subject.to_owned(), reason }
}
