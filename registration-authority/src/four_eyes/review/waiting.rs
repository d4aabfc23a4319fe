//! The looks that wait for somebody.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use store::database::MultiBackend;
use store::schema::{card_orders, review_findings, reviews};
use store::{Act, Database, Timestamp};

use super::{About, MOST_LISTED, Review, ReviewError, Row, about, may_conclude, readable};
use crate::four_eyes::LookAt;
use crate::officers::{self, Right, Scope, rows};

/// The looks that wait, the oldest first, `limit` at most: of orders within the officer's scope, and of every card. For officers who
/// may read a card, and the auditor.
pub fn waiting(db: &mut Database, limit: usize, act: &Act) -> Result<Vec<Review>, ReviewError> {
    let officer = officers::require(db, Right::ReadCard, act)?;
    let mut waiting = Vec::new();
    for (number, about, due_from) in open(db, &officer.scope, MOST_LISTED, act.at)? {
        let may_conclude = match may_conclude(db, &officer, &number, &about, act.at) {
            Ok(()) => true,
            Err(ReviewError::Database(error)) => return Err(error.into()),
            Err(_) => false,
        };
        waiting.push(Review { number, about, due_from, may_conclude });
        if waiting.len() == limit {
            break;
        }
    }
    Ok(waiting)
}

/// The looks that wait at `at` and that an officer of this scope is there for, the oldest first, `limit` at most: number, what is looked
/// at, since when. It asks nobody's right.
pub(crate) fn open(
    db: &mut Database,
    scope: &Scope,
    limit: i64,
    at: Timestamp,
) -> Result<Vec<(String, About, Timestamp)>, ReviewError> {
    let query = match orders_within(db, scope, at)? {
        Some(orders) => waiting_at(at)
            .filter(reviews::looks_at.ne(LookAt::Approval.as_str()).or(reviews::subject.eq_any(orders))),
        None => waiting_at(at),
    };
    let rows: Vec<Row> =
        query.order((reviews::due_from, reviews::number)).limit(limit).select(Row::as_select()).load(db)?;
    let mut open = Vec::with_capacity(rows.len());
    for row in rows {
        let (number, due_from) = (row.number.clone(), row.due_from);
        if let Some(about) = readable(about(db, row))? {
            open.push((number, about, due_from));
        }
    }
    Ok(open)
}

/// How many wait that he is not there for.
pub(crate) fn count_outside(db: &mut Database, scope: &Scope, at: Timestamp) -> QueryResult<i64> {
    match orders_within(db, scope, at)? {
        Some(orders) => waiting_at(at)
            .filter(reviews::looks_at.eq(LookAt::Approval.as_str()))
            .filter(not(reviews::subject.eq_any(orders)))
            .count()
            .get_result(db),
        None => Ok(0),
    }
}

/// How many wait.
pub(crate) fn count_open(db: &mut Database, at: Timestamp) -> QueryResult<i64> {
    waiting_at(at).count().get_result(db)
}

fn waiting_at<'a>(at: Timestamp) -> reviews::BoxedQuery<'a, MultiBackend> {
    let concluded = review_findings::table.filter(review_findings::review.eq(reviews::number));
    reviews::table.filter(reviews::due_from.le(at).and(not(exists(concluded)))).into_boxed()
}

/// The orders at which a look waits and that an officer of this scope is there for; none where he is there for all. Whoever opposes does
/// so everywhere.
fn orders_within(db: &mut Database, scope: &Scope, at: Timestamp) -> QueryResult<Option<Vec<String>>> {
    let Some(within) = rows::orders(std::slice::from_ref(scope)) else { return Ok(None) };
    let concluded = review_findings::table.filter(review_findings::review.eq(reviews::number));
    let looks = reviews::table
        .filter(reviews::looks_at.eq(LookAt::Approval.as_str()).and(reviews::due_from.le(at)))
        .filter(reviews::subject.eq(card_orders::number))
        .filter(not(exists(concluded)));
    let orders = card_orders::table.filter(exists(looks)).into_boxed::<MultiBackend>().filter(within);
    orders.order(card_orders::number).limit(MOST_LISTED).select(card_orders::number).load(db).map(Some)
}
