//! How long OCSP answers may be used, then as now: an answer that was made under a longer life lasts on after it was made shorter.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::ocsp_lifetimes;
use store::{Act, Database, Timestamp};

/// How much earlier or later than the worker another role may begin under a changed configuration.
const APART: Duration = Duration::from_secs(24 * 3600);

/// Each life of OCSP answers, as somebody knows them at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspLifetimes {
    /// Each, and since when, in the order in which they were written. At least one.
    lives: Vec<(Timestamp, Duration)>,
    /// That moment. What is written to begin after it was written by a clock that was ahead, or behind such a row: when it began,
    /// nobody knows.
    now: Timestamp,
}

/// Writes down how long OCSP answers may be used from here on, where that is not what was written last. Called by whoever begins
/// under a configuration, inside no transaction.
pub fn note_ocsp_lifetime(db: &mut Database, lifetime: Duration, act: &Act) -> QueryResult<()> {
    let millis = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    let last: Option<(Timestamp, i64)> = ocsp_lifetimes::table
        .order(ocsp_lifetimes::since.desc())
        .select((ocsp_lifetimes::since, ocsp_lifetimes::lifetime))
        .first(db)
        .optional()?;
    if last.is_some_and(|(_, last)| last == millis) {
        return Ok(());
    }
    // A clock that has gone back puts no row before the last.
    let since = last.map_or(act.at, |(since, _)| act.at.max(since.plus(Duration::from_millis(1))));
    diesel::insert_into(ocsp_lifetimes::table)
        .values((ocsp_lifetimes::since.eq(since), ocsp_lifetimes::lifetime.eq(millis)))
        .execute(db)?;
    Ok(())
}

impl OcspLifetimes {
    /// What is written down; the life of the configuration where nothing is.
    pub(crate) fn load(db: &mut Database, configured: Duration, now: Timestamp) -> QueryResult<Self> {
        let rows: Vec<(Timestamp, i64)> = ocsp_lifetimes::table
            .order(ocsp_lifetimes::since)
            .select((ocsp_lifetimes::since, ocsp_lifetimes::lifetime))
            .load(db)?;
        let lives = rows.into_iter().map(|(since, life)| (since, Duration::from_millis(life.unsigned_abs())));
        let mut lives: Vec<_> = lives.collect();
        if lives.is_empty() {
            lives.push((Timestamp::from_millis(0), configured));
        }
        Ok(Self { lives, now })
    }

    /// Until when an answer may be used that was made at `made` or before, by whoever then answered: the latest end of those
    /// that may have been given under each life.
    pub(crate) fn ended(&self, made: Timestamp) -> Timestamp {
        let ends = self.lives.iter().enumerate().filter_map(|(at, (since, life))| {
            // What was before anything was written down is taken for what was written first.
            let began = at == 0 || since.minus(APART) <= made || *since > self.now;
            began.then(|| made.min(self.given_until(at)).plus(*life))
        });
        ends.max().unwrap_or(made)
    }

    /// Until when answers may have been given under the life at this place; of the last one, and where the next one is ahead of the
    /// clock, for ever.
    fn given_until(&self, at: usize) -> Timestamp {
        match self.lives.get(at + 1) {
            Some((next, _)) if *next <= self.now => next.plus(APART),
            _ => Timestamp::from_millis(i64::MAX),
        }
    }

    #[cfg(test)]
    pub(crate) fn always(life: Duration) -> Self {
        Self { lives: vec![(Timestamp::from_millis(0), life)], now: Timestamp::from_millis(i64::MAX) }
    }

    /// The longest of those under which an answer was given that may be used now.
    pub(crate) fn longest_in_use(&self) -> Duration {
        let lives = self.lives.iter().enumerate();
        let in_use = lives.filter(|(at, (_, life))| self.given_until(*at).plus(*life) > self.now);
        in_use.map(|(_, (_, life))| *life).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::unguarded;

    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn at(days: u32) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(DAY * days)
    }

    fn act(at: Timestamp) -> Act {
        let request = store::RequestId("test".to_owned());
        Act { at, actor: store::Actor::Job("test"), request }
    }

    #[test]
    fn an_answer_of_a_longer_life_lasts_on_after_it_was_made_shorter() {
        let (_folder, mut db) = unguarded();
        let load = |db: &mut Database| OcspLifetimes::load(db, 2 * HOUR, at(50)).unwrap();
        assert_eq!(load(&mut db).ended(at(3)), at(3).plus(2 * HOUR), "nothing is written down yet");
        for (since, life) in [(10, 8 * DAY), (11, 8 * DAY), (20, HOUR), (21, HOUR)] {
            note_ocsp_lifetime(&mut db, life, &act(at(since))).unwrap();
        }
        let lives = load(&mut db);
        assert_eq!(lives.lives, [(at(10), 8 * DAY), (at(20), HOUR)], "one row for each change");
        for (now, longest) in [(10, 8 * DAY), (22, 8 * DAY), (28, 8 * DAY), (29, HOUR), (500, HOUR)] {
            let lives = OcspLifetimes::load(&mut db, HOUR, at(now)).unwrap();
            assert_eq!(
                lives.longest_in_use(),
                longest,
                "on day {now}: nobody holds an answer of the longer life"
            );
        }
        for (made, ended) in [
            (1, at(9)),
            (15, at(23)),
            (20, at(28)),
            // The status role may have begun under the new life a day after the worker.
            (21, at(29)),
            (25, at(29)),
            (40, at(40).plus(HOUR)),
        ] {
            assert_eq!(lives.ended(at(made)), ended, "{made}");
        }
        note_ocsp_lifetime(&mut db, 3 * DAY, &act(at(5))).unwrap();
        let lives = load(&mut db);
        assert_eq!(
            lives.lives.last(),
            Some(&(at(20).plus(Duration::from_millis(1)), 3 * DAY)),
            "a clock behind"
        );
        assert_eq!(lives.ended(at(40)), at(43));
    }

    #[test]
    fn what_was_written_by_a_clock_that_was_ahead_and_behind_it_counts_at_any_time() {
        let (_folder, mut db) = unguarded();
        for (since, life) in [(0, HOUR), (3650, 8 * DAY), (10, 2 * HOUR), (20, 3 * DAY), (30, HOUR)] {
            note_ocsp_lifetime(&mut db, life, &act(at(since))).unwrap();
        }
        let lives = OcspLifetimes::load(&mut db, HOUR, at(40)).unwrap();
        assert_eq!(lives.ended(at(12)), at(20), "nobody knows when the eight days began and ended");
        assert_eq!(lives.longest_in_use(), 8 * DAY);
    }
}
