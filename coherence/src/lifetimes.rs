//! How long OCSP answers may be used, then as now: an answer that was made under a longer life lasts on after it was made shorter.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::ocsp_lifetimes;
use store::{Act, Database, Timestamp};

/// How much earlier or later than the worker another role may begin under a changed configuration.
const APART: Duration = Duration::from_secs(24 * 3600);

/// Each life of OCSP answers, and since when, oldest first. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspLifetimes(Vec<(Timestamp, Duration)>);

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
    pub(crate) fn load(db: &mut Database, configured: Duration) -> QueryResult<Self> {
        let rows: Vec<(Timestamp, i64)> = ocsp_lifetimes::table
            .order(ocsp_lifetimes::since)
            .select((ocsp_lifetimes::since, ocsp_lifetimes::lifetime))
            .load(db)?;
        let lives = rows.into_iter().map(|(since, life)| (since, Duration::from_millis(life.unsigned_abs())));
        let mut lives: Vec<_> = lives.collect();
        if lives.is_empty() {
            lives.push((Timestamp::from_millis(0), configured));
        }
        Ok(Self(lives))
    }

    /// Until when an answer may be used that was made at `made` or before, by whoever then answered: the latest end of those
    /// that may have been given under each life.
    pub(crate) fn ended(&self, made: Timestamp) -> Timestamp {
        let ends = self.0.iter().enumerate().filter_map(|(at, (since, life))| {
            // What was before anything was written down is taken for what was written first.
            let began = at == 0 || since.minus(APART) <= made;
            let until = self.0.get(at + 1).map_or(made, |(next, _)| made.min(next.plus(APART)));
            began.then(|| until.plus(*life))
        });
        ends.max().unwrap_or(made)
    }

    #[cfg(test)]
    pub(crate) fn always(life: Duration) -> Self {
        Self(vec![(Timestamp::from_millis(0), life)])
    }

    /// The longest there ever was.
    pub(crate) fn longest(&self) -> Duration {
        self.0.iter().map(|(_, life)| *life).max().unwrap_or_default()
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
        let load = |db: &mut Database| OcspLifetimes::load(db, 2 * HOUR).unwrap();
        assert_eq!(load(&mut db).ended(at(3)), at(3).plus(2 * HOUR), "nothing is written down yet");
        for (since, life) in [(10, 8 * DAY), (11, 8 * DAY), (20, HOUR), (21, HOUR)] {
            note_ocsp_lifetime(&mut db, life, &act(at(since))).unwrap();
        }
        let lives = load(&mut db);
        assert_eq!(lives.0, [(at(10), 8 * DAY), (at(20), HOUR)], "one row for each change");
        assert_eq!(lives.longest(), 8 * DAY);
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
        assert_eq!(lives.0.last(), Some(&(at(20).plus(Duration::from_millis(1)), 3 * DAY)), "a clock behind");
        assert_eq!(lives.ended(at(40)), at(43));
    }
}
