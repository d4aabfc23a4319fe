//! The thread that follows the status log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use store::database::{Commits, DatabaseFile};
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::service::Shared;

/// From one look at the log to the next, where nobody gives a hint and no commit is heard of. A look costs two
/// statements by primary key.
const EVERY: Duration = Duration::from_millis(100);

/// From one question whether somebody has committed to the next: half of it is the usual time from a revocation's
/// commit on another node to the first answer that says so.
const LISTEN_EVERY: Duration = Duration::from_millis(2);

/// Where PostgreSQL tells of a line of the status log (migration 0040).
const CHANNEL: &str = "certificate_status_events";

/// The same while the database does not answer.
const EVERY_IN_TROUBLE: Duration = Duration::from_secs(1);

/// How long a connection is kept at most, ours and those that look up: whatever it stands on may have been replaced
/// in a way that nobody noticed.
const CONNECTION_LIFE: Duration = Duration::from_secs(60);

/// Where hints arrive, and the word that it is time to end.
#[derive(Debug, Default)]
pub(super) struct Wake {
    asked: Mutex<Asked>,
    rings: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
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
    fn wait(&self, at_most: Duration) -> Asked {
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

/// The thread that follows the status log, and its connection: both have ended once this is dropped.
#[must_use = "dropped, it ends"]
pub struct Following {
    wake: Arc<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let wake = Arc::clone(&shared.wake);
        let follows = move || Follower::default().run(&shared);
        let thread = std::thread::Builder::new().name("status-log".to_owned()).spawn(follows)?;
        Ok(Self { wake, thread: Some(thread) })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.wake.ask(Asked::ToEnd);
        // It survives panics of its looks; of another one there is nothing left to say here.
        let _ = self.thread.take().map(JoinHandle::join);
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
    commits: Commits,
}

impl Connection {
    fn is_of_use(&self, at: Timestamp) -> bool {
        (self.opened..self.opened.plus(CONNECTION_LIFE)).contains(&at)
            && self.file.as_ref().is_none_or(DatabaseFile::still_stands)
    }
}

impl Follower {
    /// Until it is asked to end. A look that panics is one that failed: what is known would grow old unnoticed by
    /// all but `/readyz` if the thread ended with it.
    fn run(mut self, shared: &Arc<Shared>) {
        loop {
            shared.count_answers();
            if catch_unwind(AssertUnwindSafe(|| self.look(shared))).is_err() {
                self.in_trouble = true;
                tracing::error!("a look at the status log panicked; what is known is answered");
            }
            if self.wait(&shared.wake) == Asked::ToEnd {
                return;
            }
        }
    }

    /// Until it is time to look again, or to end.
    fn wait(&mut self, wake: &Wake) -> Asked {
        let Some(connection) = self.connection.as_mut().filter(|_| !self.in_trouble) else {
            return wake.wait(EVERY_IN_TROUBLE);
        };
        let began = Instant::now();
        loop {
            let asked = wake.wait(LISTEN_EVERY);
            // Where it cannot be asked, the look says what is the matter.
            let heard = connection.commits.heard(&mut connection.db).unwrap_or(true);
            if asked != Asked::Nothing || heard || began.elapsed() >= EVERY {
                return asked;
            }
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
    let (file, commits) = (db.standing_file()?, Commits::listen(&mut db, CHANNEL)?);
    Ok(Connection { opened: at, file, db, commits })
}

#[cfg(test)]
mod tests {
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
