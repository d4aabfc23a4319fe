//! When officers work: what an answer takes is counted in these hours (a delay that runs through nights and Sundays says nothing
//! of the work).

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use store::Timestamp;
use thiserror::Error;

/// How far back hours are counted, in days: what has waited longer is late by any measure.
const DAYS_BOUND: i32 = 400;

/// The hours in which officers work, and how many of them an answer may take.
#[derive(Clone, Debug)]
pub struct WorkingHours {
    days: BTreeSet<i8>,
    opens: Time,
    closes: Time,
    time_zone: TimeZone,
    closed_on: BTreeSet<Date>,
    answer_within: Duration,
}

/// Hours that make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field}: must be {rule}")]
pub struct BadHours {
    /// Which.
    pub field: &'static str,
    /// The rule.
    pub rule: &'static str,
}

impl WorkingHours {
    /// From `opens` to `closes` on these days of the week, on the clock of `time_zone` (`Europe/Paris`), but not on public
    /// holidays of metropolitan France (code du travail, art. L3133-1) nor on the days of `closed_on`. An answer may take
    /// `answer_within` of them.
    pub fn new(
        days: &[Weekday],
        (opens, closes): (Time, Time),
        time_zone: &str,
        closed_on: BTreeSet<Date>,
        answer_within: Duration,
    ) -> Result<Self, BadHours> {
        let bad = |field, rule| Err(BadHours { field, rule });
        let Ok(time_zone) = TimeZone::get(time_zone) else {
            return bad("time_zone", "one of the IANA database, as Europe/Paris");
        };
        if closes <= opens {
            return bad("closes", "later than opens");
        }
        if days.is_empty() {
            return bad("days", "one day of the week at least");
        }
        if answer_within.is_zero() {
            return bad("answer_within", "more than nothing");
        }
        let days = days.iter().map(|day| day.to_monday_one_offset()).collect();
        Ok(Self { days, opens, closes, time_zone, closed_on, answer_within })
    }

    /// How many of these hours an answer may take.
    pub fn answer_within(&self) -> Duration {
        self.answer_within
    }

    /// The working time from one moment to a later one; nothing where it is not later.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let (from, to) =
            (from.to_jiff().to_zoned(self.time_zone.clone()), to.to_jiff().to_zoned(self.time_zone.clone()));
        let first = from.date().max(to.date().saturating_sub(DAYS_BOUND.days()));
        let days =
            first.series(1.day()).take_while(|day| *day <= to.date()).filter(|day| self.is_worked(*day));
        days.map(|day| self.on(day, &from, &to)).sum()
    }

    fn is_worked(&self, day: Date) -> bool {
        self.days.contains(&day.weekday().to_monday_one_offset())
            && !self.closed_on.contains(&day)
            && !is_public_holiday(day)
    }

    /// What of this day's hours lies between both.
    fn on(&self, day: Date, from: &Zoned, to: &Zoned) -> Duration {
        let at = |time: Time| day.to_datetime(time).to_zoned(self.time_zone.clone());
        let (Ok(opens), Ok(closes)) = (at(self.opens), at(self.closes)) else { return Duration::ZERO };
        let (begins, ends) = ((&opens).max(from), (&closes).min(to));
        ends.timestamp().duration_since(begins.timestamp()).try_into().unwrap_or(Duration::ZERO)
    }
}

/// Whether nobody works in metropolitan France on this day.
fn is_public_holiday(day: Date) -> bool {
    const FIXED: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    if FIXED.contains(&(day.month(), day.day())) {
        return true;
    }
    let easter = easter(day.year());
    // Easter Monday, Ascension Day, Whit Monday.
    [1, 39, 50].iter().any(|after| easter.saturating_add(after.days()) == day)
}

/// Easter Sunday by the Gregorian rule (Meeus, "Astronomical Algorithms", ch. 8).
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let narrow = |part: i32| i8::try_from(part).expect("a month or a day");
    Date::constant(i16::try_from(year).expect("it came from one"), narrow(month), narrow(day))
}
