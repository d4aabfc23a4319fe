use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use store::schema::order_flags;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::count::counted;
use super::filter::of_departments;
use super::first::{FirstApproval, first_approvals, leases_shown};
use super::lease::Lease;
use super::{Count, Deadline, Filter, Risk, WorkingHours, count, deadline, orders};
use crate::officers::{self, NotAuthorised, Officer, Right, Scope};
use crate::order::{CardOrder, OrderError, OrderStatus};
use crate::risk::Level;

/// Longest page.
pub const PAGE_BOUND: i64 = 200;

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderSummary {
    /// `CO-2026-000001`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// `CPS`.
    pub kind: String,
    /// IdNat_PS.
    pub holder: String,
    /// The names to be certified.
    pub family_name: String,
    /// The names to be certified.
    pub given_name: String,
    /// The label of the profession, or the title of the staff of a structure.
    pub profession: String,
    /// The card that it replaces.
    pub replaces: Option<String>,
    /// Who submitted it.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Where it stands: `submitted`; `under-review` where whoever made it looked for that.
    pub status: &'static str,
}

impl From<&CardOrder> for OrderSummary {
    fn from(order: &CardOrder) -> Self {
        Self {
            number: order.number.clone(),
            version: order.version,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            profession: order.tie.label().to_owned(),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at,
            status: order.state.name(),
        }
    }
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order.
    pub order: OrderSummary,
    /// How hard to look at it.
    pub risk: Risk,
    /// How long it may still take; none once it is decided on.
    pub deadline: Option<Deadline>,
    /// Who is on it.
    pub lease: Option<Lease>,
    /// Who has given the first of two approvals, where the reader does not look for himself.
    pub first: Option<FirstApproval>,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its lines.
    pub lines: Vec<Line>,
    /// The order after which the next page begins; none on the last one.
    pub next: Option<String>,
    /// How many orders of this state the officer is not there for, whatever else the filter asks: a search that counted them would
    /// spell out their holders.
    pub hidden: Count,
    /// How many of those have no place of which the register says the department, where he is there for some departments only.
    pub unplaced: Count,
    /// How many orders the filter asks for in each state, its own among them.
    pub counts: Vec<(OrderStatus, Count)>,
}

/// Why the queue cannot be shown.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An order of the page cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for QueueError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// A page of the queue: at most `limit` lines after the order of this number. Where there is none of that number, the first
/// page. Inside `db.snapshot(…)`, so that lines and counts agree.
pub fn page(
    db: &mut Database,
    hours: &WorkingHours,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
    act: &Act,
) -> Result<Page, QueueError> {
    let reader = officers::require(db, Right::ReadQueue, act)?;
    let scopes = reader.scopes();
    let limit = limit.clamp(1, PAGE_BOUND);
    let mut orders = orders(db, filter, &scopes, after, limit + 1, act.at)?;
    let more = orders.len() as i64 > limit;
    orders.truncate(limit as usize);
    let next = orders.last().filter(|_| more).map(|order| order.number.clone());
    let lines = lines(db, hours, &reader, orders, act.at)?;
    let mut counts = Vec::new();
    for status in OrderStatus::ALL {
        counts.push((status, count(db, &filter.in_state(status), act)?));
    }
    let hidden = match scopes.iter().any(Scope::is_everything) {
        true => Count::Exactly(0),
        false => Count::of(counted(db, Filter::of(filter.status).hidden(&scopes, act.at))?),
    };
    let unplaced = match of_departments(&scopes) {
        false => Count::Exactly(0),
        true => Count::of(counted(db, Filter::of(filter.status).unplaced(&scopes, act.at))?),
    };
    Ok(Page { lines, next, hidden, unplaced, counts })
}

fn lines(
    db: &mut Database,
    hours: &WorkingHours,
    reader: &Officer,
    orders: Vec<CardOrder>,
    at: Timestamp,
) -> Result<Vec<Line>, QueueError> {
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    let risks = risks(db, &orders, &numbers)?;
    let waits = deadline::waits(db, &numbers)?;
    let all: Vec<&CardOrder> = orders.iter().collect();
    let mut leases = leases_shown(db, reader, &all, at)?;
    let mut firsts = first_approvals(db, reader, &all)?;
    let line = |order: &CardOrder| {
        let waits = waits.get(&order.number).map_or(&[][..], Vec::as_slice);
        Line {
            order: OrderSummary::from(order),
            risk: risks.get(&order.number).copied().unwrap_or(Risk::Green),
            deadline: order.is_undecided().then(|| Deadline::of(hours, order.submitted_at, waits, at)),
            lease: leases.remove(&order.number),
            first: firsts.remove(&order.number),
        }
    };
    Ok(orders.iter().map(line).collect())
}

/// The gravest flag of each order's version, where it has one.
fn risks(db: &mut Database, orders: &[CardOrder], numbers: &[&str]) -> QueryResult<BTreeMap<String, Risk>> {
    let flags: Vec<(String, i64, String)> = order_flags::table
        .filter(order_flags::order_number.eq_any(numbers))
        .select((order_flags::order_number, order_flags::order_version, order_flags::level))
        .load(db)?;
    let mut risks = BTreeMap::new();
    for (number, version, level) in flags {
        if !orders.iter().any(|order| order.number == number && order.version == version) {
            continue;
        }
        let risk = if level == Level::Orange.as_str() { Risk::Orange } else { Risk::Red };
        let gravest: &mut Risk = risks.entry(number).or_insert(risk);
        *gravest = risk.max(*gravest);
    }
    Ok(risks)
}
