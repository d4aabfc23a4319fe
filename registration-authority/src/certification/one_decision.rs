//! One decision: its proof holds, and whoever made it could.

use std::collections::BTreeSet;

use store::{Database, Timestamp};

use super::evidence::EvidenceError;
use crate::approval::{
    ApprovalProof, ApprovalVerifier, Decidable, ProofRefused, Statement, Verdict, Verified,
};
use crate::decision::Decision;
use crate::delegation::{self, Delegation};
use crate::enrolment::{EnrolledKey, Roster};
use crate::four_eyes;
use crate::officers;

/// When it was, or is, asked in which departments something takes place, and whether a delegation stands: the register's next extract, or
/// whoever ends it later, may say otherwise, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// By the worker, when it received the decision.
    AsReceived,
    /// Now.
    AsOfNow,
}

/// The decision's proof holds, and says what its row says.
pub(crate) fn verify_proof(
    verifier: &ApprovalVerifier,
    roster: &Roster,
    subject: &Decidable,
    decision: &Decision,
    place: Place,
    at: Timestamp,
) -> Result<Verified, EvidenceError> {
    let refused = |source| EvidenceError::Proof {
        subject: name(subject),
        officer: decision.decided_by.clone(),
        source,
    };
    let proof = ApprovalProof::decode(&decision.proof_kind, &decision.proof)
        .ok_or_else(|| refused(ProofRefused::Unreadable))?;
    let verified = verifier.verify(&proof, subject, roster, at).map_err(refused)?;
    let statement = &verified.statement;
    let says_so = statement.verdict().as_str() == decision.decision
        && statement.reason_code() == decision.reason_code.as_deref()
        && statement.officer() == decision.decided_by
        && statement.decided_at() == decision.decided_at;
    // A refusal says which sentence goes with it; what was received when it did not yet stands as it was signed.
    let text = decision.reason_text.as_deref();
    let older = place == Place::AsReceived && !statement.covers_sentence();
    let of_sentence = statement.is_of_sentence(text)
        && (statement.verdict() == Verdict::Approve || statement.covers_sentence());
    if !says_so || !(of_sentence || older) {
        return Err(refused(ProofRefused::SaysOtherwise));
    }
    Ok(verified)
}

/// Whoever stated this of the subject could decide on it then: by his enrolment where his passkey signed, by his row where the demo's key
/// did; within his own scope, or within that of the delegation that he named, which is verified too. Nobody stands behind it who submitted
/// the subject, or stands behind another of the decisions on it.
pub(crate) fn verify_entitled(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    subject: &Decidable,
    (statement, key): (&Statement, Option<&EnrolledKey>),
    (others, place): (&[Decision], Place),
) -> Result<Option<Delegation>, EvidenceError> {
    let right = subject.kind.right();
    let scope = match key {
        Some(key) if key.role.may(right) => Some(key.scope.clone()),
        Some(_) => None,
        None => officers::find(db, statement.officer())?
            .filter(|officer| officer.had(right, statement.decided_at()))
            .map(|officer| officer.scope),
    };
    let officer = statement.officer().to_owned();
    let not_entitled = |officer| EvidenceError::OfficerNotEntitled { subject: name(subject), officer };
    let delegated = match statement.delegation() {
        None => None,
        // What is about everybody at once is nobody's to delegate, nor is a delegation.
        Some(_) if !subject.reach.is_of_one_case() => return Err(not_entitled(officer)),
        Some(number) => {
            let (of, at) = ((number, statement.officer()), statement.decided_at());
            Some(delegation::verify(db, verifier, roster, of, place, at)?)
        }
    };
    let scope = scope.map(|own| delegated.as_ref().map_or(own, |one| one.scope.clone()));
    let could = match (scope, place) {
        (None, _) => false,
        (Some(scope), Place::AsOfNow) => scope.covers(db, &subject.reach)?,
        (Some(scope), Place::AsReceived) => scope.covers_wherever(&subject.reach),
    };
    if !could || statement.officer() == subject.submitted_by {
        return Err(not_entitled(officer));
    }
    let mut behind = BTreeSet::from([officer.clone()]);
    behind.extend(delegated.as_ref().map(|one| one.delegator.clone()));
    let others = delegation::behind_others_of(db, others, subject, &officer)?;
    if behind.contains(&subject.submitted_by) || !behind.is_disjoint(&others) {
        return Err(EvidenceError::OnePerson { subject: name(subject), officer });
    }
    // Whether two logins are one person's is asked when the decision is received, and what was received stands.
    if place == Place::AsOfNow {
        let others = delegation::others_behind(db, subject, &officer)?;
        for login in &behind {
            if four_eyes::is_one_of(db, login, &others, statement.decided_at())? {
                return Err(EvidenceError::OnePerson { subject: name(subject), officer });
            }
        }
    }
    Ok(delegated)
}

fn name(subject: &Decidable) -> String {
    format!("{} {} version {}", subject.kind, subject.number, subject.version)
}
