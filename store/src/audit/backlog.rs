//! What waits for its place under a signed head, and for how long.

use std::time::Duration;

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_checkpoints, audit_events, audit_leaves, audit_pending};
use crate::{Database, Timestamp};

/// A leaf that is older than this and stands under no signed head is an alarm: the worker orders and signs
/// every half second.
pub const LATEST: Duration = Duration::from_secs(5);

/// Events that no signed head covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// How many.
    pub waiting: i64,
    /// When the oldest of them happened: the moment of its act, so that one of a long transaction looks older
    /// than it is for the half second until it is ordered.
    pub oldest: Option<Timestamp>,
    /// How many leaves the newest signed head covers.
    pub signed_size: i64,
}

impl Backlog {
    /// How old the oldest is.
    pub fn age(&self, at: Timestamp) -> Duration {
        let millis = self.oldest.map_or(0, |oldest| at.millis() - oldest.millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// Whether it is an alarm.
    pub fn is_late(&self, at: Timestamp) -> bool {
        self.age(at) > LATEST
    }
}

/// What waits now.
pub fn of(db: &mut Database) -> QueryResult<Backlog> {
    type Waiting = (i64, Option<Timestamp>);
    let signed_size: Option<i64> =
        audit_checkpoints::table.select(max(audit_checkpoints::tree_size)).first(db)?;
    let signed_size = signed_size.unwrap_or(0);
    let (unordered, first): Waiting = audit_pending::table
        .inner_join(audit_events::table)
        .select((count_star(), min(audit_events::occurred_at)))
        .first(db)?;
    let (unsigned, second): Waiting = audit_leaves::table
        .inner_join(audit_events::table)
        .filter(audit_leaves::sequence.ge(signed_size))
        .select((count_star(), min(audit_events::occurred_at)))
        .first(db)?;
    let oldest = [first, second].into_iter().flatten().min();
    Ok(Backlog { waiting: unordered + unsigned, oldest, signed_size })
}
