//! Which payloads are past their time.

use diesel::prelude::*;

use crate::schema::{audit_events, audit_leaves, audit_payloads};
use crate::{Database, Timestamp};

/// The events before `before` that have a payload and whose action begins with `family` (`order.`), oldest first, `limit` at
/// most. Only those that have their place in the tree: what waits for it is of today.
pub fn payloads_before(
    db: &mut Database,
    family: &str,
    before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<String>> {
    audit_events::table
        .inner_join(audit_payloads::table)
        .inner_join(audit_leaves::table)
        .filter(audit_events::occurred_at.lt(before))
        .filter(audit_events::action.like(format!("{family}%")))
        .order((audit_events::occurred_at, audit_events::id))
        .limit(limit)
        .select(audit_events::id)
        .load(db)
}
