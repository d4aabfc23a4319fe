//! English as pages write it: day before month, hours to 24, of Paris as in French.

use std::time::Duration;

use store::Timestamp;

use super::Shown;

const NO_BREAK: char = '\u{a0}';

/// "21 November 2026 at 14:05".
pub(crate) fn long(shown: Shown) -> String {
    format!("{} at{NO_BREAK}{}", day(shown), hour(shown))
}

/// "21 Nov 2026, 14:05".
pub(crate) fn short(shown: Shown) -> String {
    format!("{}, {}", shown.zoned().strftime("%-d\u{a0}%b\u{a0}%Y"), hour(shown))
}

/// "21 November 2026".
pub(crate) fn day(shown: Shown) -> String {
    shown.zoned().strftime("%-d\u{a0}%B\u{a0}%Y").to_string()
}

/// "November 2026".
pub(crate) fn month(shown: Shown) -> String {
    shown.zoned().strftime("%B\u{a0}%Y").to_string()
}

/// "14:05:30".
pub(crate) fn second(shown: Shown) -> String {
    shown.zoned().strftime("%H:%M:%S").to_string()
}

/// "14:05".
pub(crate) fn hour(shown: Shown) -> String {
    shown.zoned().strftime("%H:%M").to_string()
}

/// How long ago: "less than a minute", "12 min", "3 h", "2 d".
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = (now.seconds() - then.seconds()).max(0) / 60;
    match minutes {
        0 => "less than a minute".to_owned(),
        1..60 => format!("{minutes}{NO_BREAK}min"),
        60..2880 => format!("{}{NO_BREAK}h", minutes / 60),
        _ => format!("{}{NO_BREAK}d", thousands(minutes / 1440)),
    }
}

/// For how long: "20 seconds", "1 minute", "10 minutes".
pub(crate) fn lasting(duration: Duration) -> String {
    let (number, unit) = match duration.as_secs() {
        seconds if seconds % 60 == 0 => (seconds / 60, "minute"),
        seconds => (seconds, "second"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number}{NO_BREAK}{unit}{plural}")
}

/// "45 min", "2 h 10 min", "12 h".
pub(crate) fn duration(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}{NO_BREAK}min"),
        (hours, 0) => format!("{hours}{NO_BREAK}h"),
        (hours, minutes) => format!("{hours}{NO_BREAK}h{NO_BREAK}{minutes}{NO_BREAK}min"),
    }
}

/// "12,345".
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_paris_with_the_day_before_the_month() {
        let shown = Shown("2026-07-31T22:30:00Z".parse().unwrap());
        assert_eq!(long(shown), "1\u{a0}August\u{a0}2026 at\u{a0}00:30");
        assert_eq!(short(shown), "1\u{a0}Aug\u{a0}2026, 00:30");
        assert_eq!((second(shown), month(shown)), ("00:30:00".to_owned(), "August\u{a0}2026".to_owned()));
    }

    #[test]
    fn numbers_and_times_are_written_as_english_writes_them() {
        assert_eq!((thousands(1_234_567), thousands(-12)), ("1,234,567".to_owned(), "−12".to_owned()));
        let after = |seconds| ago(Timestamp::from_seconds(0), Timestamp::from_seconds(seconds));
        assert_eq!(after(59), "less than a minute");
        assert_eq!(after(3 * 86_400), "3\u{a0}d");
        assert_eq!(lasting(Duration::from_secs(60)), "1\u{a0}minute");
        assert_eq!(lasting(Duration::from_secs(20)), "20\u{a0}seconds");
        assert_eq!(duration(Duration::from_secs(7_800)), "2\u{a0}h\u{a0}10\u{a0}min");
    }
}
