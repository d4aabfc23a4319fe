//! The only place that reads the clock. Everything else gets the moment inside an `Act`.

use std::time::Duration;

use store::Timestamp;

/// The clock of an installation: the machine's, or, in a demonstration of the years ahead, that
/// plus a number of days (`[demo] clock_offset_days`).
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    offset: Duration,
}

impl Clock {
    /// A clock this many days ahead.
    pub fn ahead_by_days(days: u32) -> Self {
        Self { offset: Duration::from_secs(u64::from(days) * 24 * 3600) }
    }

    /// By how much it is ahead of the machine's; nothing where it is the machine's.
    pub fn ahead(self) -> Option<Duration> {
        (!self.offset.is_zero()).then_some(self.offset)
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "main reads the clock here, once a request or item")]
    pub fn now(self) -> Timestamp {
        Timestamp::from(jiff::Timestamp::now()).plus(self.offset)
    }
}
