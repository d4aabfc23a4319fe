//! How many streams may be open, and how patient they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What open streams may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// The most streams at a time.
    pub streams: usize,
    /// After so long without an opposition a line goes out that says nothing.
    pub heartbeat: Duration,
    /// Whoever has not taken what was sent for so long is cut off.
    pub patience: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { streams: 256, heartbeat: Duration::from_secs(15), patience: Duration::from_secs(30) }
    }
}

/// The places for streams of one process.
#[derive(Debug)]
pub(crate) struct StreamSlots {
    pub(crate) limits: StreamLimits,
    taken: Arc<AtomicUsize>,
}

/// A place; free again when dropped.
#[derive(Debug)]
pub(crate) struct StreamSlot(Arc<AtomicUsize>);

impl StreamSlots {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self { limits, taken: Arc::default() }
    }

    /// A place, if one is free.
    pub(crate) fn take(&self) -> Option<StreamSlot> {
        let one_more = |taken| (taken < self.limits.streams).then_some(taken + 1);
        self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more).ok()?;
        Some(StreamSlot(Arc::clone(&self.taken)))
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
