//! How long a certificate lives.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::Profile;

/// How long a certificate lives: `years` on the calendar, plus or less `days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Calendar years: the same day and second, years later.
    #[serde(default)]
    pub years: u16,
    /// Days more, or less where negative.
    #[serde(default)]
    pub days: i16,
    /// What becomes of an end that lies past the issuer's.
    pub past_issuer: PastIssuer,
}

/// What becomes of an end that lies past the issuer's (no certificate outlives its issuer, invariant 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PastIssuer {
    /// It is cut to the issuer's end: for certificates of machines, which are renewed without a person.
    Cut,
    /// The certificate is refused: a person's or structure's is never silently shorter than what was
    /// promised; a new generation of the authority is due.
    Refuse,
}

impl Term {
    /// The end of a certificate that begins at `not_before`, that second included.
    pub fn end(self, not_before: Timestamp) -> Timestamp {
        let years_later = not_before.whole_second().plus_years(i32::from(self.years));
        let days = Duration::from_secs(u64::from(self.days.unsigned_abs()) * 86_400);
        if self.days < 0 { years_later.minus(days) } else { years_later.plus(days) }
    }
}

impl Profile {
    /// The end of a certificate of this profile that begins at `not_before` under an issuer that ends at
    /// `issuer_end` (a root: none). Where the profile cuts, the earlier of both; else the end of the term,
    /// which [`crate::tbs::build`] refuses when it lies past the issuer's.
    pub fn not_after(&self, not_before: Timestamp, issuer_end: Option<Timestamp>) -> Timestamp {
        let end = self.term.end(not_before);
        match (self.term.past_issuer, issuer_end) {
            (PastIssuer::Cut, Some(issuer_end)) => end.min(issuer_end),
            _ => end,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.years, self.days) {
            (0, days) => write!(f, "{days} days")?,
            (years, 0) => write!(f, "{years} years")?,
            (years, days) => write!(f, "{years} years {days:+} days")?,
        }
        f.write_str(match self.past_issuer {
            PastIssuer::Cut => ", cut to the end of the issuer",
            PastIssuer::Refuse => ", refused past the end of the issuer",
        })
    }
}
