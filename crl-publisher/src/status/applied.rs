//! How far memory has come in the status log, for those who wait for an event of it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The sequence of the last event that is in memory; `None` before the first synchronisation.
#[derive(Debug, Default)]
pub(super) struct Applied {
    reached: Mutex<Option<i64>>,
    moves: Condvar,
}

impl Applied {
    /// Says that memory holds everything up to `sequence`. It may be smaller than before: a log can go back.
    pub(super) fn reach(&self, sequence: i64) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(sequence);
        self.moves.notify_all();
    }

    /// Whether memory holds the event `sequence`, now or within `at_most`.
    pub(super) fn wait_for(&self, sequence: i64, at_most: Duration) -> bool {
        let lacks = |reached: &mut Option<i64>| reached.is_none_or(|reached| reached < sequence);
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.moves.wait_timeout_while(reached, at_most, lacks);
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
        assert!(!applied.wait_for(0, Duration::ZERO), "nothing was read yet");
        applied.reach(6);
        assert!(!applied.wait_for(7, Duration::from_millis(1)));
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| applied.wait_for(7, LONG));
            applied.reach(8);
            assert!(waits.join().unwrap());
        });
        assert!(applied.wait_for(8, Duration::ZERO));
        applied.reach(3);
        assert!(!applied.wait_for(8, Duration::ZERO), "the log went back");
    }
}
