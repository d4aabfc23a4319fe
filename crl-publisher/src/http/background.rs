//! Threads that work beside the answers, woken by hints.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where hints arrive, and the word that it is time to end.
#[derive(Debug, Default)]
pub(super) struct Wake {
    asked: Mutex<Asked>,
    rings: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    #[default]
    Nothing,
    ToLook,
    ToEnd,
}

impl Wake {
    pub(super) fn now(&self) {
        self.ask(Asked::ToLook);
    }

    fn ask(&self, what: Asked) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = what.max(*asked);
        self.rings.notify_one();
    }

    /// Until somebody asks, for so long at most.
    pub(super) fn wait(&self, at_most: Duration) -> Asked {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.rings.wait_timeout_while(asked, at_most, |asked| *asked == Asked::Nothing);
        let (mut asked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let what = *asked;
        if what == Asked::ToLook {
            *asked = Asked::Nothing;
        }
        what
    }
}

/// A thread that works until it is asked to end; it has ended once this is dropped.
#[must_use = "dropped, it ends"]
pub(super) struct Background {
    wake: Arc<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// `works` until `wake` says that it is time to end.
    pub(super) fn start(
        name: &str,
        wake: Arc<Wake>,
        works: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(works)?;
        Ok(Self { wake, thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.wake.ask(Asked::ToEnd);
        // It survives panics of its looks; of another one there is nothing left to say here.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_hint_ends_the_wait_whether_it_came_before_or_comes_meanwhile() {
        let (wake, long) = (Wake::default(), Duration::from_secs(600));
        let began = Instant::now();
        wake.now();
        assert_eq!(wake.wait(long), Asked::ToLook);
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(wake.wait(long), Asked::ToLook));
            std::thread::sleep(Duration::from_millis(20));
            wake.now();
        });
        assert_eq!(wake.wait(Duration::from_millis(1)), Asked::Nothing);
        wake.ask(Asked::ToEnd);
        wake.now();
        let (once, again) = (wake.wait(long), wake.wait(long));
        assert_eq!([once, again], [Asked::ToEnd; 2], "the end is not taken back by a hint");
        assert!(began.elapsed() < long);
    }
}
