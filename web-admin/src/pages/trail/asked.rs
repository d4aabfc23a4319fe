//! What is asked of the trail, as it was typed; and as a filter, where it reads.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Timestamp;
use store::audit::search::Filter;

/// Longest text of a field, in characters.
pub(super) const TEXT_BOUND: usize = 200;

/// The fields of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) action: String,
    pub(super) actor: String,
    pub(super) subject: String,
    /// First and last day, in UTC: `2026-11-26`.
    pub(super) from: String,
    pub(super) until: String,
    /// The event behind which the page begins.
    pub(super) after: Option<String>,
}

impl Asked {
    /// From the values of the fields.
    pub(super) fn of<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name| field(name).unwrap_or_default().trim().to_owned();
        Self {
            action: text("action"),
            actor: text("acteur"),
            subject: text("objet"),
            from: text("du"),
            until: text("au"),
            after: field("apres").filter(|id| id.len() == 32).map(str::to_owned),
        }
    }

    /// As a filter; or the name of the field that does not read.
    pub(super) fn filter(&self) -> Result<Filter, &'static str> {
        Ok(Filter {
            action: bounded("action", &self.action)?,
            actor: bounded("acteur", &self.actor)?,
            subject: bounded("objet", &self.subject)?,
            from: day("du", &self.from)?.map(midnight),
            before: day("au", &self.until)?
                .map(|last| midnight(last.saturating_add(jiff::Span::new().days(1)))),
        })
    }
}

fn bounded(field: &'static str, text: &str) -> Result<Option<String>, &'static str> {
    match text.chars().count() {
        0 => Ok(None),
        1..=TEXT_BOUND => Ok(Some(text.to_owned())),
        _ => Err(field),
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<Date>, &'static str> {
    match text {
        "" => Ok(None),
        _ => text.parse().map(Some).map_err(|_| field),
    }
}

fn midnight(day: Date) -> Timestamp {
    // Every day has a midnight in UTC; before 1970 there is no event.
    let at = day.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond());
    Timestamp::from_millis(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, until: &str) -> Asked {
        Asked { from: from.to_owned(), until: until.to_owned(), ..Asked::default() }
    }

    #[test]
    fn both_days_are_in_the_period() {
        let filter = asked("2026-11-26", "2026-11-26").filter().unwrap();
        let told = [filter.from, filter.before].map(|at| at.unwrap().to_string());
        assert_eq!(told, ["2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"]);
        assert_eq!(asked("", "").filter().unwrap(), Filter::default());
    }

    #[test]
    fn what_is_no_day_and_what_is_too_long_is_told_by_its_field() {
        let wrong = |asked: Asked| asked.filter().unwrap_err();
        assert_eq!(wrong(asked("26/11/2026", "")), "du");
        assert_eq!(wrong(asked("", "2026-02-30")), "au");
        let long = Asked { subject: "é".repeat(TEXT_BOUND + 1), ..Asked::default() };
        assert_eq!(wrong(long), "objet");
        let bound = Asked { subject: "é".repeat(TEXT_BOUND), ..Asked::default() };
        assert_eq!(bound.filter().unwrap().subject.unwrap().chars().count(), TEXT_BOUND);
    }
}
