use store::{Act, Database};

use crate::officers::{self, Right};
use crate::order::{CardOrder, OrderStatus};
use crate::queue::{self, Filter, PAGE_BOUND, QueueError};

/// The orders in one state that the officer is there for, oldest first, after the order of this number; the first ones where
/// there is none of that number.
pub fn orders(
    db: &mut Database,
    status: OrderStatus,
    after: Option<&str>,
    limit: i64,
    act: &Act,
) -> Result<Vec<CardOrder>, QueueError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let limit = limit.clamp(1, PAGE_BOUND);
    queue::orders(db, &Filter::of(status), &officer.scopes(), after, limit, act.at)
}
