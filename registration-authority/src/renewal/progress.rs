//! How far the plans are that are still worked on.

use diesel::prelude::*;
use store::schema::{renewal_plan_items, renewal_plans};
use store::{Database, Timestamp};

use super::PlanStatus;

/// How far one plan is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanProgress {
    /// `RP-2026-000001`.
    pub id: String,
    /// When it was made.
    pub planned_at: Timestamp,
    /// Whether it waits for its decision; else it is being applied.
    pub proposed: bool,
    /// How many cards it renews.
    pub renews: i64,
    /// For how many of them the successor is ordered.
    pub ordered: i64,
}

/// The plans that wait for their decision or have successors left to order, newest first; `most` at most.
pub fn progress(db: &mut Database, most: i64) -> QueryResult<Vec<PlanProgress>> {
    let left = renewal_plan_items::table
        .filter(renewal_plan_items::plan.eq(renewal_plans::id))
        .filter(renewal_plan_items::outcome.eq("renew"))
        .filter(renewal_plan_items::order_number.is_null());
    let plans: Vec<(String, Timestamp, String)> = renewal_plans::table
        .filter(renewal_plans::status.eq("proposed").or(diesel::dsl::exists(left)))
        .order((renewal_plans::planned_at.desc(), renewal_plans::id.desc()))
        .limit(most)
        .select((renewal_plans::id, renewal_plans::planned_at, renewal_plans::status))
        .load(db)?;
    let mut told = Vec::new();
    for (id, planned_at, status) in plans {
        if status == PlanStatus::Approved.as_str() && super::is_ended(db, &id)? {
            continue;
        }
        let renews = renewal_plan_items::table
            .filter(renewal_plan_items::plan.eq(&id))
            .filter(renewal_plan_items::outcome.eq("renew"));
        let ordered = renews.filter(renewal_plan_items::order_number.is_not_null()).count().get_result(db)?;
        let renews = renews.count().get_result(db)?;
        told.push(PlanProgress { id, planned_at, proposed: status == "proposed", renews, ordered });
    }
    Ok(told)
}
