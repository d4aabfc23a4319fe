//! The thread that follows the status log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use store::database::DatabaseFile;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::service::Shared;

/// From one look at the log to the next, where nobody gives a hint: half of it is the usual time from a
/// revocation's commit to the first answer that says so. A look costs two statements by primary key.
const EVERY: Duration = Duration::from_millis(100);

/// The same while the database does not answer.
const EVERY_IN_TROUBLE: Duration = Duration::from_secs(1);

/// How long a connection is kept at most, ours and those that look up: whatever it stands on may have been replaced
/// in a way that nobody noticed.
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
    connection: Option<Connection>,
    in_trouble: bool,
}

struct Connection {
    opened: Timestamp,
    /// What it reads, where that is a file: one that was replaced by another is read for ever by who has it open.
    file: Option<DatabaseFile>,
    db: Database,
}

impl Connection {
    fn is_of_use(&self, at: Timestamp) -> bool {
        (self.opened..self.opened.plus(CONNECTION_LIFE)).contains(&at)
            && self.file.as_ref().is_none_or(DatabaseFile::still_stands)
    }
}

impl Follower {
    /// Until the service is gone. A look that panics is one that failed: what is known would grow old unnoticed by
    /// all but `/readyz` if the thread ended with it.
    pub(super) fn run(mut self, shared: &Weak<Shared>, wake: &Wake) {
        while let Some(shared) = shared.upgrade() {
            if catch_unwind(AssertUnwindSafe(|| self.look(&shared))).is_err() {
                self.in_trouble = true;
                tracing::error!("a look at the status log panicked; what is known is answered");
            }
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
        let kept = self.connection.take().filter(|kept| !was_in_trouble && kept.is_of_use(act.at));
        let mut connection = match kept {
            Some(kept) => kept,
            None => open(shared, act.at)?,
        };
        let step = shared.answers.synchronise(&mut connection.db, act)?;
        if step.loaded {
            let certificates = shared.answers.statuses.view().map_or(0, |view| view.image.certificates());
            tracing::info!("the statuses of {certificates} certificates are in memory");
        }
        self.connection = Some(connection);
        self.in_trouble = false;
        Ok(())
    }
}

/// A new connection; none that is older looks anything up for an answer that rests on what this one reads.
fn open(shared: &Shared, at: Timestamp) -> Result<Connection, crate::pool::OpenError> {
    let databases = &shared.answers.databases;
    let mut db = databases.open_one()?;
    databases.renew();
    Ok(Connection { opened: at, file: db.standing_file()?, db })
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
