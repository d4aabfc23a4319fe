use store::{Database, Timestamp};

use super::{Delegation, DelegationError, get};
use crate::approval::{ApprovalProof, ApprovalVerifier};
use crate::certification::evidence::EvidenceError;
use crate::certification::mandate_evidence::verify_as_of_its_moment;
use crate::certification::one_decision::Place;
use crate::enrolment::Roster;
use crate::officers::{self, Right};

/// Verifies that the delegation of this number let `delegate` act within its scope at `at`: who delegates signed for it, over these very
/// bytes and within his own scope; the worker saw that; the moment lies within its dates and, of what the worker looks at for the first
/// time, before anybody ended it; and the key that signed it counted still. That a row says so is worth nothing, not even who
/// delegates: he is named as his key is enrolled.
pub(crate) fn verify(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    (number, delegate): (&str, &str),
    place: Place,
    at: Timestamp,
) -> Result<Delegation, EvidenceError> {
    let mut delegation = get(db, number)?;
    let refused = |why| Err(DelegationError::NotStanding(number.to_owned(), why).into());
    if delegation.delegate != delegate {
        return refused("it is another officer's");
    }
    if !delegation.is_bounded() {
        return refused("it is longer than a delegation may be");
    }
    let reaches = match place {
        Place::AsOfNow => delegation.reaches(at),
        Place::AsReceived => delegation.reached(at),
    };
    if !reaches {
        return refused("at that moment it was not signed, had not begun, or had ended");
    }
    if delegation.decisions.iter().any(|decision| decision.decided_by != delegation.delegator) {
        return refused("somebody else signed for it");
    }
    verify_as_of_its_moment(db, verifier, &delegation.decidable(), &delegation.decisions)?;
    let mut name = None;
    for decision in &delegation.decisions {
        let could = match ApprovalProof::decode(&decision.proof_kind, &decision.proof) {
            Some(ApprovalProof::Passkey(proof)) => {
                let key = roster.key(proof.credential_id()).filter(|key| key.counts(at));
                name = key.map(|key| key.display_name.clone());
                key.is_some()
            }
            Some(ApprovalProof::Demo(_)) => officers::find(db, &delegation.delegator)?
                .is_some_and(|officer| officer.had(Right::Decide, at)),
            None => false,
        };
        if !could {
            return refused("who delegated is no longer an officer by the key that he signed with");
        }
    }
    if let Some(name) = name {
        delegation.delegator_name = name;
    }
    Ok(delegation)
}
