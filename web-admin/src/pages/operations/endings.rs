//! How many certificates end in each of the next months.

use ca_core::certificate;
use jiff::Zoned;
use store::{Database, Timestamp};

use crate::chart::BarChart;
use crate::failure::Failure;
use crate::language::Language;
use crate::typography::Shown;

/// How many months are told, the one that runs included.
const MONTHS: usize = 13;

/// The chart from `at` on.
pub(super) fn chart(db: &mut Database, language: Language, at: Timestamp) -> Result<BarChart, Failure> {
    let mut figures = Vec::new();
    let mut from = at;
    for _ in 0..MONTHS {
        let before = next_month(from);
        let ending = certificate::ending(db, from, before)?;
        figures.push((language.month(Shown(from)), u64::try_from(ending).unwrap_or(0)));
        from = before;
    }
    let written = |ending: u64| language.thousands(i64::try_from(ending).unwrap_or(i64::MAX));
    let all: u64 = figures.iter().map(|(_, ending)| ending).sum();
    Ok(BarChart {
        id: "echeances",
        title: language.say("operations-endings-title"),
        summary: match all {
            0 => language.say("operations-endings-none"),
            _ => language.say("operations-endings-some").count("number", all),
        },
        headings: [language.say("operations-month"), language.say("operations-certificates")],
        bars: BarChart::bars_of(&figures, written),
    })
}

/// When the month after the one of `at` begins, in Paris.
fn next_month(at: Timestamp) -> Timestamp {
    let zoned = Shown(at).zoned();
    let next = zoned
        .first_of_month()
        .and_then(|first| first.checked_add(jiff::Span::new().months(1)))
        .and_then(|first: Zoned| first.start_of_day());
    // Only at the end of jiff's calendar is there none.
    next.map_or(at, |next| Timestamp::from_millis(next.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_at_midnight_of_paris_in_winter_and_in_summer() {
        let next = |text: &str| next_month(text.parse().unwrap()).to_string();
        assert_eq!(next("2026-11-26T10:00:00Z"), "2026-11-30T23:00:00Z");
        assert_eq!(next("2026-11-30T23:00:00Z"), "2026-12-31T23:00:00Z");
        assert_eq!(next("2026-06-30T22:30:00Z"), "2026-07-31T22:00:00Z");
        assert_eq!(next("2027-01-31T12:00:00Z"), "2027-01-31T23:00:00Z");
    }
}
