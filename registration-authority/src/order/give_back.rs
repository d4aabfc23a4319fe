//! The worker gives an order back to the officers, because it has found that two must approve it and one has, or because it has refused the
//! decision: nothing would ever follow from that. Nobody but who decided is written to: the register's address may be what is in doubt.

use diesel::prelude::*;
use professional_registry::{Profession, Registry};
use rand_core::CryptoRng;
use serde_json::{Value, json};
use store::schema::{card_orders, orders_given_back};
use store::{Act, Code, Database, Timestamp, audit};

use super::{CardOrder, NewCardOrder, OrderState, Origin, Submission, SubmitError, insert, set_status};
use crate::approval::SubjectKind;
use crate::decision;
use crate::eligibility::{Asker, Automatic, NotEligible};
use crate::risk::{self, RaisedFlag, RiskError};

#[cfg(test)]
mod tests;

/// Why an order goes back.
#[derive(Debug, Default)]
pub(crate) struct Because {
    /// The flags for which two officers must approve it.
    pub(crate) found: Vec<RaisedFlag>,
    /// The code of why a decision on it is worth nothing; none where it holds, and another officer's is missing.
    pub(crate) refusal: Option<Code>,
}

/// That an order went back to the officers. Append-only, and the worker's alone.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = orders_given_back)]
pub struct GivenBack {
    /// The version that was decided on; the next one is open.
    pub order_version: i64,
    /// When.
    pub given_back_at: Timestamp,
    /// The code of why the worker refused a decision; none where two officers must approve it and one had.
    pub refusal: Option<String>,
}

/// When an order went back to the officers, and why, oldest version first.
pub fn given_back(db: &mut Database, number: &str) -> QueryResult<Vec<GivenBack>> {
    orders_given_back::table
        .filter(orders_given_back::order_number.eq(number))
        .order(orders_given_back::order_version)
        .select(GivenBack::as_select())
        .load(db)
}

/// Opens an order that was decided on and has no card again, in its next version, under the flags that were found: what was signed is about no
/// version that stands. Whether it did: not where somebody was quicker, nor where another order is open in its place. Inside the caller's write
/// transaction.
pub(crate) fn reopen(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    because: Because,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, RiskError> {
    if !take_row(db, order, act)? || another_is_open(db, order)? {
        return Ok(false);
    }
    let Because { found, refusal } = because;
    let mut told = told(order, &found);
    if let Some(code) = refusal {
        told["refusal"] = json!(code.name);
    }
    let next = CardOrder { version: order.version + 1, state: OrderState::Submitted, ..order.clone() };
    // Before it stands: what comes back has been looked at.
    risk::look_at(db, &next, act)?;
    risk::keep(db, (&next.number, next.version), found, act)?;
    diesel::insert_into(orders_given_back::table)
        .values((
            orders_given_back::order_number.eq(&order.number),
            orders_given_back::order_version.eq(order.version),
            orders_given_back::given_back_at.eq(act.at),
            orders_given_back::refusal.eq(refusal.map(|code| code.name)),
        ))
        .execute(db)?;
    diesel::update(card_orders::table.find(&order.number))
        .set((
            card_orders::status.eq("submitted"),
            card_orders::version.eq(next.version),
            card_orders::changed_at.eq(act.at),
        ))
        .execute(db)?;
    decision::forget(db, (SubjectKind::CardOrder, &order.number, order.version))?;
    risk::begin(db, registry, &next, act)?;
    record(db, order, told, rng, act)?;
    Ok(true)
}

/// Whether one was submitted for the same card since this one was refused.
fn another_is_open(db: &mut Database, order: &CardOrder) -> QueryResult<bool> {
    let open = card_orders::table
        .filter(card_orders::holder.eq(order.holder.to_string()))
        .filter(card_orders::kind.eq(order.kind.as_str()))
        .filter(card_orders::profession.eq(order.tie.profession().map_or("", |profession| profession.code())))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
        .filter(card_orders::number.ne(&order.number));
    diesel::select(diesel::dsl::exists(open)).get_result(db)
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
    if !set_status(db, &order.number, order.version, "approved", "withdrawn", act)? {
        return Ok(false);
    }
    let mut told = told(order, &found);
    let (kind, holder) = (order.kind, order.holder.clone());
    let new = NewCardOrder { kind, holder, profession, replaces: order.replaces };
    match submit_renewal(db, registry, new, (Origin::Officer, &order.submitted_by), rng, act) {
        Ok(open) => {
            risk::keep(db, (&open.number, open.version), found, act)?;
            told["instead"] = json!(open.number);
        }
        Err(SubmitError::NotEligible(NotEligible::Refused(_))) => {}
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
    let state = order.state.name();
    set_status(db, &order.number, order.version, state, state, act)
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
