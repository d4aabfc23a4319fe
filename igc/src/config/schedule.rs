use std::fmt;
use std::str::FromStr;

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
        let moment = chrono::DateTime::from_timestamp_millis(moment.millis())?;
        self.0.after(&moment).next().map(|next| Timestamp::from_millis(next.timestamp_millis()))
    }
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
