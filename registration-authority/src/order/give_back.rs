//! The worker gives an approved order back to the officers, because it has found that two must approve it and one has. Nobody is written to:
//! the register's address may be what is in doubt.

use diesel::prelude::*;
use professional_registry::{Profession, Registry};
use rand_core::CryptoRng;
use serde_json::{Value, json};
use store::schema::{card_orders, decisions_pending};
use store::{Act, Database, audit};

use super::{CardOrder, NewCardOrder, OrderState, Origin, Submission, SubmitError, insert, set_status};
use crate::eligibility::{Asker, Automatic};
use crate::risk::{self, RaisedFlag, RiskError};

#[cfg(test)]
mod tests;

/// Opens an approved order that has no card again, in its next version, under the flags that were found: what was signed is about no version
/// that stands. Whether it did: not where somebody was quicker. Inside the caller's write transaction.
pub(crate) fn reopen(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    found: Vec<RaisedFlag>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, RiskError> {
    if !take_row(db, order, act)? {
        return Ok(false);
    }
    let told = told(order, &found);
    let next = CardOrder { version: order.version + 1, state: OrderState::Submitted, ..order.clone() };
    // Before it stands: the database lets nobody open a version at which the worker has not looked.
    risk::look_at(db, &next, act)?;
    risk::keep(db, (&next.number, next.version), found, act)?;
    diesel::update(card_orders::table.find(&order.number))
        .set((
            card_orders::status.eq("submitted"),
            card_orders::version.eq(next.version),
            card_orders::changed_at.eq(act.at),
        ))
        .execute(db)?;
    diesel::delete(decisions_pending::table.find((&order.number, order.version))).execute(db)?;
    risk::begin(db, registry, &next, act)?;
    record(db, order, told, rng, act)?;
    Ok(true)
}

/// Withdraws an order that a plan approved and that has no card, and submits one in its place that officers decide on, under the flags that
/// were found; none where the rules no longer support it. Whether it did: not where somebody was quicker. Inside the caller's write
/// transaction.
pub(crate) fn submit_instead_of_planned(
    db: &mut Database,
    registry: &mut dyn Registry,
    (order, profession): (&CardOrder, Profession),
    found: Vec<RaisedFlag>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, SubmitError> {
    if !take_row(db, order, act)? {
        return Ok(false);
    }
    set_status(db, &order.number, order.version, "approved", "withdrawn", act)?;
    let mut told = told(order, &found);
    let (kind, holder) = (order.kind, order.holder.clone());
    let new = NewCardOrder { kind, holder, profession, replaces: order.replaces };
    match submit_renewal(db, registry, new, (Origin::Officer, &order.submitted_by), rng, act) {
        Ok(open) => {
            risk::keep(db, (&open.number, open.version), found, act)?;
            told["instead"] = json!(open.number);
        }
        Err(SubmitError::NotEligible(_)) => {}
        Err(error) => return Err(error),
    }
    record(db, order, told, rng, act)?;
    Ok(true)
}

/// Submits the successor of a card that a plan renews: approved with it, or an order that officers decide on. Inside the caller's write
/// transaction.
pub(crate) fn submit_renewal(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewCardOrder,
    (origin, planned_by): (Origin, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, SubmitError> {
    let (asker, submitted_by) = (Asker::Automatic(Automatic::Renewal), planned_by.to_owned());
    let order = insert(db, registry, Submission { new, origin, asker, submitted_by }, rng, act)?.into_order();
    if order.origin == Origin::Officer {
        risk::look_at(db, &order, act)?;
    }
    Ok(order)
}

/// Whoever withdraws the order, or makes its card, waits at its row, or has been there before: then it is not there any more.
fn take_row(db: &mut Database, order: &CardOrder, act: &Act) -> QueryResult<bool> {
    set_status(db, &order.number, order.version, "approved", "approved", act)
}

fn told(order: &CardOrder, found: &[RaisedFlag]) -> Value {
    let flags: Vec<&str> = found.iter().map(|flag| flag.flag.as_str()).collect();
    json!({ "version": order.version, "flags": flags })
}

fn record(
    db: &mut Database,
    order: &CardOrder,
    payload: Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let subject = format!("order {}", order.number);
    audit::record(db, audit::Event { action: "order.given-back", subject, payload }, rng, act)
}
