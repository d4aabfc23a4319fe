use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use store::schema::{order_answers, order_questions};
use store::{Database, Timestamp};

use super::WorkingHours;
use crate::order::CardOrder;

/// How long an order may still take, in working time. It stands still while its applicant is asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// So much is left.
    Left(Duration),
    /// Passed by so much.
    Late(Duration),
    /// The applicant is awaited since then; so much is left after.
    Paused {
        /// When he was asked.
        since: Timestamp,
        /// What is left once he has answered.
        left: Duration,
    },
}

/// When each of these orders waited for its applicant, from question to answer; a question that nobody has answered has no end.
pub(super) type Waits = BTreeMap<String, Vec<(Timestamp, Option<Timestamp>)>>;

pub(super) fn waits(db: &mut Database, orders: &[&str]) -> QueryResult<Waits> {
    let rows: Vec<(String, Timestamp, Option<Timestamp>)> = order_questions::table
        .left_join(
            order_answers::table.on(order_answers::order_number
                .eq(order_questions::order_number)
                .and(order_answers::order_version.eq(order_questions::order_version))),
        )
        .filter(order_questions::order_number.eq_any(orders))
        .select((
            order_questions::order_number,
            order_questions::asked_at,
            order_answers::answered_at.nullable(),
        ))
        .load(db)?;
    let mut waits = Waits::new();
    for (order, asked, answered) in rows {
        waits.entry(order).or_default().push((asked, answered));
    }
    Ok(waits)
}

/// The working time that an order has taken until `at`, without what its applicant took.
pub(super) fn taken(
    hours: &WorkingHours,
    submitted_at: Timestamp,
    waits: &[(Timestamp, Option<Timestamp>)],
    at: Timestamp,
) -> Duration {
    let awaited = waits.iter().map(|(asked, answered)| hours.between(*asked, answered.unwrap_or(at)));
    hours.between(submitted_at, at).saturating_sub(awaited.sum())
}

/// How long each of these orders may still take at `at`, in their order.
pub(crate) fn deadlines(
    db: &mut Database,
    hours: &WorkingHours,
    orders: &[CardOrder],
    at: Timestamp,
) -> QueryResult<Vec<Deadline>> {
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    let waits = waits(db, &numbers)?;
    let of = |order: &CardOrder| waits.get(&order.number).map_or(&[][..], Vec::as_slice);
    Ok(orders.iter().map(|order| Deadline::of(hours, order.submitted_at, of(order), at)).collect())
}

impl Deadline {
    /// Of an order that was submitted then and is not decided on yet.
    pub(super) fn of(
        hours: &WorkingHours,
        submitted_at: Timestamp,
        waits: &[(Timestamp, Option<Timestamp>)],
        at: Timestamp,
    ) -> Self {
        let (taken, within) = (taken(hours, submitted_at, waits, at), hours.answer_within());
        if let Some((since, _)) = waits.iter().find(|(_, answered)| answered.is_none()) {
            return Self::Paused { since: *since, left: within.saturating_sub(taken) };
        }
        match within.checked_sub(taken) {
            Some(left) if !left.is_zero() => Self::Left(left),
            _ => Self::Late(taken.saturating_sub(within)),
        }
    }
}
