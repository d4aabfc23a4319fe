//! Where something stands in the list of what waits: an officer goes on from there.

use super::{Inbox, Waiting};

impl Waiting {
    /// Where it stands in the list, for an address. Whoever has signed it goes on from there, past what he left for later.
    pub fn place(&self) -> String {
        let (since, key) = self.stands_at();
        format!("{since}.{key}")
    }

    /// Since when, in milliseconds since 1970, and what names it.
    pub(super) fn stands_at(&self) -> (i64, String) {
        (self.since.millis(), self.matter.key())
    }
}

impl Inbox {
    /// What follows this [place](Waiting::place), whether what stood there still waits or not; nothing after the last. The first where
    /// that is no place.
    pub fn after(&self, place: &str) -> Option<&Waiting> {
        let read = |(since, key): (&str, &str)| Some((since.parse().ok()?, key.to_owned()));
        let left = place.split_once('.').and_then(read);
        let follows = |one: &&Waiting| left.as_ref().is_none_or(|left| one.stands_at() > *left);
        self.to_sign.iter().find(follows)
    }
}
