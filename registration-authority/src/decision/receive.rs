//! The worker receives decisions: it verifies each proof a first time, takes its nonce back, writes down what it saw, and
//! tells the officer in whose name it was made. What it has not received is not certified.

use diesel::prelude::*;
use professional_registry::{Registry, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::schema::{decision_inbox, decision_receipts, decisions};
use store::{Act, Code, Database, Fault, Timestamp, audit};

use super::{Decision, Receipt, digest, nonce, whole_bulk};
use crate::approval::{
    ApprovalProof, ApprovalVerifier, Decidable, ProofRefused, Statement, SubjectKind, Verified,
};
use crate::certification::evidence::{EvidenceError, second_officer_missing};
use crate::certification::one_decision::{Place, verify_entitled, verify_proof};
use crate::enrolment::{self, EnrolledKey, Roster};
use crate::four_eyes::{self, KeepOffError};
use crate::order::{Because, CardOrder, OrderError, OrderState, Origin};
use crate::risk::{self, RiskError};
use crate::{
    certificate_request, delegation, faults, held_feed, lapse, mandate, officers, order, renewal, suspension,
};

/// Decisions of one run; the others wait for the next.
const AT_ONCE: i64 = 200;

/// What became of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// `card-order CO-2026-000001 version 1`.
    pub subject: String,
    /// Who is said to have decided.
    pub officer: String,
    /// The code of why it is worth nothing; none where it holds.
    pub refusal: Option<&'static str>,
}

type Key = (String, String, i64, String);

/// Looks at each decision that nobody has looked at, each in a transaction of its own.
pub fn receive(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<Received>, EvidenceError> {
    let waiting: Vec<Key> = decision_inbox::table.limit(AT_ONCE).load(db)?;
    let mut received = Vec::new();
    for key in waiting {
        received.extend(db.write(|db| {
            let roster = verifier.roster(db)?;
            one(db, registry, verifier, &roster, &key, rng, act)
        })?);
    }
    Ok(received)
}

/// Nothing where nothing was decided, where another run was quicker, or where its officer took it back. What has gone on since to another
/// version is refused, and told to who decided: a decision in his name is never without a line.
fn one(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    key: &Key,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Received>, EvidenceError> {
    let (kind, number, version, by) = key;
    let key = (kind, number, *version, by);
    let taken = diesel::delete(decision_inbox::table.find(key)).execute(db)?;
    let decision: Option<Decision> =
        decisions::table.find(key).select(Decision::as_select()).first(db).optional()?;
    let (Some(decision), 1) = (decision, taken) else { return Ok(None) };
    if super::receipt(db, &decision)?.is_some() {
        return Ok(None);
    }
    let judged = match decidable(db, registry, (kind, number, *version))? {
        // What its officer took back himself he knows of.
        Ok(subject) if subject.version != *version && super::is_retracted(db, &decision)? => return Ok(None),
        Ok(subject) if subject.version != *version => Err(stale(subject.kind)),
        Ok(subject) => judge(db, registry, verifier, roster, &subject, &decision, act)?,
        Err(code) => Err(code),
    };
    write_down(db, &decision, &judged, rng, act)?;
    let refusal = judged.as_ref().err().copied();
    let waits = [SubjectKind::CardOrder, SubjectKind::CertificateRequest];
    if let Some(kind) = waits.into_iter().find(|waits| kind == waits.as_str()) {
        let gone = kind == SubjectKind::CardOrder
            && given_back(db, registry, (number, *version), refusal, rng, act)?;
        if !gone && refusal.is_none() {
            let until = super::can_be_taken_back_until(verifier, kind, &decision);
            super::await_effect(db, (kind, number, *version), until)?;
        }
    }
    Ok(Some(Received {
        subject: format!("{kind} {number} version {version}"),
        officer: by.clone(),
        refusal: refusal.map(|code| code.name),
    }))
}

/// Gives the order back to the officers where the decision on it is worth nothing, for this reason, or where the worker finds that two must
/// approve it and one has, before anybody is told that it was approved; whether it did. What cannot be known now is asked again before the
/// card is made.
fn given_back(
    db: &mut Database,
    registry: &mut dyn Registry,
    (number, version): (&str, i64),
    refusal: Option<Code>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, EvidenceError> {
    let order = match order::get(db, number) {
        Ok(order) => order,
        Err(OrderError::Database(error)) => return Err(error.into()),
        Err(_) => return Ok(false),
    };
    // What a plan ordered is decided on with the plan.
    if order.version != version || matches!(order.origin, Origin::Plan(_)) {
        return Ok(false);
    }
    let found = match (refusal, &order.state) {
        (None, OrderState::Approved { .. }) => second_officer_missing(db, registry, &order, act.at),
        (Some(_), OrderState::Submitted | OrderState::Approved { .. }) => {
            risk::worker_asks_for_two(db, registry, &order, act.at).map_err(EvidenceError::from)
        }
        // Whoever forges a decision beside a refusal that holds, or has not been looked at yet, has the order opened by nobody.
        (Some(_), OrderState::Refused { .. }) if !super::may_be_refused(db, &order.decidable())? => {
            Ok(Vec::new())
        }
        _ => return Ok(false),
    };
    let reopened = match found {
        Ok(found) if found.is_empty() && refusal.is_none() => return Ok(false),
        Ok(found) => db
            .attempt(|db| order::reopen(db, registry, &order, Because { found, refusal }, rng, act))
            .map_err(EvidenceError::from),
        Err(error) => Err(error),
    };
    match reopened {
        Err(EvidenceError::Risk(
            RiskError::Database(error) | RiskError::Registry(RegistryError::Database(error)),
        )) => Err(error.into()),
        // The decisions on other orders do not wait for this one's register row.
        Err(EvidenceError::Risk(error)) => {
            tracing::error!(order.number = number, code = error.code().name, "order {number}: {error}");
            Ok(false)
        }
        reopened => reopened,
    }
}

/// The code of a decision on a version that is gone.
fn stale(kind: SubjectKind) -> Code {
    match kind {
        SubjectKind::CardOrder => faults::ORDER_STALE_VERSION,
        SubjectKind::CertificateRequest => faults::REQUEST_STALE_VERSION,
        _ => faults::RELEASE_STALE_VERSION,
    }
}

/// The proof holds now, its nonce is taken back, whoever made it could, and the subject is not near to him; a row of a bulk counts
/// [with the others](whole_bulk). The outer error is the database's.
fn judge(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    subject: &Decidable,
    decision: &Decision,
    act: &Act,
) -> Result<Result<Verified, Code>, EvidenceError> {
    let verified = match verify_proof(verifier, roster, subject, decision, Place::AsOfNow, act.at) {
        Ok(verified) => verified,
        Err(error) => return Ok(Err(error.code())),
    };
    let key = verified.passkey.as_ref().map(|(key, _)| key);
    if let Some(key) = key {
        // A key that was revoked meanwhile signs for no moment before.
        if !key.counts(act.at) {
            return Ok(Err(ProofRefused::AnotherKey.code()));
        }
        if !verifier.can_tell(roster, &key.login) {
            return Ok(Err(ProofRefused::NobodyTold(key.login.clone()).code()));
        }
    }
    let by = SignedBy { verifier, roster, key };
    let bulk = ApprovalProof::decode(&decision.proof_kind, &decision.proof).and_then(|proof| proof.bulk());
    let judged = match bulk {
        Some(bulk) => whole_bulk::take(db, registry, by, (&bulk, subject), &verified, act)?,
        None => {
            let spent = match key {
                Some(_) => nonce::take_back(db, &verified.statement, &verified.signed, act.at)?,
                None => Ok(()),
            };
            match spent {
                Ok(()) => may_decide(db, by, subject, &verified.statement)?,
                Err(refused) => Err(refused.code()),
            }
        }
    };
    Ok(judged.map(|()| verified))
}

/// Who signed, by whose keys it is known.
#[derive(Clone, Copy)]
pub(super) struct SignedBy<'a> {
    pub(super) verifier: &'a ApprovalVerifier,
    pub(super) roster: &'a Roster,
    /// The officer's key; none where the demo's signed.
    pub(super) key: Option<&'a EnrolledKey>,
}

/// Whoever stated this of the subject may now, and it is near neither to him nor to who delegated to him. The outer error is the database's.
pub(super) fn may_decide(
    db: &mut Database,
    SignedBy { verifier, roster, key }: SignedBy<'_>,
    subject: &Decidable,
    statement: &Statement,
) -> Result<Result<(), Code>, EvidenceError> {
    let others = super::of(db, subject.kind, &subject.number)?;
    let among = (others.as_slice(), Place::AsOfNow);
    let delegated = match verify_entitled(db, verifier, roster, subject, (statement, key), among) {
        Ok(delegated) => delegated,
        Err(EvidenceError::Database(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(error.code())),
    };
    let officer = match key {
        Some(key) => Some((key.login.clone(), key.display_name.clone())),
        None => officers::find(db, statement.officer())?.map(|one| (one.login, one.display_name)),
    };
    // What is near to him in whose name somebody decides is near enough.
    let delegator = delegated.map(|one| (one.delegator, one.delegator_name));
    for (login, name) in officer.into_iter().chain(delegator) {
        if let Err(code) = keeps_off(db, (&login, &name), subject, statement.decided_at())? {
            return Ok(Err(code));
        }
    }
    Ok(Ok(()))
}

/// The code of why this officer keeps off the subject, if he does; the outer error is the database's.
fn keeps_off(
    db: &mut Database,
    officer: (&str, &str),
    subject: &Decidable,
    at: Timestamp,
) -> QueryResult<Result<(), Code>> {
    match four_eyes::check(db, officer, (subject.concerns.as_ref(), &subject.reach), at) {
        Ok(()) => Ok(Ok(())),
        Err(KeepOffError::Database(error) | KeepOffError::Registry(RegistryError::Database(error))) => {
            Err(error)
        }
        Err(error) => Ok(Err(error.code())),
    }
}

fn write_down(
    db: &mut Database,
    decision: &Decision,
    judged: &Result<Verified, Code>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let Decision { subject_kind, subject_number, subject_version, decided_by, .. } = decision;
    let passkey = judged.as_ref().ok().and_then(|verified| verified.passkey.as_ref());
    let credential = passkey.map(|(key, _)| hex::encode(&key.credential_id));
    let count = passkey.map(|(_, count)| i64::from(*count));
    let receipt = Receipt {
        proof: hex::encode(Sha256::digest(&decision.proof)),
        seen_at: act.at,
        refusal: judged.as_ref().err().map(|code| code.name.to_owned()),
    };
    let before: Option<i64> = match &credential {
        Some(credential) => decision_receipts::table
            .filter(decision_receipts::credential.eq(credential))
            .select(diesel::dsl::max(decision_receipts::sign_count))
            .first(db)?,
        None => None,
    };
    diesel::insert_into(decision_receipts::table)
        .values((
            decision_receipts::subject_kind.eq(subject_kind),
            decision_receipts::subject_number.eq(subject_number),
            decision_receipts::subject_version.eq(subject_version),
            decision_receipts::decided_by.eq(decided_by),
            decision_receipts::proof.eq(&receipt.proof),
            decision_receipts::credential.eq(&credential),
            decision_receipts::sign_count.eq(count),
            decision_receipts::seen_at.eq(receipt.seen_at),
            decision_receipts::refusal.eq(&receipt.refusal),
        ))
        .execute(db)?;
    digest::note(db, decision, &receipt, rng, act)?;
    let action = if judged.is_ok() { "decision.received" } else { "decision.refused" };
    let mut payload = json!({
        "officer": decided_by,
        "version": subject_version,
        "decision": decision.decision,
        "proof_kind": decision.proof_kind,
        "proof": receipt.proof,
    });
    if let Some(delegation) = decision.delegation() {
        payload["delegation"] = json!(delegation);
    }
    if let Err(code) = judged {
        payload["refusal"] = json!(code.name);
    }
    // Zero: an authenticator that does not count.
    if let (Some(before), Some(count)) = (before, count)
        && count != 0
        && count <= before
    {
        payload["sign_count_went_back"] = json!({ "before": before, "now": count });
    }
    let subject = format!("{} {subject_number}", subject_of_trail(subject_kind));
    audit::record(db, audit::Event { action, subject, payload }, rng, act)
}

/// As the trail names the thing elsewhere.
pub(super) fn subject_of_trail(kind: &str) -> String {
    match kind {
        "card-order" => "order".to_owned(),
        "register-feed" => "feed".to_owned(),
        "officer-enrolment" => "enrolment".to_owned(),
        "officer-delegation" => "delegation".to_owned(),
        "suspension-lift" => "suspension".to_owned(),
        other => other.replace('-', " "),
    }
}

/// What was decided on, as it stands, or the code of why it cannot be had; the outer error is the database's. Of a suspension, as it stood at
/// that version: the refusal that ended it is seen, and told of, too.
fn decidable(
    db: &mut Database,
    registry: &mut dyn Registry,
    (kind, number, version): (&str, &str, i64),
) -> Result<Result<Decidable, Code>, EvidenceError> {
    const KINDS: [SubjectKind; 9] = [
        SubjectKind::CardOrder,
        SubjectKind::CertificateRequest,
        SubjectKind::RenewalPlan,
        SubjectKind::RegisterFeed,
        SubjectKind::OppositionPlan,
        SubjectKind::OfficerEnrolment,
        SubjectKind::SuspensionLift,
        SubjectKind::StructureMandate,
        SubjectKind::OfficerDelegation,
    ];
    fn had<T, E: Fault>(found: Result<T, E>, of: impl Fn(&T) -> Decidable) -> Result<Decidable, Code> {
        found.map(|thing| of(&thing)).map_err(|error| error.code())
    }
    let Some(kind) = KINDS.into_iter().find(|it| it.as_str() == kind) else {
        return Ok(Err(faults::APPROVAL_PROOF_INVALID));
    };
    let found = match kind {
        SubjectKind::CardOrder => match order::get(db, number) {
            Ok(order) => within_the_register(db, registry, &order),
            Err(error) => Err(error.code()),
        },
        SubjectKind::CertificateRequest => {
            had(certificate_request::get(db, number), certificate_request::CertificateRequest::decidable)
        }
        SubjectKind::RenewalPlan => had(renewal::get(db, number), renewal::RenewalPlan::decidable),
        SubjectKind::RegisterFeed => had(held_feed::get(db, number), held_feed::HeldFeed::decidable),
        SubjectKind::OppositionPlan => had(lapse::get(db, number), lapse::OppositionPlan::decidable),
        SubjectKind::OfficerEnrolment => had(enrolment::get(db, number), enrolment::Enrolment::decidable),
        SubjectKind::SuspensionLift => had(suspension::get(db, number), |suspension| {
            suspension.decidable_on(version.min(suspension.version()))
        }),
        SubjectKind::StructureMandate => {
            had(mandate::get(db, number), |mandate| mandate.decidable_at(version))
        }
        SubjectKind::OfficerDelegation => had(delegation::get(db, number), delegation::Delegation::decidable),
    };
    match found {
        Err(code) if code == store::fault::DATABASE => Err(diesel::result::Error::RollbackTransaction.into()),
        found => Ok(found),
    }
}

/// An order with the reach that the register gives it now. Its own is what the web role wrote down of the register: whoever owns
/// that has an order of another place look like one of the officer's.
pub(super) fn within_the_register(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
) -> Result<Decidable, Code> {
    let record = registry.professional(db, &order.holder).map_err(|error| error.code())?;
    Ok(Decidable { reach: order.reach_by(record.as_ref()), ..order.decidable() })
}
