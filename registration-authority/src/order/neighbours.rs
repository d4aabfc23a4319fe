use diesel::prelude::*;
use store::Database;
use store::schema::card_orders;

use super::{CardOrder, OrderStatus};

/// The orders before and after one in the queue of a state, whether or not it stands in that state itself (any more).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The number of the one before.
    pub previous: Option<String>,
    /// The number of the one after.
    pub next: Option<String>,
}

/// Who stands beside this order in the queue of that state, oldest first as the queue is. By key, so that it costs the same
/// at the end as at the start.
pub fn neighbours(db: &mut Database, status: OrderStatus, order: &CardOrder) -> QueryResult<Neighbours> {
    let (at, number) = (order.submitted_at, &order.number);
    let next = card_orders::table
        .filter(card_orders::status.eq(status.as_str()))
        .filter(card_orders::submitted_at.ge(at))
        .filter(card_orders::submitted_at.gt(at).or(card_orders::number.gt(number)))
        .order((card_orders::submitted_at, card_orders::number))
        .select(card_orders::number)
        .first(db)
        .optional()?;
    let previous = card_orders::table
        .filter(card_orders::status.eq(status.as_str()))
        .filter(card_orders::submitted_at.le(at))
        .filter(card_orders::submitted_at.lt(at).or(card_orders::number.lt(number)))
        .order((card_orders::submitted_at.desc(), card_orders::number.desc()))
        .select(card_orders::number)
        .first(db)
        .optional()?;
    Ok(Neighbours { previous, next })
}
