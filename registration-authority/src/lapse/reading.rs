//! Which feed says again what another has said first.

use diesel::prelude::*;
use professional_registry::import::NewestFeed;
use store::Database;
use store::schema::opposition_plans;

use super::cause;

/// Whether the feed is a second reading of what lapsed in the light of that of `first_sequence`: it is a later one, and where the cause
/// is somebody's absence it says who is absent. One that does not ends nobody who left, and keeps nothing else.
pub(super) fn says_again(feed: &NewestFeed, first_sequence: i64, cause: &str) -> bool {
    first_sequence < feed.sequence && (feed.speaks_of_absent || !cause::needs_a_feed_that_speaks(cause))
}

/// The second reading of a lapse that ends now, by its sequence and the SHA-256 of its file: the newest feed, or that in whose light it
/// was planned, since what two officers have released needs no third. `None` where no feed has said it again.
pub(super) fn second(
    db: &mut Database,
    newest: &NewestFeed,
    plan: Option<&str>,
    (first_sequence, cause): (i64, &str),
) -> QueryResult<Option<(i64, String)>> {
    if says_again(newest, first_sequence, cause) {
        return Ok(Some((newest.sequence, newest.feed.clone())));
    }
    let Some(plan) = plan else { return Ok(None) };
    opposition_plans::table
        .find(plan)
        .filter(opposition_plans::sequence.gt(first_sequence))
        .select((opposition_plans::sequence, opposition_plans::feed))
        .first(db)
        .optional()
}
