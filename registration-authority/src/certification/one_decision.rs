//! One decision: its proof holds, and whoever made it could.

use store::{Database, Timestamp};

use super::evidence::EvidenceError;
use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, ProofRefused, Verified};
use crate::decision::Decision;
use crate::enrolment::Roster;
use crate::officers;

/// When it was, or is, asked in which departments something takes place: the register's next extract may say otherwise, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// By the worker, when it received the decision.
    AsReceived,
    /// Now.
    AsOfNow,
}

/// The decision's proof holds, says what its row says, and is of somebody who could decide then: by his enrolment where his
/// passkey made it, by his row where the demo's key did.
pub(crate) fn verify_decision(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    subject: &Decidable,
    decision: &Decision,
    place: Place,
    at: Timestamp,
) -> Result<Verified, EvidenceError> {
    let name = format!("{} {} version {}", subject.kind, subject.number, subject.version);
    let refused =
        |source| EvidenceError::Proof { subject: name.clone(), officer: decision.decided_by.clone(), source };
    let proof = ApprovalProof::decode(&decision.proof_kind, &decision.proof)
        .ok_or_else(|| refused(ProofRefused::Unreadable))?;
    let verified = verifier.verify(&proof, subject, roster, at).map_err(refused)?;
    let statement = &verified.statement;
    let says_so = statement.verdict().as_str() == decision.decision
        && statement.reason_code() == decision.reason_code.as_deref()
        && statement.officer() == decision.decided_by
        && statement.decided_at() == decision.decided_at;
    if !says_so {
        return Err(refused(ProofRefused::SaysOtherwise));
    }
    let right = subject.kind.right();
    let scope = match &verified.passkey {
        Some((key, _)) if key.role.may(right) => Some(key.scope.clone()),
        Some(_) => None,
        None => officers::find(db, statement.officer())?
            .filter(|officer| officer.had(right, statement.decided_at()))
            .map(|officer| officer.scope),
    };
    let could = match (scope, place) {
        (None, _) => false,
        (Some(scope), Place::AsOfNow) => scope.covers(db, &subject.reach)?,
        (Some(scope), Place::AsReceived) => scope.covers_wherever(&subject.reach),
    };
    if !could || statement.officer() == subject.submitted_by {
        let officer = decision.decided_by.clone();
        return Err(EvidenceError::OfficerNotEntitled { subject: name, officer });
    }
    Ok(verified)
}
