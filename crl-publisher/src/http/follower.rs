//! The thread that follows the status log.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use store::{Act, Actor, Database, RequestId, Timestamp};

use super::service::Shared;

/// From one look at the log to the next, where nobody gives a hint: half of it is the usual time from a
/// revocation's commit to the first answer that says so. A look costs two statements by primary key.
const EVERY: Duration = Duration::from_millis(100);

/// The same while the database does not answer.
const EVERY_IN_TROUBLE: Duration = Duration::from_secs(1);

/// How long a connection is kept: where a SQLite file was replaced by another, an open one reads the old file
/// for ever.
const CONNECTION_LIFE: Duration = Duration::from_secs(60);

/// Where hints arrive.
#[derive(Debug, Default)]
pub(super) struct Wake {
    asked: Mutex<bool>,
    rings: Condvar,
}

impl Wake {
    pub(super) fn now(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.rings.notify_one();
    }

    fn wait(&self, at_most: Duration) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.rings.wait_timeout_while(asked, at_most, |asked| !*asked);
        let (mut asked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *asked = false;
    }
}

/// What the thread keeps from one look to the next.
#[derive(Default)]
pub(super) struct Follower {
    connection: Option<(Timestamp, Database)>,
    in_trouble: bool,
}

impl Follower {
    /// Until the service is gone.
    pub(super) fn run(mut self, shared: &Weak<Shared>, wake: &Wake) {
        while let Some(shared) = shared.upgrade() {
            self.look(&shared);
            drop(shared);
            wake.wait(if self.in_trouble { EVERY_IN_TROUBLE } else { EVERY });
        }
    }

    /// One look at the log, on a connection of its own.
    pub(super) fn look(&mut self, shared: &Arc<Shared>) {
        let act =
            Act { at: shared.now(), actor: Actor::Job("status-log"), request: RequestId(String::new()) };
        match self.synchronise(shared, &act) {
            Ok(()) if self.in_trouble => tracing::warn!("the status log is followed again"),
            Ok(()) => {}
            Err(error) if self.in_trouble => tracing::debug!(%error, "the status log still cannot be read"),
            Err(error) => tracing::error!(%error, "the status log cannot be read; what is known is answered"),
        }
    }

    fn synchronise(&mut self, shared: &Arc<Shared>, act: &Act) -> Result<(), crate::pool::OpenError> {
        // Whatever ends this early leaves trouble behind, and no connection.
        let was_in_trouble = std::mem::replace(&mut self.in_trouble, true);
        let kept = self.connection.take().filter(|(opened, _)| {
            !was_in_trouble && (*opened..opened.plus(CONNECTION_LIFE)).contains(&act.at)
        });
        let (opened, mut db) = match kept {
            Some(kept) => kept,
            None => (act.at, shared.answers.databases.open_one()?),
        };
        let step = shared.answers.synchronise(&mut db, act)?;
        if step.loaded {
            let certificates = shared.answers.statuses.view().map_or(0, |view| view.image.certificates());
            tracing::info!("the statuses of {certificates} certificates are in memory");
        }
        self.connection = Some((opened, db));
        self.in_trouble = false;
        Ok(())
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
        wake.wait(long);
        std::thread::scope(|scope| {
            scope.spawn(|| wake.wait(long));
            std::thread::sleep(Duration::from_millis(20));
            wake.now();
        });
        assert!(began.elapsed() < long);
        wake.wait(Duration::from_millis(1));
    }
}
