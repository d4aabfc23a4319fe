//! How far memory has come in the status log, for those who wait for an event of it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the looks at the log have reached.
#[derive(Debug, Default)]
pub(super) struct Applied {
    looks: Mutex<Looks>,
    moves: Condvar,
}

#[derive(Debug, Default)]
struct Looks {
    /// How many have begun.
    begun: u64,
    /// The number of the last that has ended.
    ended: u64,
    /// The sequence of the last event that is in memory; `None` before the first synchronisation.
    reached: Option<i64>,
}

/// A look at the log, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look(u64);

impl Applied {
    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The look that begins next: whatever is committed by now, it reads.
    pub(super) fn next_look(&self) -> Look {
        Look(self.looks().begun + 1)
    }

    /// Says that a look begins.
    pub(super) fn begin(&self) -> Look {
        let mut looks = self.looks();
        looks.begun += 1;
        Look(looks.begun)
    }

    /// Says that memory holds everything up to `sequence`, as this look found. It may be smaller than before: a log can go back.
    pub(super) fn reach(&self, look: Look, sequence: i64) {
        let mut looks = self.looks();
        (looks.ended, looks.reached) = (look.0, Some(sequence));
        drop(looks);
        self.moves.notify_all();
    }

    /// Whether memory holds the event `sequence` as this look or a later one found, now or within `at_most`. What an earlier one
    /// found may be of a log that went back since, which gives its numbers again.
    pub(super) fn wait_for(&self, look: Look, sequence: i64, at_most: Duration) -> bool {
        let lacks = |looks: &mut Looks| {
            looks.ended < look.0 || looks.reached.is_none_or(|reached| reached < sequence)
        };
        let waited = self.moves.wait_timeout_while(self.looks(), at_most, lacks);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn who_waits_for_an_event_is_told_when_it_or_a_later_one_is_there_and_not_before() {
        let applied = Applied::default();
        let look = |sequence| applied.reach(applied.begin(), sequence);
        let is_there = |sequence, at_most| applied.wait_for(Look(0), sequence, at_most);
        assert!(!is_there(0, Duration::ZERO), "nothing was read yet");
        look(6);
        assert!(!is_there(7, Duration::from_millis(1)));
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| is_there(7, LONG));
            look(8);
            assert!(waits.join().unwrap());
        });
        assert!(is_there(8, Duration::ZERO));
        look(3);
        assert!(!is_there(8, Duration::ZERO), "the log went back");
    }

    /// A backup was restored, and the event has a number that was given before.
    #[test]
    fn what_was_read_before_somebody_asked_is_no_answer_to_him() {
        let applied = Applied::default();
        applied.reach(applied.begin(), 8);
        let under_way = applied.begin();
        let asked = applied.next_look();
        assert!(!applied.wait_for(asked, 5, Duration::ZERO), "8 is of the log before");
        applied.reach(under_way, 8);
        assert!(!applied.wait_for(asked, 5, Duration::ZERO), "it began before the event was committed");
        applied.reach(applied.begin(), 4);
        assert!(!applied.wait_for(asked, 5, Duration::ZERO));
        applied.reach(applied.begin(), 5);
        assert!(applied.wait_for(asked, 5, Duration::ZERO));
    }
}
