//! A walk along the status log, a share of it at each look, so that OCSP is asked about every certificate that was ever revoked or
//! held, and not only about the newest.
//!
//! How far it has come stands in the statement: the next look goes on from there, also in another process.

use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::status_log;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use store::schema::certificate_status_events;
use store::{Database, Timestamp};

/// How long a round through the whole log takes, where somebody looks all the time: a day, less what is lost to restarts.
const ROUND: Duration = Duration::from_secs(18 * 3600);

/// The fewest events of a share: a small log is gone through at each look.
const LEAST: i64 = 32;

/// The most, so that a look ends: with one a minute, a log of four million events is gone through in a round.
const MOST: i64 = 4000;

/// How far a walk has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// When this round began.
    pub round_began_at: Timestamp,
    /// The sequence of the last event of the status log that was gone to in it; zero before the first.
    pub reached: i64,
    /// When the look was that went there.
    pub looked_at: Timestamp,
    /// The last round that came to the end of the log: each certificate of which the log spoke when it began was asked about in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_round: Option<Round>,
}

/// A whole round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// When its first look was.
    pub began_at: Timestamp,
    /// When its last was.
    pub ended_at: Timestamp,
}

/// Issuer and serial number of certificates.
type Certificates = BTreeSet<(String, String)>;

impl Walk {
    /// The next share after `before`, for a look at `at`: how far the walk has come with it, and what lies on the way.
    pub(crate) fn on(
        db: &mut Database,
        before: Option<&Self>,
        at: Timestamp,
    ) -> QueryResult<(Self, Certificates)> {
        let begins = Self { round_began_at: at, reached: 0, looked_at: at, last_round: None };
        let mut walk = before.cloned().unwrap_or(begins);
        let newest = status_log::newest(db)?;
        // A log that came out of a backup ends before that: the round was of another, and has not come to its end.
        if walk.reached > newest {
            walk.reached = 0;
        }
        if walk.reached == 0 {
            walk.round_began_at = at;
        }
        let share = share(newest, walk.looked_at, at);
        walk.looked_at = at;
        let events: Vec<(i64, String, String)> = certificate_status_events::table
            .filter(certificate_status_events::sequence.gt(walk.reached))
            .order(certificate_status_events::sequence)
            .limit(share)
            .select((
                certificate_status_events::sequence,
                certificate_status_events::issuer,
                certificate_status_events::serial,
            ))
            .load(db)?;
        walk.reached = match events.last() {
            Some((last, ..)) if events.len() as i64 == share => *last,
            _ => {
                walk.last_round = Some(Round { began_at: walk.round_began_at, ended_at: at });
                0
            }
        };
        Ok((walk, events.into_iter().map(|(_, issuer, serial)| (issuer, serial)).collect()))
    }
}

/// How many of so many events, so long after the last share. A round goes on at its own pace after a pause.
fn share(events: i64, last: Timestamp, at: Timestamp) -> i64 {
    let passed = at.millis().saturating_sub(last.millis()).max(0);
    let round = i64::try_from(ROUND.as_millis()).unwrap_or(i64::MAX);
    // Less than a round behind, the product of both is far from the end of the type.
    (events.saturating_mul(passed.min(round)) / round + 1).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::fixture::unguarded;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Events of as many certificates, and the sequence of the last.
    fn log(db: &mut Database, events: i64) {
        db.batch_execute(&format!(
            "WITH RECURSIVE given (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM given WHERE n < {events})
             INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             SELECT n, 'ACI-FO-PP', printf('%032X', n), 'revoked', 'keyCompromise', 0 FROM given;
             UPDATE certificate_status_counter SET last = {events};"
        ))
        .unwrap();
    }

    /// Looks a minute apart, until a round has ended: what was gone to, and when it had.
    fn round(db: &mut Database, mut at: Timestamp) -> (Certificates, Walk) {
        let (mut gone_to, mut walk): (_, Option<Walk>) = (Certificates::new(), None);
        loop {
            // As the statement keeps it.
            let before = walk.map(|walk| serde_json::to_string(&walk).unwrap());
            let before = before.map(|text| serde_json::from_str(&text).unwrap());
            let (next, share) = Walk::on(db, before.as_ref(), at).unwrap();
            assert!(share.len() as i64 <= MOST);
            gone_to.extend(share);
            at = at.plus(MINUTE);
            if next.last_round.is_some() {
                return (gone_to, next);
            }
            walk = Some(next);
        }
    }

    #[test]
    fn every_certificate_of_the_log_is_gone_to_within_a_day_and_a_small_log_at_each_look() {
        let start = Timestamp::from_seconds(1_800_000_000);
        for (events, at_most) in [(20, MINUTE), (200_000, Duration::from_secs(86_400))] {
            let (_folder, mut db) = unguarded();
            log(&mut db, events);
            let (gone_to, walk) = round(&mut db, start);
            assert_eq!(gone_to.len() as i64, events);
            let Round { began_at, ended_at } = walk.last_round.unwrap();
            assert!(began_at == start && ended_at < start.plus(at_most), "{events} events until {ended_at}");
            assert_eq!(walk.reached, 0, "the next look begins anew");
        }
    }

    #[test]
    fn a_log_that_was_restored_and_ends_earlier_is_gone_through_anew_and_no_round_has_ended() {
        let start = Timestamp::from_seconds(1_800_000_000);
        let (_folder, mut db) = unguarded();
        log(&mut db, 100);
        let before = Walk { round_began_at: start, reached: 5000, looked_at: start, last_round: None };
        let at = start.plus(MINUTE);
        let (walk, gone_to) = Walk::on(&mut db, Some(&before), at).unwrap();
        assert_eq!((walk.reached, walk.round_began_at, walk.last_round), (LEAST, at, None));
        assert_eq!(gone_to.len() as i64, LEAST);
    }

    #[test]
    fn a_share_is_bounded_after_a_pause_and_where_a_clock_went_back() {
        let at = Timestamp::from_seconds(1_800_000_000);
        let of = |events, last| share(events, last, at);
        assert_eq!(of(4_000_000, at.minus(MINUTE)), 3704);
        assert_eq!(of(i64::MAX, at.minus(MINUTE)), MOST);
        assert_eq!(of(1_000_000, at.minus(ROUND * 30)), MOST);
        assert_eq!(of(1_000_000, at.plus(MINUTE)), LEAST);
    }
}
