//! Acts that are being answered: of two with one key of one caller, the second waits for the first.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long the second waits at most: as long as a write of the first may take. After it the act itself says that it was done.
const WAIT: Duration = Duration::from_secs(20);

/// How many wait at most, of all callers: each holds a thread, of which the others need some too.
const WAITING: usize = 8;

/// Who does which act now, on this node.
#[derive(Default)]
pub(crate) struct UnderWay {
    acts: Mutex<Acts>,
    ended: Condvar,
}

#[derive(Default)]
struct Acts {
    now: BTreeSet<(String, String)>,
    waiting: usize,
}

/// An act of somebody's, until it is dropped.
pub(crate) struct Turn<'a> {
    of: &'a UnderWay,
    /// Nothing where the wait was over before the other act was: then this one has no turn to end.
    act: Option<(String, String)>,
}

impl UnderWay {
    /// Waits until no act of this caller has this key, and has it from then on; nothing where too many wait. On a thread that may wait, which
    /// holds nothing that others wait for.
    pub(crate) fn turn(&self, caller: &str, key: &str) -> Option<Turn<'_>> {
        let act = (caller.to_owned(), key.to_owned());
        let mut acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
        if acts.now.contains(&act) {
            if acts.waiting >= WAITING {
                return None;
            }
            acts.waiting += 1;
            let waited = self.ended.wait_timeout_while(acts, WAIT, |acts| acts.now.contains(&act));
            (acts, _) = waited.unwrap_or_else(PoisonError::into_inner);
            acts.waiting -= 1;
        }
        let is_his = acts.now.insert(act.clone());
        Some(Turn { of: self, act: is_his.then_some(act) })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(act) = &self.act {
            self.of.acts.lock().unwrap_or_else(PoisonError::into_inner).now.remove(act);
            self.of.ended.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_wait_and_one_more_is_told_so() {
        let acts = UnderWay::default();
        let first = acts.turn("rita", "key").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..WAITING {
                scope.spawn(|| assert!(acts.turn("rita", "key").is_some()));
            }
            while acts.acts.lock().unwrap().waiting < WAITING {
                std::thread::yield_now();
            }
            assert!(acts.turn("rita", "key").is_none());
            assert!(acts.turn("rita", "other").is_some() && acts.turn("bob", "key").is_some());
            drop(first);
        });
        let acts = acts.acts.lock().unwrap();
        assert_eq!((acts.waiting, acts.now.len()), (0, 0));
    }
}
