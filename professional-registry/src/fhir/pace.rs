use std::time::{Duration, Instant};

/// A token bucket that never lets more than `a_second` requests into any second.
///
/// The bucket holds one token, and `a_second − 1` flow in within a second: whatever second one looks at, the token that lay
/// there and those that came in it are `a_second` at most.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// At least two.
    pub(super) fn new(a_second: u32) -> Self {
        Self { interval: Duration::from_secs(1) / (a_second.max(2) - 1), next: None }
    }

    /// Takes the next token; how long the caller has to wait until it is there.
    pub(super) fn take(&mut self, now: Instant) -> Duration {
        let at = self.next.map_or(now, |next| next.max(now));
        self.next = Some(at + self.interval);
        at - now
    }
}
