//! A bulk of approvals counts whole or not at all: before the worker takes the first of its rows, it looks at each.

use professional_registry::{Registry, RegistryError};
use store::{Act, Code, Database, Fault};

use super::receive::keeps_off;
use super::{Decision, nonce};
use crate::approval::{ApprovalProof, Decidable, Verdict, Verified};
use crate::certification::evidence::EvidenceError;
use crate::enrolment::EnrolledKey;
use crate::faults;
use crate::order::{self, OrderError, OrderState};
use crate::risk::{self, AloneBecause, RiskError};

/// The rows whose state this signature is over, where it approves several orders: none that asks for a look, or for two officers, and
/// none near to its officer. All of them where the worker has taken none yet, whether handed in or not, and then this one again, of which
/// something may have been found since. What has gone on to another version, or was withdrawn, keeps no other back. The outer error is
/// the database's.
pub(super) fn check(
    db: &mut Database,
    registry: &mut dyn Registry,
    decision: &Decision,
    (subject, verified, key): (&Decidable, &Verified, &EnrolledKey),
    act: &Act,
) -> Result<Result<(), Code>, EvidenceError> {
    let proof = ApprovalProof::decode(&decision.proof_kind, &decision.proof);
    let bulk = proof.and_then(|proof| proof.bulk()).filter(|bulk| bulk.verdict() == Verdict::Approve);
    let Some(bulk) = bulk else { return Ok(Ok(())) };
    let first = nonce::is_unused(db, &verified.statement)?;
    for row in bulk.rows().iter().filter(|row| first || row.number == subject.number) {
        let order = match order::get(db, &row.number) {
            Ok(order) => order,
            Err(OrderError::Database(error)) => return Err(error.into()),
            Err(error) => return Ok(Err(error.code())),
        };
        let decidable = order.decidable();
        let ended = matches!(order.state, OrderState::Refused { .. } | OrderState::Withdrawn { .. });
        if ended || bulk.on(&decidable).is_none() {
            continue;
        }
        match risk::alone_because(db, registry, &order, act.at) {
            Ok(None) => {}
            Ok(Some(AloneBecause::TwoOfficers)) => return Ok(Err(faults::BULK_TWO_OFFICERS)),
            Ok(Some(AloneBecause::Look)) => return Ok(Err(faults::BULK_LOOK_NEEDED)),
            Err(RiskError::Database(error) | RiskError::Registry(RegistryError::Database(error))) => {
                return Err(error.into());
            }
            Err(error) => return Ok(Err(error.code())),
        }
        let officer = (key.login.as_str(), key.display_name.as_str());
        if let Err(code) = keeps_off(db, officer, &decidable, decision.decided_at)? {
            return Ok(Err(code));
        }
    }
    Ok(Ok(()))
}
