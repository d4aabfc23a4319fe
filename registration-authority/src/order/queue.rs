use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use store::database::MultiBackend;
use store::schema::card_orders;
use store::{Database, Timestamp};

use super::card_order::Row;
use super::{CardOrder, OrderError};

/// Longest page of the queue.
const PAGE_BOUND: i64 = 200;
/// Most orders of one structure that are shown.
const STRUCTURE_BOUND: i64 = 1000;

/// Which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// Waiting for their decision.
    Submitted,
    /// Waiting for an answer of their applicant.
    Waiting,
    /// Waiting for their batch.
    Approved,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// With their card.
    Ordered,
}

impl OrderStatus {
    /// Every state, in the order of an order's life.
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::Waiting, Self::Approved, Self::Refused, Self::Withdrawn, Self::Ordered];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Ordered => "ordered",
        }
    }
}

/// Where a page ended: what follows begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCursor {
    /// When the last order of the page was submitted.
    pub submitted_at: Timestamp,
    /// Its number.
    pub number: String,
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// Which orders.
    pub status: OrderStatus,
    /// After which one.
    pub after: Option<QueueCursor>,
    /// How many, 200 at most.
    pub limit: i64,
}

impl QueueFilter {
    fn start(&self) -> (Timestamp, &str) {
        match &self.after {
            Some(cursor) => (cursor.submitted_at, &cursor.number),
            None => (Timestamp::from_millis(i64::MIN), ""),
        }
    }
}

/// The order of this number.
pub fn get(db: &mut Database, number: &str) -> Result<CardOrder, OrderError> {
    let row: Option<Row> = card_orders::table.find(number).select(Row::as_select()).first(db).optional()?;
    row.ok_or_else(|| OrderError::Unknown(number.to_owned()))?.try_into()
}

/// The numbers of a page of the queue, for jobs that look at each order by itself: one row that cannot be
/// read holds nobody else up.
pub(crate) fn page(db: &mut Database, filter: &QueueFilter) -> QueryResult<Vec<QueueCursor>> {
    let rows: Vec<(Timestamp, String)> =
        following(filter).select((card_orders::submitted_at, card_orders::number)).load(db)?;
    Ok(rows.into_iter().map(|(submitted_at, number)| QueueCursor { submitted_at, number }).collect())
}

/// A page of the queue, oldest first. By key, so that a page is as quick at the end as at the start.
pub fn queue(db: &mut Database, filter: &QueueFilter) -> Result<Vec<CardOrder>, OrderError> {
    let rows: Vec<Row> = following(filter).select(Row::as_select()).load(db)?;
    rows.into_iter().map(CardOrder::try_from).collect()
}

fn following(filter: &QueueFilter) -> card_orders::BoxedQuery<'_, MultiBackend> {
    let (at, number) = filter.start();
    card_orders::table
        .filter(card_orders::status.eq(filter.status.as_str()))
        .filter(
            card_orders::submitted_at
                .gt(at)
                .or(card_orders::submitted_at.eq(at).and(card_orders::number.gt(number))),
        )
        .order((card_orders::submitted_at, card_orders::number))
        .limit(filter.limit.clamp(1, PAGE_BOUND))
        .into_boxed()
}

/// The orders for one holder, newest first, 200 at most.
pub fn of_holder(db: &mut Database, holder: &str) -> Result<Vec<CardOrder>, OrderError> {
    let rows: Vec<Row> = card_orders::table
        .filter(card_orders::holder.eq(holder))
        .order((card_orders::submitted_at.desc(), card_orders::number.desc()))
        .limit(PAGE_BOUND)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CardOrder::try_from).collect()
}

/// The orders for the staff of a structure, newest first, a thousand at most.
pub fn of_structure(
    db: &mut Database,
    structure: &TechnicalStructureId,
) -> Result<Vec<CardOrder>, OrderError> {
    let rows: Vec<Row> = card_orders::table
        .filter(card_orders::structure.eq(structure.to_string()))
        .order((card_orders::submitted_at.desc(), card_orders::number.desc()))
        .limit(STRUCTURE_BOUND)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CardOrder::try_from).collect()
}
