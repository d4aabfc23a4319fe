use std::time::{Duration, Instant};

/// How many failures in a row open it.
const FAILURES: u32 = 5;

/// How long it stays open.
pub(super) const OPEN: Duration = Duration::from_secs(60);

/// Keeps a service that is away from being asked again and again, and whoever asks from waiting for it each time.
///
/// After a pause one question goes out; what comes of it closes the breaker, or opens it for another pause.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// How long it is still open; nothing where a question may go out.
    pub(super) fn open_for(&self, now: Instant) -> Option<Duration> {
        let left = self.open_until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.failures += 1;
        if self.failures >= FAILURES {
            self.open_until = Some(now + OPEN);
        }
    }
}
