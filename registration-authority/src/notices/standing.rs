//! How many notices wait, and how many nobody will get: figures alone, for whoever may know neither to whom nor about what.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use store::schema::outbox;
use store::{Database, Timestamp};

use crate::faults;

/// How things stand with the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticesStanding {
    /// Notices that have not left and are still tried.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// How many of them the server has kept from leaving at least once.
    pub tried: i64,
    /// Notices that were given up, but for those whose recipient has no address: that is no fault of anybody here.
    pub dead: i64,
    /// Notices whose recipient has no address.
    pub without_address: i64,
}

/// How things stand now.
pub fn standing(db: &mut Database) -> QueryResult<NoticesStanding> {
    let waits = outbox::table.filter(outbox::sent_at.is_null()).filter(outbox::failed_at.is_null());
    let (waiting, oldest): (i64, Option<Timestamp>) =
        waits.select((count_star(), min(outbox::created_at))).first(db)?;
    let tried = waits.filter(outbox::attempts.gt(0)).count().get_result(db)?;
    let failed = outbox::table.filter(outbox::failed_at.is_not_null());
    let without_address =
        failed.filter(outbox::last_error.eq(faults::NOTICE_NO_ADDRESS.name)).count().get_result(db)?;
    let failed: i64 = failed.count().get_result(db)?;
    Ok(NoticesStanding { waiting, oldest, tried, dead: failed - without_address, without_address })
}
