//! `[desk]`: when officers work, and how long an answer may take.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use registration_authority::queue::WorkingHours;
use serde::{Deserialize, Serialize};

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// `[desk]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSection {
    /// On which days of the week.
    pub days: Vec<String>,
    /// From when, on the clock of the time zone.
    pub opens: String,
    /// Until when.
    pub closes: String,
    /// An IANA name.
    pub time_zone: String,
    /// Days that are not worked, beside the public holidays of metropolitan France.
    pub closed_on: Vec<String>,
    /// Working hours within which an order is answered.
    pub answer_within_hours: u32,
}

impl Default for DeskSection {
    fn default() -> Self {
        Self {
            days: DAYS[..5].iter().map(|(name, _)| (*name).to_owned()).collect(),
            opens: "09:00".to_owned(),
            closes: "17:00".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            closed_on: Vec::new(),
            answer_within_hours: 16,
        }
    }
}

/// When officers work, as understood.
#[derive(Clone, Debug, Serialize)]
pub struct Desk {
    #[serde(flatten)]
    section: DeskSection,
    /// What the rules go by.
    #[serde(skip)]
    pub hours: WorkingHours,
}

impl DeskSection {
    /// Understands the section. The error names the key.
    pub(super) fn understand(self) -> Result<Desk, String> {
        let days: Vec<Weekday> = self.days.iter().map(|day| weekday(day)).collect::<Result<_, _>>()?;
        let closed_on: BTreeSet<Date> =
            self.closed_on.iter().map(|day| date(day)).collect::<Result<_, _>>()?;
        let times = (time("opens", &self.opens)?, time("closes", &self.closes)?);
        if !(1..=1000).contains(&self.answer_within_hours) {
            return Err("desk.answer_within_hours: must be between 1 and 1000".to_owned());
        }
        let within = Duration::from_secs(3600 * u64::from(self.answer_within_hours));
        let hours = WorkingHours::new(&days, times, &self.time_zone, closed_on, within)
            .map_err(|bad| format!("desk.{bad}"))?;
        Ok(Desk { section: self, hours })
    }
}

fn weekday(name: &str) -> Result<Weekday, String> {
    let day = DAYS.into_iter().find(|(word, _)| *word == name);
    day.map(|(_, day)| day).ok_or_else(|| format!("desk.days: {name:?} is not a day, as monday"))
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("desk.closed_on: {text:?} is not a day, as 2026-12-24"))
}

fn time(key: &str, text: &str) -> Result<Time, String> {
    Time::strptime("%H:%M", text).map_err(|_| format!("desk.{key}: {text:?} is not a time of day, as 09:00"))
}
