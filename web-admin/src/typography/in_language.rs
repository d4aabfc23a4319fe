//! Dates, times and numbers by the language of the page.

use std::time::Duration;

use store::Timestamp;

use super::{Shown, ago, duration, english, lasting, thousands};
use crate::language::Language;

impl Language {
    /// « 21 novembre 2026 à 14 h 05 », "21 November 2026 at 14:05".
    pub(crate) fn long(self, shown: Shown) -> String {
        match self {
            Self::French => shown.long(),
            Self::English => english::long(shown),
        }
    }

    /// « 21/11/2026 à 14 h 05 », "21 Nov 2026, 14:05".
    pub(crate) fn short(self, shown: Shown) -> String {
        match self {
            Self::French => shown.short(),
            Self::English => english::short(shown),
        }
    }

    /// « 21 novembre 2026 », "21 November 2026".
    pub(crate) fn day(self, shown: Shown) -> String {
        match self {
            Self::French => shown.day(),
            Self::English => english::day(shown),
        }
    }

    /// « 14 h 05 min 30 s », "14:05:30".
    pub(crate) fn second(self, shown: Shown) -> String {
        match self {
            Self::French => shown.second(),
            Self::English => english::second(shown),
        }
    }

    /// « novembre 2026 », "November 2026".
    pub(crate) fn month(self, shown: Shown) -> String {
        match self {
            Self::French => shown.month(),
            Self::English => english::month(shown),
        }
    }

    /// « 14 h 05 », "14:05".
    pub(crate) fn hour(self, shown: Shown) -> String {
        match self {
            Self::French => shown.hour(),
            Self::English => english::hour(shown),
        }
    }

    /// How long ago, in one unit.
    pub(crate) fn ago(self, then: Timestamp, now: Timestamp) -> String {
        match self {
            Self::French => ago(then, now),
            Self::English => english::ago(then, now),
        }
    }

    /// For how long: « 10 minutes », "10 minutes".
    pub(crate) fn lasting(self, time: Duration) -> String {
        match self {
            Self::French => lasting(time),
            Self::English => english::lasting(time),
        }
    }

    /// « 2 h 10 », "2 h 10 min".
    pub(crate) fn duration(self, time: Duration) -> String {
        match self {
            Self::French => duration(time),
            Self::English => english::duration(time),
        }
    }

    /// A number: « 12 345 », "12,345".
    pub(crate) fn thousands(self, number: i64) -> String {
        match self {
            Self::French => thousands(number),
            Self::English => english::thousands(number),
        }
    }
}
