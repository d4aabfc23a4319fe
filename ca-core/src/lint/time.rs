//! `Time` of RFC 5280 §4.1.2.5, and the calendar it needs.

use super::finding::Finding;
use super::reader::{Element, tag};

const FORMAT: &str = "rfc5280-4.1.2.5-time-format";

/// Reads a `Time` as seconds since 1970-01-01T00:00:00Z. UTCTime through 2049, GeneralizedTime after;
/// seconds are given, fractions are not, the zone is `Z`.
pub(super) fn read(element: &Element<'_>, what: &str) -> Result<i64, Finding> {
    let digits = match element.tag {
        tag::UTC_TIME => 12,
        tag::GENERALIZED_TIME => 14,
        other => {
            let message = format!("{what}: tag {other:02X} is neither UTCTime nor GeneralizedTime");
            return Err(Finding::new(FORMAT, element.offset, message));
        }
    };
    let seconds = moment(element, digits, what)?;
    if element.is(tag::GENERALIZED_TIME) && seconds < FIRST_OF_2050 {
        let message = format!("{what}: a date before 2050 is a UTCTime");
        return Err(Finding::new("rfc5280-4.1.2.5-utctime-through-2049", element.offset, message));
    }
    // UTCTime begins in 1950; readers whose time begins in 1970, the publisher's among them, refuse what is signed so.
    if seconds < 0 {
        let message = format!("{what}: a date before 1970");
        return Err(Finding::new("igc-time-before-1970", element.offset, message));
    }
    Ok(seconds)
}

/// Reads a `GeneralizedTime` whatever its tag (PrivateKeyUsagePeriod, invalidityDate).
pub(super) fn generalized(element: &Element<'_>, what: &str) -> Result<i64, Finding> {
    moment(element, 14, what)
}

/// 2050-01-01T00:00:00Z.
const FIRST_OF_2050: i64 = 2_524_608_000;

fn moment(element: &Element<'_>, digits: usize, what: &str) -> Result<i64, Finding> {
    let form = if digits == 12 { "YYMMDDHHMMSSZ" } else { "YYYYMMDDHHMMSSZ" };
    let fail =
        |message: &str| Err(Finding::new(FORMAT, element.offset, format!("{what}: {message} ({form})")));
    let Some((text, b"Z")) = element.content.split_at_checked(digits) else {
        return fail("wrong length or zone");
    };
    if !text.iter().all(u8::is_ascii_digit) {
        return fail("a character that is no digit");
    }
    let number =
        |from: usize, to: usize| text[from..to].iter().fold(0, |sum, d| sum * 10 + i64::from(d - b'0'));
    let rest = digits - 10;
    let year = match (digits, number(0, rest)) {
        (12, short) if short >= 50 => 1900 + short,
        (12, short) => 2000 + short,
        (_, full) => full,
    };
    let two = |index: usize| number(rest + 2 * index, rest + 2 * index + 2);
    let (month, day, hour, minute, second) = (two(0), two(1), two(2), two(3), two(4));
    let exists = (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !exists {
        return fail("no such date or time of day");
    }
    Ok(days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let years = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    years + months + day - 1 - 719_162
}
