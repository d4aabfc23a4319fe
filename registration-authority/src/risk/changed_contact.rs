//! A contact that changed shortly before an order, or since: whoever takes a card over has the holder's changed first.
//!
//! What counts is reckoned from the worker's own first look at the order and from no date that the web role writes: a change of the days
//! before it, and every one after it until the card is made. So keeping the last change of each holder is enough, and the far end of those
//! days is all that its date is compared with.

#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel::prelude::*;
use professional_registry::forget_contact_changes;
use store::schema::{card_orders, order_flags, order_looks, register_contact_changes};
use store::{Act, Database, Timestamp};

use super::{BadFlags, Flag, RaisedFlag, RiskError, RiskFacts, assess, flags, keep};
use crate::contact;
use crate::order::CardOrder;

/// Orders that are flagged in one run, each in a transaction of its own.
const MOST: i64 = 200;

const DAY: Duration = Duration::from_secs(86_400);

/// When the contact of this holder last changed in the register, where that was as lately before `at` as the table flags an order for. For
/// the worker alone.
pub(crate) fn lately(db: &mut Database, holder: &str, at: Timestamp) -> Result<Option<Timestamp>, RiskError> {
    let counted_from = at.minus(window()?);
    Ok(contact::last_change(db, holder)?.filter(|changed_at| *changed_at >= counted_from))
}

/// How long before the worker's first look a change counts.
fn window() -> Result<Duration, BadFlags> {
    let rule = flags()?.iter().find(|rule| rule.flag == Flag::ContactChanged);
    Ok(rule.map_or(Duration::ZERO, |rule| DAY * u32::try_from(rule.limit).unwrap_or(u32::MAX)))
}

/// What is known of the contact of the order's holder, as of the worker's first look at it; as of `at` where it has not looked yet.
pub(super) fn facts(db: &mut Database, number: &str, holder: &str, at: Timestamp) -> QueryResult<RiskFacts> {
    let first_look: Option<Timestamp> = order_looks::table
        .filter(order_looks::order_number.eq(number))
        .select(diesel::dsl::min(order_looks::looked_at))
        .first(db)?;
    let contact_changed_at = contact::last_change(db, holder)?;
    Ok(RiskFacts { contact_changed_at, ..RiskFacts::nothing(first_look.unwrap_or(at)) })
}

/// The flag of an order that a plan ordered: it has no look, and counts as of `at`. None of the staff of a structure, whose contact no
/// register has.
pub(crate) fn raised(
    db: &mut Database,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Vec<RaisedFlag>, RiskError> {
    if order.tie.staff().is_some() {
        return Ok(Vec::new());
    }
    let facts = facts(db, &order.number, &order.holder.to_string(), at)?;
    Ok(assess(flags()?, &facts))
}

/// Flags the open orders whose holder's contact has changed since the worker looked at them. Of a holder who has had another number only
/// what stands under the order's is looked for here: whoever decides meanwhile has the order given back.
pub(super) fn look_again(db: &mut Database, act: &Act) -> Result<Vec<String>, RiskError> {
    let days = i64::try_from(window()?.as_millis()).unwrap_or(i64::MAX);
    let changed = register_contact_changes::table
        .filter(register_contact_changes::subject.eq(card_orders::holder))
        .filter((register_contact_changes::changed_at + days).ge(order_looks::looked_at));
    let flagged = order_flags::table
        .filter(order_flags::order_number.eq(card_orders::number))
        .filter(order_flags::order_version.eq(card_orders::version))
        .filter(order_flags::flag.eq(Flag::ContactChanged.as_str()));
    let changed: Vec<(String, i64, String)> = card_orders::table
        .inner_join(
            order_looks::table.on(order_looks::order_number
                .eq(card_orders::number)
                .and(order_looks::order_version.eq(card_orders::version))),
        )
        .filter(card_orders::status.eq_any(["submitted", "waiting"]))
        .filter(diesel::dsl::exists(changed).and(diesel::dsl::not(diesel::dsl::exists(flagged))))
        .order((card_orders::submitted_at, card_orders::number))
        .limit(MOST)
        .select((card_orders::number, card_orders::version, card_orders::holder))
        .load(db)?;
    for (number, version, holder) in &changed {
        db.write(|db| {
            let raised = assess(flags()?, &facts(db, number, holder, act.at)?);
            Ok::<_, RiskError>(keep(db, (number, *version), raised, act)?)
        })?;
    }
    Ok(changed.into_iter().map(|(number, ..)| number).collect())
}

/// Forgets each change that no flag can need any more: older than the days that count before `act`, and before the first look at any order
/// that still waits for its card; how many. Can be called any number of times. Needs the rights of the database's owner.
pub fn forget(db: &mut Database, act: &Act) -> Result<usize, RiskError> {
    let oldest: Option<Timestamp> = order_looks::table
        .inner_join(card_orders::table.on(card_orders::number.eq(order_looks::order_number)))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
        .select(diesel::dsl::min(order_looks::looked_at))
        .first(db)?;
    let from = oldest.map_or(act.at, |oldest| oldest.min(act.at));
    Ok(forget_contact_changes(db, from.minus(window()?))?)
}
