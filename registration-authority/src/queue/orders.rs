use diesel::prelude::*;
use store::schema::card_orders;
use store::{Database, Timestamp};

use super::filter::{By, Place, Query, Way};
use super::{Filter, PAGE_BOUND, QueueError};
use crate::officers::Scope;
use crate::order::CardOrder;

/// The orders of a filter within any of these scopes that follow the order of this number, in the filter's order; the first ones where there is
/// none of that number. One more than a page at most, so that whoever shows a page sees whether there is another.
///
/// It asks nobody's right: a face reads through [`views::orders`](crate::views::orders) or [`page`](super::page).
pub fn orders(
    db: &mut Database,
    filter: &Filter,
    scopes: &[Scope],
    after: Option<&str>,
    limit: i64,
    at: Timestamp,
) -> Result<Vec<CardOrder>, QueueError> {
    orders_by(db, filter.by(), filter, scopes, after, limit, at)
}

/// The same in another order than the list's.
pub(super) fn orders_by(
    db: &mut Database,
    by: By,
    filter: &Filter,
    scopes: &[Scope],
    after: Option<&str>,
    limit: i64,
    at: Timestamp,
) -> Result<Vec<CardOrder>, QueueError> {
    let place = place(db, after)?;
    Ok(CardOrder::load(db, following(by, filter.query(scopes, at), place.as_ref(), limit))?)
}

/// Their numbers alone, for a job that looks at each order by itself: a row that cannot be read holds no other up.
pub(crate) fn numbers(
    db: &mut Database,
    filter: &Filter,
    after: Option<&str>,
    at: Timestamp,
) -> QueryResult<Vec<String>> {
    let (place, all) = (place(db, after)?, [Scope::default()]);
    let query = following(filter.by(), filter.query(&all, at), place.as_ref(), PAGE_BOUND);
    query.select(card_orders::number).load(db)
}

/// By key, so that a page is as quick at the end as at the start.
fn following<'a>(by: By, query: Query<'a>, place: Option<&'a Place>, limit: i64) -> Query<'a> {
    let query = by.ordered(query, Way::On).limit(limit.clamp(1, PAGE_BOUND + 1));
    match place {
        Some(place) => by.beyond(query, place, Way::On),
        None => query,
    }
}

fn place(db: &mut Database, number: Option<&str>) -> QueryResult<Option<Place>> {
    let Some(number) = number else { return Ok(None) };
    card_orders::table.find(number).select(Place::as_select()).first(db).optional()
}
