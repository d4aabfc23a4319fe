//! Acts that are being answered: of two with one key of one caller, the second waits for the first.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long the second waits at most: as long as a write of the first may take. After it the act itself says that it was done.
const WAIT: Duration = Duration::from_secs(20);

/// Who does which act now, on this node.
#[derive(Default)]
pub(crate) struct UnderWay {
    acts: Mutex<BTreeSet<(String, String)>>,
    ended: Condvar,
}

/// An act of somebody's, until it is dropped.
pub(crate) struct Turn<'a> {
    of: &'a UnderWay,
    /// Nothing where the wait was over before the other act was: then this one has no turn to end.
    act: Option<(String, String)>,
}

impl UnderWay {
    /// Waits until no act of this caller has this key, and has it from then on. On a thread that may wait.
    pub(crate) fn turn(&self, login: &str, key: &str) -> Turn<'_> {
        let act = (login.to_owned(), key.to_owned());
        let acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(acts, WAIT, |acts| acts.contains(&act));
        let (mut acts, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_his = acts.insert(act.clone());
        Turn { of: self, act: is_his.then_some(act) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(act) = &self.act {
            self.of.acts.lock().unwrap_or_else(PoisonError::into_inner).remove(act);
            self.of.ended.notify_all();
        }
    }
}
