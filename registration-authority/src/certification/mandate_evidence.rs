use store::Database;

use super::evidence::{EvidenceError, decisions_on, missing, verify_decisions};
use crate::approval::ApprovalVerifier;
use crate::decision;
use crate::mandate;
use crate::order::{CardOrder, StaffTie};

/// Verifies that whoever submitted the order spoke for the structure: an officer approved his mandate, for this structure, and it
/// stood when he asked and when the order was decided on.
///
/// The proof of the mandate is verified as of its own moment, when the worker had seen it: a mandate lasts for years, the life of a
/// proof is that of an order.
pub(super) fn verify(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    order: &CardOrder,
    tie: &StaffTie,
) -> Result<(), EvidenceError> {
    let subject = format!("order {}", order.number);
    let mandate = mandate::get(db, &tie.mandate)?;
    if mandate.login != order.submitted_by || mandate.structure != tie.structure {
        return Err(missing(&subject, "its mandate is another agent's, or for another structure"));
    }
    let mut moments = vec![order.submitted_at];
    moments.extend(decisions_on(db, &order.decidable())?.into_iter().map(|decision| decision.decided_at));
    if !moments.into_iter().all(|moment| mandate.stood(moment)) {
        return Err(missing(&subject, "the mandate of its agent did not stand"));
    }
    // A trigger refuses it; the worker trusts no row, whichever trigger let it in.
    if mandate.decisions.iter().any(|decision| decision.decided_by == mandate.login) {
        return Err(missing(&subject, "its agent decided on his own mandate"));
    }
    let subject = mandate.decidable();
    let mut settled = None;
    for decision in &mandate.decisions {
        let seen_at = decision::receipt(db, decision)?.map(|receipt| receipt.seen_at);
        settled = settled.max(seen_at).max(Some(decision.decided_at));
    }
    let at = settled.ok_or_else(|| missing(&subject.number, "nobody decided on it"))?;
    verify_decisions(db, verifier, &subject, at).map(drop)
}
