//! Nobody renews what is near to him: a plan is about many at once, and is approved as a whole, but not by the officer whose own card, or whose
//! family's or structure's, is a line of it. That line is left to another's signature.

use card::Card;
use store::{Database, Timestamp};

use super::apply::ApplyError;
use super::plan::member_of;
use super::{PlanItem, RenewalPlan};
use crate::approval::{ApprovalVerifier, Concerned};
use crate::certification::evidence::signers;
use crate::four_eyes::{self, Ties};
use crate::officers::Reach;
use crate::order;

/// An officer who approved the plan, and what ties him to others.
pub(super) struct Approver {
    login: String,
    ties: Ties,
}

/// Who approved the plan, each with what tied him to others when he did.
pub(super) fn approvers(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    plan: &RenewalPlan,
    at: Timestamp,
) -> Result<Vec<Approver>, ApplyError> {
    let signers = signers(db, verifier, &plan.decidable(), at)?;
    signers
        .into_iter()
        .map(|signer| {
            let ties = four_eyes::ties_of(db, &signer.login, &signer.display_name, signer.at)?;
            Ok(Approver { login: signer.login, ties })
        })
        .collect()
}

/// Refused where the successor of this card is near to one of them, as an order for it would be.
pub(super) fn check(
    db: &mut Database,
    approvers: &[Approver],
    item: &PlanItem,
    card: &Card,
) -> Result<(), ApplyError> {
    let holder = item.holder.parse().ok();
    let (concerned, reach) = match member_of(card) {
        // The register does not know the staff of a structure: the order of the card has the names.
        Some((structure, _)) => {
            let former = order::get(db, &card.order_number)?;
            let (family_name, given_name) = (former.family_name, former.given_name);
            let reach = Reach::Structure { structure: structure.to_string(), kind: Some(item.kind) };
            (Concerned { holder, family_name, given_name }, reach)
        }
        None => {
            let (family_name, given_name) = (String::new(), String::new());
            (Concerned { holder, family_name, given_name }, Reach::Everything)
        }
    };
    for Approver { login, ties } in approvers {
        four_eyes::check_by(db, (login, ties), (Some(&concerned), &reach))?;
    }
    Ok(())
}
