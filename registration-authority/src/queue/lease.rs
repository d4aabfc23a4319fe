//! Who is on an order: a notice among officers, for ten minutes at a time, which anybody may take over. It keeps nobody from
//! deciding: a lock is taken on some pages and not on others, and stays behind when a browser is closed. The version of the order
//! is what makes one of two decisions fail.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::order_leases;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

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
pub fn begin(db: &mut Database, number: &str, act: &Act) -> Result<(), LeaseError> {
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
        Ok(_) => Ok(()),
        Err(error) if store::database::is_unique_violation(&error) => {
            Err(LeaseError::Taken(number.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
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
    begin(db, number, act)
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
