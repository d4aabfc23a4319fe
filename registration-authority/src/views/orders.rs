use store::{Act, Database};

use crate::officers::{self, Right};
use crate::order::{self, CardOrder, QueueFilter};
use crate::queue::QueueError;

/// The orders in one state after one of them, for who may read the queue.
pub fn orders(db: &mut Database, filter: &QueueFilter, act: &Act) -> Result<Vec<CardOrder>, QueueError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(order::queue(db, filter)?)
}
