//! How many calls of `C_Sign` are under way at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::folder;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// The most there ever were.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// How many there must have been once, where a test wants to know.
fn awaited() -> Option<usize> {
    folder::text("company")?.trim().parse().ok()
}

/// A call, for as long as it lives.
pub struct UnderWay;

impl UnderWay {
    /// Counts one more, and waits until there were as many at once as a test awaits: for ever, where one waits for the other to end.
    /// The caller's deadline ends that.
    pub fn begin() -> Option<Self> {
        let awaited = awaited()?;
        let now = UNDER_WAY.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(now, Ordering::SeqCst);
        folder::append("at-once", &format!("{now}\n"));
        while MOST.load(Ordering::SeqCst) < awaited {
            thread::sleep(Duration::from_millis(1));
        }
        Some(Self)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    }
}
