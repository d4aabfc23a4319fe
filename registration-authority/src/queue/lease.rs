//! Who is on an order: a notice among officers, for ten minutes at a time, which anybody may take over. It keeps nobody from
//! deciding: a lock is taken on some pages and not on others, and stays behind when a browser is closed. The version of the order
//! is what makes one of two decisions fail.
//!
//! While he is on it the order is *under review*, and ceases to be when his lease ends; that he took it up stays ([`Examination`]).

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, order_examinations, order_leases};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::order::OrderStatus;

/// The [`stage`] of an order that an officer is on.
pub const UNDER_REVIEW: &str = "under-review";

/// How long an officer is on an order whose page he has opened.
pub const LEASE: Duration = Duration::from_secs(10 * 60);

/// An officer on an order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = order_leases)]
pub struct Lease {
    /// Which order.
    pub order_number: String,
    /// His login.
    pub officer: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when, unless he goes on.
    pub until: Timestamp,
}

/// That an officer took an order up: what is left of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = order_examinations)]
pub struct Examination {
    /// Which version of it.
    pub order_version: i64,
    /// His login.
    pub officer: String,
    /// When.
    pub begun_at: Timestamp,
}

/// Where an order stands for whoever follows it: a submitted one that an officer is on is `under-review`.
pub fn stage(status: OrderStatus, lease: Option<&Lease>) -> &'static str {
    match (status, lease) {
        (OrderStatus::Submitted, Some(_)) => UNDER_REVIEW,
        _ => status.as_str(),
    }
}

/// Why an officer is not on an order.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// The actor may not decide.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Another is, or has come at the same moment.
    #[error("another officer is on order {0}")]
    Taken(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for LeaseError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Taken(_) => faults::ORDER_TAKEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The officer who acts is on this order from now on, or goes on being; [`LeaseError::Taken`] while another is. Inside the
/// caller's write transaction.
pub fn begin(db: &mut Database, number: &str, rng: &mut dyn CryptoRng, act: &Act) -> Result<(), LeaseError> {
    let officer = officers::require(db, Right::Decide, act)?.login;
    diesel::delete(order_leases::table.filter(order_leases::until.le(act.at))).execute(db)?;
    let until = act.at.plus(LEASE);
    let gone_on = diesel::update(order_leases::table.find(number))
        .filter(order_leases::officer.eq(&officer))
        .set(order_leases::until.eq(until))
        .execute(db)?;
    if gone_on == 1 {
        return Ok(());
    }
    let lease = (
        order_leases::order_number.eq(number),
        order_leases::officer.eq(&officer),
        order_leases::since.eq(act.at),
        order_leases::until.eq(until),
    );
    match diesel::insert_into(order_leases::table).values(lease).execute(db) {
        Ok(_) => Ok(take_up(db, number, &officer, rng, act)?),
        Err(error) if store::database::is_unique_violation(&error) => {
            Err(LeaseError::Taken(number.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes down that he is on it, with the version that he reads.
fn take_up(
    db: &mut Database,
    number: &str,
    officer: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    // Taken up, lost and taken up again within a millisecond: it stands.
    let begun = order_examinations::table.find((number, act.at, officer));
    if diesel::select(diesel::dsl::exists(begun)).get_result(db)? {
        return Ok(());
    }
    let version: i64 = card_orders::table.find(number).select(card_orders::version).first(db)?;
    diesel::insert_into(order_examinations::table)
        .values((
            order_examinations::order_number.eq(number),
            order_examinations::order_version.eq(version),
            order_examinations::officer.eq(officer),
            order_examinations::begun_at.eq(act.at),
        ))
        .execute(db)?;
    let event = audit::Event {
        action: "order.taken-up",
        subject: format!("order {number}"),
        payload: json!({ "version": version }),
    };
    audit::record(db, event, rng, act)
}

/// Who took the order up, oldest first.
pub fn examinations(db: &mut Database, number: &str) -> QueryResult<Vec<Examination>> {
    order_examinations::table
        .filter(order_examinations::order_number.eq(number))
        .order((order_examinations::begun_at, order_examinations::officer))
        .select(Examination::as_select())
        .load(db)
}

/// Takes an order over from whoever is on it, which the trail keeps. Inside the caller's write transaction.
pub fn take_over(
    db: &mut Database,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LeaseError> {
    let officer = officers::require(db, Right::Decide, act)?.login;
    let other: Option<Lease> = order_leases::table
        .find(number)
        .filter(order_leases::officer.ne(&officer).and(order_leases::until.gt(act.at)))
        .select(Lease::as_select())
        .first(db)
        .optional()?;
    if let Some(other) = other {
        diesel::delete(order_leases::table.find(number).filter(order_leases::officer.eq(&other.officer)))
            .execute(db)?;
        let event = audit::Event {
            action: "order.taken-over",
            subject: format!("order {number}"),
            payload: json!({ "from": other.officer }),
        };
        audit::record(db, event, rng, act)?;
    }
    begin(db, number, rng, act)
}

/// The officer is on this order no more: he has approved it, and another must. Whoever else is on it stays.
pub(crate) fn end_of(db: &mut Database, number: &str, officer: &str) -> QueryResult<()> {
    let his = order_leases::table.find(number).filter(order_leases::officer.eq(officer));
    diesel::delete(his).execute(db).map(drop)
}

/// Nobody is on this order any more: it is decided on.
pub(crate) fn end(db: &mut Database, number: &str) -> QueryResult<()> {
    diesel::delete(order_leases::table.find(number)).execute(db).map(drop)
}

/// Who is on which of these orders at that moment.
pub fn of(db: &mut Database, orders: &[&str], at: Timestamp) -> QueryResult<BTreeMap<String, Lease>> {
    let leases: Vec<Lease> = order_leases::table
        .filter(order_leases::order_number.eq_any(orders).and(order_leases::until.gt(at)))
        .select(Lease::as_select())
        .load(db)?;
    Ok(leases.into_iter().map(|lease| (lease.order_number.clone(), lease)).collect())
}
