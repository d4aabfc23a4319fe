use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use store::Timestamp;

/// The end of this day, `2027-12-31`, by the clocks of Paris: a mandate stands on the whole of its last day and no longer. `None`
/// where it is no day.
pub fn end_of_day(day: &str) -> Option<Timestamp> {
    let next: Date = day.parse::<Date>().ok()?.tomorrow().ok()?;
    let midnight = next.to_zoned(paris()).ok()?;
    Some(Timestamp::from_millis(midnight.timestamp().as_millisecond()))
}

/// The beginning of the day after, by the clocks of Paris; a day later where the calendar ends.
pub(crate) fn next_day(at: Timestamp) -> Timestamp {
    let day = at.to_jiff().to_zoned(paris()).date();
    end_of_day(&day.to_string()).unwrap_or_else(|| at.plus(Duration::from_secs(86_400)))
}

/// The last millisecond, where a mandate ends with a day and not within one: it is of the last day.
pub fn last_day(until: Timestamp) -> Option<Timestamp> {
    let end = until.to_jiff().to_zoned(paris());
    (end.time() == Time::midnight()).then(|| Timestamp::from_millis(until.millis() - 1))
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the time zones are built in")
}
