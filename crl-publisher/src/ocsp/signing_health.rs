//! How signing fares, authority by authority: what an operator is told, and when a kept answer goes out instead of a new
//! one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::Timestamp;

/// How long a signature may be under way before whoever can be answered with a kept one no longer waits for it.
const SLOW: Duration = Duration::from_secs(2);

/// How long the oldest may be under way before an operator is told: longer than a burst of questions waits for its turn, and than a call
/// that does not come back is waited for.
const STANDS_STILL: Duration = Duration::from_secs(15);

/// From one attempt of a signer that fails to the next, where there is a kept answer to send meanwhile.
const RETRY: Duration = Duration::from_secs(1);

/// What is known of the signatures that were asked for.
#[derive(Debug, Default)]
pub(crate) struct SigningHealth(Mutex<HashMap<String, Fares>>);

/// Of one authority's responder.
#[derive(Debug, Default)]
struct Fares {
    failing: Option<Failing>,
    /// No signer came free for it, since a signature was made last.
    missed: Option<Failing>,
    /// The newest attempt that brought a signature.
    signed: u64,
    /// When those began that are under way, by a number of their own.
    under_way: BTreeMap<u64, Timestamp>,
    begun: u64,
}

#[derive(Clone, Copy, Debug)]
struct Failing {
    since: Timestamp,
    tried_at: Timestamp,
}

impl Fares {
    /// Since when nothing is signed, as far as is known at `at`.
    fn failing_since(&self, at: Timestamp) -> Option<Timestamp> {
        let hangs = self.under_way.values().next().filter(|began| began.plus(STANDS_STILL) <= at).copied();
        // The signers serve all authorities: those that hang may all be another's.
        let missed = self.missed.filter(|missed| {
            missed.since.plus(STANDS_STILL) <= at && at < missed.tried_at.plus(STANDS_STILL)
        });
        self.failing.or(missed).map(|failing| failing.since).or(hangs)
    }

    /// Whether another attempt is of no use yet.
    fn rests(&self, at: Timestamp) -> bool {
        let tried = |failing: &Failing| (failing.tried_at..failing.tried_at.plus(RETRY)).contains(&at);
        self.failing.as_ref().is_some_and(tried)
            || self.missed.as_ref().is_some_and(tried)
            || self.under_way.values().next().is_some_and(|began| began.plus(SLOW) <= at)
    }
}

impl SigningHealth {
    /// Whether a kept answer that is due for a new one goes out as it is: its signer has just failed, or is at it for long.
    pub(super) fn rests(&self, authority: &str, at: Timestamp) -> bool {
        self.lock().get(authority).is_some_and(|fares| fares.rests(at))
    }

    /// The right to ask the signer; nothing where it rests and whoever asks `can_wait`. One attempt a second is enough to
    /// find it again.
    pub(super) fn turn(&self, authority: &str, at: Timestamp, can_wait: bool) -> Option<Attempt<'_>> {
        let mut all = self.lock();
        if !all.contains_key(authority) {
            all.insert(authority.to_owned(), Fares::default());
        }
        let fares = all.get_mut(authority)?;
        if can_wait && fares.rests(at) {
            return None;
        }
        if let Some(failing) = &mut fares.failing {
            failing.tried_at = at;
        }
        fares.begun += 1;
        let number = fares.begun;
        fares.under_way.insert(number, at);
        Some(Attempt { health: self, authority: authority.to_owned(), at, number, outcome: Outcome::Failed })
    }

    /// Forgets how signing fared for all but these authorities.
    pub(super) fn keep_only(&self, keeps: impl Fn(&str) -> bool) {
        self.lock().retain(|authority, _| keeps(authority));
    }

    /// Each authority for which a signature was asked for, and whether none comes.
    pub(crate) fn fails(&self, at: Timestamp) -> BTreeMap<String, bool> {
        let all = self.lock();
        all.iter().map(|(authority, fares)| (authority.clone(), fares.failing_since(at).is_some())).collect()
    }

    /// The authorities for which nothing is signed, and since when.
    pub(crate) fn failing(&self, at: Timestamp) -> BTreeMap<String, Timestamp> {
        let all = self.lock();
        let failing = all
            .iter()
            .filter_map(|(authority, fares)| fares.failing_since(at).map(|since| (authority.clone(), since)));
        failing.collect()
    }

    /// Nothing behind this lock is left half changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Fares>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A signature that was asked for. Dropped before anything was said of it, it failed.
#[derive(Debug)]
pub(super) struct Attempt<'h> {
    health: &'h SigningHealth,
    authority: String,
    at: Timestamp,
    number: u64,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Signed,
    Failed,
    /// No signer came free in time.
    Missed,
    /// What kept it from being made is not the signer.
    SaysNothing,
}

impl Attempt<'_> {
    /// It is there.
    pub(super) fn signed(mut self) {
        self.outcome = Outcome::Signed;
    }

    /// Each signer was at work for somebody else.
    pub(super) fn missed(mut self) {
        self.outcome = Outcome::Missed;
    }

    /// What keeps it from being made is not the signer.
    pub(super) fn says_nothing(mut self) {
        self.outcome = Outcome::SaysNothing;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut all = self.health.lock();
        let Some(fares) = all.get_mut(&self.authority) else { return };
        fares.under_way.remove(&self.number);
        let tried_at = self.at;
        let again = |before: Option<Failing>| {
            let first = Failing { since: tried_at, tried_at };
            Some(before.map_or(first, |before| Failing { tried_at: before.tried_at.max(tried_at), ..before }))
        };
        match self.outcome {
            Outcome::SaysNothing => {}
            Outcome::Missed => fares.missed = again(fares.missed),
            Outcome::Signed => {
                fares.signed = fares.signed.max(self.number);
                (fares.failing, fares.missed) = (None, None);
            }
            // One that was begun later has signed meanwhile.
            Outcome::Failed if fares.failing.is_none() && fares.signed > self.number => {}
            Outcome::Failed => fares.failing = again(fares.failing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn a_signer_that_fails_is_asked_once_a_second_by_those_who_can_wait_and_always_by_those_who_cannot() {
        let health = SigningHealth::default();
        health.turn("A", at(0), true).unwrap();
        assert!(health.rests("A", at(0)) && !health.rests("B", at(0)), "each authority for itself");
        assert!(health.turn("A", at(0), true).is_none());
        drop(health.turn("A", at(0), false).unwrap());
        let probe = health.turn("A", at(1), true).unwrap();
        assert!(health.turn("A", at(1), true).is_none(), "one is enough");
        assert_eq!(health.failing(at(1)), [("A".to_owned(), at(0))].into());
        probe.signed();
        assert!(health.failing(at(1)).is_empty() && health.turn("A", at(1), true).is_some());
    }

    #[test]
    fn what_fails_late_says_nothing_once_a_later_one_has_signed_and_what_is_not_the_signers_never() {
        let health = SigningHealth::default();
        let late = health.turn("A", at(0), true).unwrap();
        health.turn("A", at(1), true).unwrap().signed();
        drop(late);
        assert!(health.failing(at(2)).is_empty());
        drop(health.turn("A", at(3), true).unwrap());
        health.turn("A", at(5), true).unwrap().says_nothing();
        assert_eq!(health.failing(at(5)), [("A".to_owned(), at(3))].into());
    }

    #[test]
    fn who_finds_no_signer_free_again_and_again_is_told_of_and_sends_what_is_kept() {
        let health = SigningHealth::default();
        for second in 0..=15 {
            health.turn("B", at(second), false).unwrap().missed();
            assert!(health.rests("B", at(second)));
            assert_eq!(health.failing(at(second)).contains_key("B"), second == 15, "{second}");
        }
        assert!(health.failing(at(60)).is_empty(), "a burst that is over says nothing of now");
        health.turn("B", at(61), true).unwrap().signed();
        assert!(!health.rests("B", at(61)));
    }

    #[test]
    fn one_that_does_not_come_back_keeps_nobody_waiting_who_need_not_wait() {
        let health = SigningHealth::default();
        let hangs = health.turn("A", at(0), true).unwrap();
        assert!(!health.rests("A", at(1)) && health.failing(at(1)).is_empty());
        assert!(
            health.rests("A", at(2)) && health.failing(at(2)).is_empty(),
            "a burst may wait for its turn"
        );
        assert!(health.failing(at(15)).contains_key("A"));
        hangs.signed();
        assert!(!health.rests("A", at(2)));
    }
}
