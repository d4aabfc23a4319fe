use card::Card;
use diesel::prelude::*;
use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};
use professional_registry::{Profession, Registry};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, cards, renewal_plan_items, renewal_plans};
use store::{Act, Actor, Code, Database, Fault, Timestamp, audit, crash_point};
use thiserror::Error;

use super::{Outcome, PlanItem, PlanStatus, RenewalPlan};
use crate::eligibility::{self, Claim, NotEligible, StaffClaim};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Right};
use crate::order::{self, OrderError};
use crate::renumbered;

/// Most cards of one plan. What does not fit waits for the next one.
pub const PLAN_BOUND: usize = 2000;

const PAGE: usize = 200;

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The actor may not plan.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It cannot be known who may have a card: the register does not answer.
    #[error(transparent)]
    Eligibility(NotEligible),
    /// The order of a card that ends cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for PlanError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Eligibility(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Finds the active cards that end before `horizon`, have no successor and stand in no open plan, asks the register
/// about each holder, and records what it found; `None` when there is no such card. The cards are read outside a transaction, and
/// the plan is written in one of its own: it is a proposal, and every line is checked again when it is applied.
pub fn plan(
    db: &mut Database,
    registry: &mut dyn Registry,
    horizon: Timestamp,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<RenewalPlan>, PlanError> {
    let planned_by = planner(db, act)?;
    let items = find(db, registry, horizon, act.at)?;
    if items.is_empty() {
        return Ok(None);
    }
    let plan = db.write(|db| {
        let id = numbering::next(db, Series::RenewalPlan, act.at)?;
        let status = PlanStatus::Proposed;
        let (approved_by, by_one_before) = (Vec::new(), false);
        let planned_at = act.at;
        let plan =
            RenewalPlan { id, planned_by, planned_at, horizon, status, items, approved_by, by_one_before };
        insert(db, &plan)?;
        let excluded = plan.items.iter().filter(|item| item.outcome != Outcome::Renew).count();
        let payload = json!({
            "horizon": horizon,
            "renew": plan.items.len() - excluded,
            "excluded": excluded,
        });
        let subject = format!("renewal plan {}", plan.id);
        audit::record(db, audit::Event { action: "renewal.planned", subject, payload }, rng, act)?;
        Ok::<_, PlanError>(plan)
    })?;
    crash_point("renewal.planned");
    Ok(Some(plan))
}

fn planner(db: &mut Database, act: &Act) -> Result<String, NotAuthorised> {
    match &act.actor {
        Actor::Job(_) | Actor::Operator(_) => Ok(act.actor.to_string()),
        _ => Ok(officers::require(db, Right::Plan, act)?.login),
    }
}

fn find(
    db: &mut Database,
    registry: &mut dyn Registry,
    horizon: Timestamp,
    at: Timestamp,
) -> Result<Vec<PlanItem>, PlanError> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let page = card::expiring(db, horizon, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(items) };
        after = Some(last.number);
        for card in page {
            if items.len() == PLAN_BOUND {
                return Ok(items);
            }
            if has_successor(db, &card)? {
                continue;
            }
            let holder = holder_now(db, &card)?;
            let outcome = outcome_of(db, registry, &card, &holder, at)?;
            if stands_in_an_open_plan(db, &card, &outcome)? {
                continue;
            }
            items.push(PlanItem {
                card: card.number,
                holder,
                kind: card.kind,
                exercise: card.exercise,
                outcome,
                order_number: None,
            });
        }
    }
}

/// Whose the card is, by the number under which the register has him now.
pub(super) fn holder_now(db: &mut Database, card: &Card) -> QueryResult<String> {
    match card.holder.parse() {
        Ok(holder) => Ok(renumbered::number_now(db, &holder)?.to_string()),
        Err(_) => Ok(card.holder.clone()),
    }
}

/// Whether the rules support a successor of the card now, for `holder`.
fn outcome_of(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    holder: &str,
    at: Timestamp,
) -> Result<Outcome, PlanError> {
    let judged = match (claim_of(card), member_of(card)) {
        (Some((of_card, profession)), _) => {
            let holder = holder.parse().unwrap_or(of_card);
            let claim = Claim { kind: card.kind, holder: &holder, profession };
            eligibility::check(db, registry, claim, at).map(drop)
        }
        (None, Some((structure, local_id))) => {
            let claim = StaffClaim { kind: card.kind, structure: &structure, local_id: &local_id };
            let former = order::get(db, &card.order_number)?;
            eligibility::check_staff_renewal(db, registry, claim, &former, None, at).map(drop)
        }
        (None, None) => return Ok(Outcome::Excluded(faults::ORDER_KIND_NOT_OFFERED.name.to_owned())),
    };
    match judged {
        Ok(()) => Ok(Outcome::Renew),
        Err(error @ NotEligible::Refused(_)) => Ok(Outcome::Excluded(error.code().name.to_owned())),
        // What the register holds of one holder cannot be read: the others' cards do not wait for it, and the plan says so.
        Err(error) if error.code() == professional_registry::faults::REGISTER_UNREADABLE => {
            Ok(Outcome::Excluded(error.code().name.to_owned()))
        }
        Err(error) => Err(PlanError::Eligibility(error)),
    }
}

/// Structure and local number of a card that is tied to the staff of one.
pub(super) fn member_of(card: &Card) -> Option<(TechnicalStructureId, String)> {
    let structure = card.exercise.strip_prefix("structure:")?.parse().ok()?;
    let holder: IdNatPs = card.holder.parse().ok()?;
    Some((structure, holder.local_id()?.to_owned()))
}

/// Holder and profession of a card that is tied to one.
pub(crate) fn claim_of(card: &Card) -> Option<(IdNatPs, Profession)> {
    let profession = Profession::from_code(card.exercise.strip_prefix("profession:")?)?;
    Some((card.holder.parse().ok()?, profession))
}

/// Whether a successor is ordered, on its way, or there.
fn has_successor(db: &mut Database, card: &Card) -> QueryResult<bool> {
    let (number, numbers) = (card.number.to_string(), renumbered::numbers_of(db, &card.holder)?);
    let ordered: i64 = card_orders::table
        .filter(card_orders::holder.eq_any(&numbers))
        .filter(card_orders::kind.eq(card.kind.as_str()))
        .filter(card_orders::replaces.eq(&number))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
        .count()
        .get_result(db)?;
    let made: i64 = cards::table
        .filter(cards::holder.eq_any(&numbers))
        .filter(cards::replaces.eq(&number))
        .filter(cards::status.ne_all(["opposed", "expired", "cancelled"]))
        .count()
        .get_result(db)?;
    Ok(ordered + made > 0)
}

/// Whether a plan that waits for its decision, or to be applied, says this very thing of the card already: a job
/// that plans every day does not repeat itself.
fn stands_in_an_open_plan(db: &mut Database, card: &Card, outcome: &Outcome) -> QueryResult<bool> {
    let (outcome, exclusion) = outcome.stored();
    let stored: Vec<(String, Option<String>)> = renewal_plan_items::table
        .inner_join(renewal_plans::table.on(renewal_plans::id.eq(renewal_plan_items::plan)))
        .filter(renewal_plan_items::card_number.eq(card.number.to_string()))
        .filter(renewal_plan_items::outcome.eq(outcome))
        .filter(renewal_plans::status.eq_any(["proposed", "approved"]))
        .select((renewal_plan_items::plan, renewal_plan_items::exclusion))
        .load(db)?;
    for (plan, stored) in stored {
        if stored.as_deref() == exclusion && !super::is_ended(db, &plan)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn insert(db: &mut Database, plan: &RenewalPlan) -> QueryResult<()> {
    diesel::insert_into(renewal_plans::table)
        .values((
            renewal_plans::id.eq(&plan.id),
            renewal_plans::planned_by.eq(&plan.planned_by),
            renewal_plans::planned_at.eq(plan.planned_at),
            renewal_plans::horizon.eq(plan.horizon),
            renewal_plans::status.eq(plan.status.as_str()),
        ))
        .execute(db)?;
    for item in &plan.items {
        let (outcome, exclusion) = item.outcome.stored();
        diesel::insert_into(renewal_plan_items::table)
            .values((
                renewal_plan_items::plan.eq(&plan.id),
                renewal_plan_items::card_number.eq(item.card.to_string()),
                renewal_plan_items::outcome.eq(outcome),
                renewal_plan_items::exclusion.eq(exclusion),
                renewal_plan_items::holder.eq(Some(&item.holder)),
            ))
            .execute(db)?;
    }
    Ok(())
}
