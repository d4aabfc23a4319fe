use card::{CardKind, CardNumber};
use professional_registry::Registry;
use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use store::{Act, Database};

use super::submit::keep;
use super::{CardOrder, OrderState, Origin, RegisterSnapshot, StaffTie, SubmitError, SubmittedOrder, Tie};
use crate::eligibility::{self, Asker, StaffClaim, StaffEntitlement};
use crate::numbering::{self, Series};
use crate::officers::{self, Reach, Right};
use crate::renewal::RenewalPlan;

/// What an agent asks for, for one of the staff of his structure. The names are those that were declared.
#[derive(Clone, Debug)]
pub struct NewStaffOrder {
    /// Which kind of card.
    pub kind: CardKind,
    /// Of which structure.
    pub structure: TechnicalStructureId,
    /// The local number of the member.
    pub local_id: String,
    /// The card that this one takes the place of.
    pub replaces: Option<CardNumber>,
}

/// Submits an order for one of the staff, in the name of the agent who acts and who speaks for the structure. Inside the
/// caller's write transaction.
pub fn submit_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewStaffOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SubmittedOrder, SubmitError> {
    db.refuse_on_reserve()?;
    let officer = officers::require(db, Right::Submit, act)?;
    officer.require_within(
        db,
        &Reach::Structure { structure: new.structure.to_string(), kind: Some(new.kind) },
    )?;
    let claim = StaffClaim { kind: new.kind, structure: &new.structure, local_id: &new.local_id };
    let asker = Asker::Officer(officer.role);
    let entitled = eligibility::check_staff_wish(db, registry, claim, new.replaces.as_ref(), asker, act)?;
    let number = numbering::next(db, Series::CardOrder, act.at)?;
    let order = compose(number, new, Origin::Officer, officer.login, entitled, act);
    keep(db, registry, order, rng, act)
}

/// Submits the successor of the card that was made for `former`, in the name of whoever made the plan that renews it: the plan's approval
/// is the order's. Inside the caller's write transaction.
pub(crate) fn insert_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewStaffOrder,
    former: &CardOrder,
    plan: &RenewalPlan,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SubmittedOrder, SubmitError> {
    db.refuse_on_reserve()?;
    let claim = StaffClaim { kind: new.kind, structure: &new.structure, local_id: &new.local_id };
    let entitled =
        eligibility::check_staff_renewal(db, registry, claim, former, new.replaces.as_ref(), act.at)?;
    let number = numbering::next(db, Series::CardOrder, act.at)?;
    let order = compose(number, new, Origin::Plan(plan.id.clone()), plan.planned_by.clone(), entitled, act);
    keep(db, registry, order, rng, act)
}

fn compose(
    number: String,
    new: NewStaffOrder,
    origin: Origin,
    submitted_by: String,
    entitled: StaffEntitlement,
    act: &Act,
) -> CardOrder {
    CardOrder {
        number,
        version: 1,
        kind: new.kind,
        holder: entitled.holder,
        tie: Tie::Structure(StaffTie {
            structure: new.structure,
            title: entitled.title,
            mandate: entitled.mandate,
        }),
        family_name: entitled.member.family_name,
        given_name: entitled.member.given_name,
        origin,
        replaces: new.replaces,
        submitted_by,
        submitted_at: act.at,
        register: RegisterSnapshot::of_structure(&entitled.structure, entitled.feed),
        state: OrderState::Submitted,
    }
}
