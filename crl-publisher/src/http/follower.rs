//! The thread that follows the status log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::database::{Commits, DatabaseFile};
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::background::{Asked, Background, Wake};
use super::service::Shared;
use super::signing_ahead;

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

/// From one look at what became good to the next, once nothing is left to take in: five statements that find little. Whoever
/// asks sooner has it looked up.
const ISSUED_EVERY: Duration = Duration::from_secs(1);

/// How long a connection is kept at most, ours and those that look up: whatever it stands on may have been replaced
/// in a way that nobody noticed.
const CONNECTION_LIFE: Duration = Duration::from_secs(60);

/// The threads behind the answers, their connections with them: all have ended once this is dropped.
#[must_use = "dropped, they end"]
pub struct Following {
    _log: Background,
    _ahead: Option<Background>,
}

impl Following {
    /// Starts following the log, and signing ahead where that is asked for.
    pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let (wake, follower) = (Arc::clone(&shared.wake), Arc::clone(&shared));
        let log = Background::start("status-log", wake, move || Follower::default().run(&follower))?;
        Ok(Self { _log: log, _ahead: signing_ahead::start(shared)? })
    }
}

/// What the thread keeps from one look to the next.
#[derive(Default)]
pub(super) struct Follower {
    connection: Option<Connection>,
    in_trouble: bool,
    /// When everything was taken in last that had become good.
    issued_at: Option<Instant>,
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
        // After the log, and a page at a time, so that no revocation waits behind a million new certificates.
        if self.issued_at.is_none_or(|last| last.elapsed() >= ISSUED_EVERY) {
            let began = Instant::now();
            let taken = shared.answers.statuses.take_in_issued(&mut connection.db);
            // The log was read all the same: what it cannot do now, it does at the next of these looks.
            if let Err(error) = &taken {
                tracing::warn!(%error, "what was issued since cannot be read; it is answered from the database");
            }
            self.issued_at = (!matches!(taken, Ok(true))).then_some(began);
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
    // Whoever signs CRLs changes at ceremonies only.
    shared.files.crls().signers().learn(&mut db)?;
    Ok(Connection { opened: at, file, db, commits })
}
