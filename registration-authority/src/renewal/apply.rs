use card::CardNumber;
use diesel::prelude::*;
use professional_registry::{Registry, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::renewal_plan_items;
use store::{Act, Code, Database, Fault, audit, crash_point};
use thiserror::Error;

use super::near::{self, Approver};
use super::plan::{claim_of, member_of};
use super::{Outcome, PlanItem, PlanReadError, PlanStatus, RenewalPlan, get};
use crate::approval::ApprovalVerifier;
use crate::certification::evidence::{EvidenceError, verify_plan};
use crate::faults;
use crate::four_eyes::KeepOffError;
use crate::order::{
    self, CardOrder, NewCardOrder, NewStaffOrder, OrderError, Origin, SubmitError, set_status,
};
use crate::outbox::{self, Notice, Recipient};
use crate::{risk, structure_notices};

/// What a plan led to.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The successor's order of each card that was renewed now.
    pub ordered: Vec<(CardNumber, String)>,
    /// The same where officers decide on it first: the holder's contact has changed lately.
    pub submitted: Vec<(CardNumber, String)>,
    /// Cards that were to be renewed and are not, each with the code of why not.
    pub refused: Vec<(CardNumber, Code)>,
    /// Cards whose successor had been ordered before.
    pub already: usize,
}

/// Why a plan is not applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// The plan cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanReadError),
    /// Nobody has approved it.
    #[error("renewal plan {0} waits for its approval")]
    NotApproved(String),
    /// Its approval was worth nothing.
    #[error(
        "renewal plan {0} has ended: the worker refused its approval, and its cards stand in the next plan"
    )]
    Ended(String),
    /// Its approval does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A successor cannot be ordered, for no reason of its holder's.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The order of a card that is renewed cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A card is near to who approved the plan, or that is not known.
    #[error(transparent)]
    KeepOff(#[from] KeepOffError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ApplyError {
    fn code(&self) -> Code {
        match self {
            Self::Plan(error) => error.code(),
            Self::NotApproved(_) => faults::RENEWAL_NOT_APPROVED,
            Self::Ended(_) => faults::RENEWAL_NOT_PROPOSED,
            Self::Evidence(error) => error.code(),
            Self::Submit(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::KeepOff(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Orders the successor of each card that the plan renews, one transaction a card; where the holder's contact has changed lately, as an order
/// that officers decide on. The plan's approval is verified first and each holder is looked up again; a card that cannot be renewed now is reported, and tried
/// again next time. So is a card that is near to who approved the plan, and stands in the next one, for another officer. Can be called any number of times:
/// a card has one successor.
pub fn apply(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    id: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Applied, ApplyError> {
    let plan = get(db, id)?;
    match plan.status {
        PlanStatus::Proposed => return Err(ApplyError::NotApproved(plan.id)),
        PlanStatus::Ended => return Err(ApplyError::Ended(plan.id)),
        PlanStatus::Approved | PlanStatus::Applied => {}
    }
    verify_plan(db, verifier, &plan, act.at)?;
    let approvers = near::approvers(db, verifier, &plan, act.at)?;
    let mut applied = Applied::default();
    for item in plan.items.iter().filter(|item| item.outcome == Outcome::Renew) {
        if item.order_number.is_some() {
            applied.already += 1;
            continue;
        }
        match db.write(|db| renew(db, registry, (&plan, &approvers), item, rng, act)) {
            Ok(order) => {
                crash_point("renewal.successor-ordered");
                let ordered = match order.origin {
                    Origin::Plan(_) => &mut applied.ordered,
                    Origin::Officer | Origin::Register => &mut applied.submitted,
                };
                ordered.push((item.card, order.number));
            }
            Err(ApplyError::Database(diesel::result::Error::RollbackTransaction)) => applied.already += 1,
            Err(ApplyError::Submit(SubmitError::Database(error))) => return Err(error.into()),
            Err(ApplyError::Submit(error)) => applied.refused.push((item.card, error.code())),
            Err(ApplyError::Order(error)) => applied.refused.push((item.card, error.code())),
            Err(ApplyError::KeepOff(KeepOffError::TooNear(error))) => {
                applied.refused.push((item.card, error.code()));
            }
            // What the register holds of one holder cannot be read: the others' cards do not wait for it.
            Err(ApplyError::KeepOff(KeepOffError::Registry(error @ RegistryError::Unreadable { .. }))) => {
                applied.refused.push((item.card, error.code()))
            }
            Err(error) => return Err(error),
        }
    }
    db.write(|db| conclude(db, &plan, &applied, rng, act))?;
    crash_point("renewal.applied");
    Ok(applied)
}

/// One item: the successor's order, approved by the plan. Where the holder's contact has changed lately, one that officers decide on: the
/// card would go, unseen by any of them, to whoever had it changed.
fn renew(
    db: &mut Database,
    registry: &mut dyn Registry,
    (plan, approvers): (&RenewalPlan, &[Approver]),
    item: &PlanItem,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApplyError> {
    let card = card::find(db, &item.card)?;
    let altered = || PlanReadError::RowAltered(plan.id.clone(), "a card");
    let card = card.ok_or_else(altered)?;
    near::check(db, approvers, item, &card)?;
    let order = match (claim_of(&card), member_of(&card)) {
        (Some((_, profession)), _) => {
            let holder = item.holder.parse().map_err(|_| altered())?;
            let new = NewCardOrder { kind: item.kind, holder, profession, replaces: Some(item.card) };
            let changed_at =
                risk::contact_changed_lately(db, &item.holder, act.at).map_err(SubmitError::from)?;
            let origin = changed_at.map_or_else(|| Origin::Plan(plan.id.clone()), |_| Origin::Officer);
            order::submit_renewal(db, registry, new, (origin, &plan.planned_by), rng, act)?
        }
        (None, Some((structure, local_id))) => {
            let former = order::get(db, &card.order_number)?;
            let new = NewStaffOrder { kind: item.kind, structure, local_id, replaces: Some(item.card) };
            order::insert_staff(db, registry, new, &former, plan, rng, act)?.into_order()
        }
        (None, None) => return Err(altered().into()),
    };
    let taken = diesel::update(renewal_plan_items::table.find((&plan.id, item.card.to_string())))
        .filter(renewal_plan_items::order_number.is_null())
        .set(renewal_plan_items::order_number.eq(&order.number))
        .execute(db)?;
    // Another run was quicker: this one's order is rolled back.
    let quicker = || diesel::result::Error::RollbackTransaction.into();
    if taken != 1 {
        return Err(quicker());
    }
    if order.origin == Origin::Officer {
        return Ok(order);
    }
    if !set_status(db, &order.number, order.version, "submitted", "approved", act)? {
        return Err(quicker());
    }
    let subject = format!("order {}", order.number);
    // The register has no address of the staff of a structure: their agent tells them.
    if order.tie.staff().is_none() {
        let holder = order.holder.to_string();
        outbox::put(db, Recipient::Holder(&holder), Notice::Approved, &subject, rng, act)?;
    }
    structure_notices::tell_of_order(db, &order, rng, act)?;
    let payload = json!({"version": order.version, "plan": plan.id, "replaces": item.card.to_string()});
    audit::record(db, audit::Event { action: "order.approved", subject, payload }, rng, act)?;
    Ok(order)
}

fn conclude(
    db: &mut Database,
    plan: &RenewalPlan,
    applied: &Applied,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let moved = super::set_status(db, &plan.id, "approved", "applied")?;
    if !moved && applied.ordered.is_empty() && applied.submitted.is_empty() {
        return Ok(());
    }
    let refused: Vec<_> =
        applied.refused.iter().map(|(card, code)| json!([card.to_string(), code.name])).collect();
    let event = audit::Event {
        action: "renewal.applied",
        subject: format!("renewal plan {}", plan.id),
        payload: json!({
            "ordered": applied.ordered.len(),
            "submitted": applied.submitted.len(),
            "refused": refused,
        }),
    };
    audit::record(db, event, rng, act)
}
