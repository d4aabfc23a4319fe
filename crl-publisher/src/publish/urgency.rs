use std::time::Duration;

use serde::Serialize;
use store::Timestamp;

/// How urgent it is that somebody has the next one made of what is published until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// There is time.
    Well,
    /// It should be seen to.
    Warning,
    /// It must be: what stands is about to end, has ended, or lacks a revocation.
    Alarm,
}

/// How long publication may take once it is due, a restart of the worker included.
const GRACE: Duration = Duration::from_secs(300);

impl Urgency {
    /// Of what the worker makes anew once half of its life has passed: older than that, something is wrong with the
    /// worker or its token, and after three quarters it is high time.
    pub fn of_life(this_update: Timestamp, next_update: Timestamp, at: Timestamp) -> Self {
        let quarter =
            Duration::from_secs(u64::try_from(next_update.seconds() - this_update.seconds()).unwrap_or(0))
                / 4;
        if at >= this_update.plus(3 * quarter) {
            Self::Alarm
        } else if at >= this_update.plus(2 * quarter + GRACE) {
            Self::Warning
        } else {
            Self::Well
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_half_its_life_is_late_and_after_three_quarters_an_alarm() {
        let at = |minutes: i64| Timestamp::from_seconds(1_000_000 + 60 * minutes);
        let of = |minutes| Urgency::of_life(at(0), at(4_000), at(minutes));
        assert_eq!([0, 2_000, 2_004].map(of), [Urgency::Well; 3]);
        assert_eq!([2_005, 2_999].map(of), [Urgency::Warning; 2]);
        assert_eq!([3_000, 4_000, 9_000].map(of), [Urgency::Alarm; 3]);
        // A life that is no longer than publication may take.
        assert_eq!(Urgency::of_life(at(0), at(8), at(5)), Urgency::Well);
        assert_eq!(Urgency::of_life(at(5), at(0), at(5)), Urgency::Alarm, "it ends before it begins");
    }
}
