//! French typography: spaces before signs, dates and hours of Paris, names.

use std::time::Duration;

use jiff::tz::TimeZone;
pub(crate) use registration_authority::typography::french;
use store::Timestamp;

pub(crate) mod english;
mod in_language;

const NO_BREAK: char = '\u{a0}';
const NARROW_NO_BREAK: char = '\u{202f}';

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A moment as a page shows it, in Paris time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown(pub(crate) Timestamp);

impl Shown {
    /// For `<time datetime>`: RFC 3339.
    pub(crate) fn iso(&self) -> String {
        self.0.to_string()
    }

    /// « 21 novembre 2026 à 14 h 05 ».
    pub(crate) fn long(&self) -> String {
        format!("{} à{NO_BREAK}{}", self.day(), self.hour())
    }

    /// « 21/11/2026 à 14 h 05 ».
    pub(crate) fn short(&self) -> String {
        format!("{} à{NO_BREAK}{}", self.zoned().strftime("%d/%m/%Y"), self.hour())
    }

    /// « 14 h 05 min 30 s », for what is a matter of seconds.
    pub(crate) fn second(&self) -> String {
        let second = self.zoned().second();
        format!("{}{NO_BREAK}min{NO_BREAK}{second:02}{NO_BREAK}s", self.hour())
    }

    /// « 21 novembre 2026 », « 1er décembre 2026 ».
    pub(crate) fn day(&self) -> String {
        let zoned = self.zoned();
        let day = match zoned.day() {
            1 => "1er".to_owned(),
            day => day.to_string(),
        };
        let month = MONTHS[usize::from(zoned.month().unsigned_abs()) - 1];
        format!("{day}{NO_BREAK}{month} {}", zoned.year())
    }

    /// « novembre 2026 ».
    pub(crate) fn month(&self) -> String {
        let zoned = self.zoned();
        let month = MONTHS[usize::from(zoned.month().unsigned_abs()) - 1];
        format!("{month}{NO_BREAK}{}", zoned.year())
    }

    /// The moment by the clocks of Paris.
    pub(crate) fn zoned(&self) -> jiff::Zoned {
        self.0.to_jiff().to_zoned(TimeZone::get("Europe/Paris").expect("the time zones are built in"))
    }

    /// « 14 h 05 ».
    pub(crate) fn hour(&self) -> String {
        let zoned = self.zoned();
        format!("{}{NO_BREAK}h{NO_BREAK}{:02}", zoned.hour(), zoned.minute())
    }
}

/// How long ago: « moins d’une minute », « 12 min », « 3 h », « 2 j ».
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = (now.seconds() - then.seconds()).max(0) / 60;
    match minutes {
        0 => "moins d’une minute".to_owned(),
        1..60 => format!("{minutes}{NO_BREAK}min"),
        60..2880 => format!("{}{NO_BREAK}h", minutes / 60),
        _ => format!("{}{NO_BREAK}j", thousands(minutes / 1440)),
    }
}

/// For how long: « 20 secondes », « 1 minute », « 10 minutes ».
pub(crate) fn lasting(duration: Duration) -> String {
    let (number, unit) = match duration.as_secs() {
        seconds if seconds % 60 == 0 => (seconds / 60, "minute"),
        seconds => (seconds, "seconde"),
    };
    let plural = if number > 1 { "s" } else { "" };
    format!("{number}{NO_BREAK}{unit}{plural}")
}

/// « 45 min », « 2 h 10 », « 12 h ».
pub(crate) fn duration(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}{NO_BREAK}min"),
        (hours, 0) => format!("{hours}{NO_BREAK}h"),
        (hours, minutes) => format!("{hours}{NO_BREAK}h{NO_BREAK}{minutes:02}"),
    }
}

/// « 12 345 », with the narrow space that does not break.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(NARROW_NO_BREAK);
        }
        text.push(digit);
    }
    text
}

/// NOM Prénom, the family name in capitals as on official papers. The card of a service names nobody.
pub(crate) fn name(family_name: &str, given_name: &str) -> String {
    match format!("{} {given_name}", family_name.to_uppercase()).trim() {
        "" => "Service".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Shown {
        Shown(text.parse().unwrap())
    }

    #[test]
    fn dates_are_those_of_paris_in_winter_and_in_summer() {
        assert_eq!(shown("2026-11-21T13:05:00Z").long(), "21\u{a0}novembre 2026 à\u{a0}14\u{a0}h\u{a0}05");
        assert_eq!(shown("2026-07-31T22:30:00Z").short(), "01/08/2026 à\u{a0}0\u{a0}h\u{a0}30");
        assert_eq!(shown("2026-07-31T22:30:00Z").day(), "1er\u{a0}août 2026");
    }

    #[test]
    fn thousands_have_their_spaces() {
        assert_eq!(thousands(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(thousands(12), "12");
    }

    #[test]
    fn a_wait_is_said_in_one_unit() {
        let then = Timestamp::from_seconds(0);
        let after = |seconds| ago(then, Timestamp::from_seconds(seconds)).replace('\u{a0}', " ");
        assert_eq!(after(59), "moins d’une minute");
        assert_eq!(after(12 * 60), "12 min");
        assert_eq!(after(47 * 3600), "47 h");
        assert_eq!(after(3 * 86_400), "3 j");
    }

    #[test]
    fn a_family_name_is_in_capitals_accents_included() {
        assert_eq!(name("Lefèvre-d'Or", "Élise"), "LEFÈVRE-D'OR Élise");
    }
}
