//! How far the ends are for which the register calls.

use std::time::Duration;

use diesel::dsl::min;
use diesel::prelude::*;
use store::schema::{card_lapses, certificate_lapses};
use store::{Database, Timestamp};

use super::complete_feed;
use super::examine::last_examined;

/// For how long a lapse that was settled counts as of this work.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How far the cards and certificates are that the register no longer supports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LapseProgress {
    /// How many are open, or were settled within a day.
    pub all: i64,
    /// How many of them are settled: ended, or lifted because the register says otherwise.
    pub settled: i64,
    /// Since when the oldest of the open ones waits.
    pub since: Option<Timestamp>,
    /// Whether a feed is in the register in whose light nobody has looked at the cards yet.
    pub unexamined: bool,
}

/// Reads how far they are at `at`.
pub fn progress(db: &mut Database, at: Timestamp) -> QueryResult<LapseProgress> {
    let (cards, certificates) = (
        card_lapses::table.filter(card_lapses::status.eq("open")),
        certificate_lapses::table.filter(certificate_lapses::status.eq("open")),
    );
    let open = cards.count().get_result::<i64>(db)? + certificates.count().get_result::<i64>(db)?;
    let oldest: [Option<Timestamp>; 2] = [
        cards.select(min(card_lapses::found_at)).first(db)?,
        certificates.select(min(certificate_lapses::found_at)).first(db)?,
    ];
    let settled_cards =
        card_lapses::table.filter(card_lapses::settled_at.gt(at.minus(DAY))).count().get_result::<i64>(db)?;
    let settled_certificates = certificate_lapses::table
        .filter(certificate_lapses::settled_at.gt(at.minus(DAY)))
        .count()
        .get_result::<i64>(db)?;
    let settled = settled_cards + settled_certificates;
    let newest = complete_feed(db)?.map_or(0, |feed| feed.sequence);
    Ok(LapseProgress {
        all: open + settled,
        settled,
        since: oldest.into_iter().flatten().min(),
        unexamined: last_examined(db)? < newest,
    })
}
