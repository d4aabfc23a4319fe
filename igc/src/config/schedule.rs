use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use store::Timestamp;

/// A cron expression with seconds, in UTC: `0 0 * * * *` is every full hour.
#[derive(Clone, Debug)]
pub struct Schedule(Box<cron::Schedule>);

impl Schedule {
    /// Reads a cron expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        cron::Schedule::from_str(text)
            .map(|schedule| Self(Box::new(schedule)))
            .map_err(|e| format!("{text:?}: {e}"))
    }

    /// The first time after `moment`; none where the expression names no later time.
    pub fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        self.0.after(&utc(moment)?).next().map(timestamp)
    }

    /// The last time up to `moment`; none where the expression names no earlier time.
    fn last_until(&self, moment: Timestamp) -> Option<Timestamp> {
        self.0.after(&utc(moment.plus(SECOND))?).next_back().map(timestamp)
    }

    /// The first pause longer than `longest` within two years from `moment`: when it begins, and when it ends, where
    /// it does.
    pub fn pause_longer_than(
        &self,
        longest: Duration,
        moment: Timestamp,
    ) -> Option<(Timestamp, Option<Timestamp>)> {
        let mut at = match self.next_after(moment) {
            Some(first) if first <= moment.plus(longest) => first,
            first => return Some((moment, first)),
        };
        let end = moment.plus(LOOKED_AHEAD);
        while at < end {
            match self.last_until(at.plus(longest)) {
                Some(last) if last > at => at = last,
                _ => return Some((at, self.next_after(at))),
            }
        }
        None
    }
}

/// How far ahead of now a schedule is looked at: every month, and a leap day or none.
const LOOKED_AHEAD: Duration = Duration::from_secs(2 * 366 * 86_400);

const SECOND: Duration = Duration::from_secs(1);

fn utc(moment: Timestamp) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp_millis(moment.millis())
}

fn timestamp(time: chrono::DateTime<chrono::Utc>) -> Timestamp {
    Timestamp::from_millis(time.timestamp_millis())
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn pause(expression: &str, longest: Duration) -> Option<(String, Option<String>)> {
        let moment = "2026-11-26T10:30:00Z".parse().unwrap();
        let found = Schedule::parse(expression).unwrap().pause_longer_than(longest, moment);
        found.map(|(from, to)| (from.to_string(), to.map(|to| to.to_string())))
    }

    #[test]
    fn the_first_pause_that_is_too_long_is_found_wherever_it_is() {
        let until = |from: &str, to: &str| Some((from.to_owned(), Some(to.to_owned())));
        assert_eq!(pause("0 0 */6 * * *", 6 * HOUR), None);
        assert_eq!(
            pause("0 0 */6 * * *", 6 * HOUR - SECOND),
            until("2026-11-26T12:00:00Z", "2026-11-26T18:00:00Z")
        );
        // Every second, but not at the weekend.
        assert_eq!(
            pause("* * * * * Mon-Fri", 24 * HOUR),
            until("2026-11-27T23:59:59Z", "2026-11-30T00:00:00Z")
        );
        assert_eq!(pause("* * * * * *", HOUR), None);
        // The first week of a year.
        assert_eq!(
            pause("0 0 0 1-7 1 *", 100 * 24 * HOUR),
            until("2027-01-07T00:00:00Z", "2028-01-01T00:00:00Z")
        );
        assert_eq!(pause("0 0 0 1 1 * 2020", HOUR), Some(("2026-11-26T10:30:00Z".to_owned(), None)));
    }
}
