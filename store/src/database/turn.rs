//! Who writes next on SQLite.
//!
//! SQLite's lock goes to whoever asks in the right moment, and those who wait ask up to 100 ms apart: behind a writer
//! that begins again at once, an opposition would wait for as long as there is work. Two locks on files beside the
//! database make a turn of it. Who wants to write takes the queue, waits in it for the turn, and lets the queue go;
//! so whoever has just written stands behind whoever waits.
//!
//! Turns only order writers that mean well. What keeps them apart is the lock of SQLite, and where a turn cannot be
//! had in time, or the files cannot be made, writing goes on without.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::sqlite_file::MODE;

/// How long a turn is waited for, as long as for the lock of SQLite.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks at a lock that somebody has.
const PAUSE: Duration = Duration::from_micros(200);

diesel::define_sql_function! {
    /// Waits for this connection's turn to write; a connection has no other place to keep whose turn it is.
    fn igc_await_turn() -> Bool;
}
diesel::define_sql_function! {
    /// Lets the next one write.
    fn igc_end_turn() -> Bool;
}

/// The files of the locks.
struct Turn {
    queue: File,
    turn: File,
}

/// Gives the connection its turns to write; none where its database is no file, or nothing can be made beside it.
pub(super) fn register(connection: &SqliteConnection, database: &str) -> QueryResult<()> {
    // Made by the first who writes: whoever only reads leaves nothing behind.
    let database = database.to_owned();
    let files: Arc<OnceLock<Option<Turn>>> = Arc::default();
    let made = Arc::clone(&files);
    igc_await_turn_utils::register_nondeterministic_impl(connection, move || {
        made.get_or_init(|| Turn::beside(&database)).as_ref().is_some_and(Turn::wait)
    })?;
    igc_end_turn_utils::register_nondeterministic_impl(connection, move || {
        files.get().and_then(Option::as_ref).is_some_and(|turn| turn.turn.unlock().is_ok())
    })
}

/// Waits for the turn of `connection`.
pub(super) fn wait(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::select(igc_await_turn()).get_result::<bool>(connection).map(drop)
}

/// Ends it.
pub(super) fn end(connection: &mut SqliteConnection) {
    if let Err(error) = diesel::select(igc_end_turn()).get_result::<bool>(connection) {
        // Others wait as long as their patience, or until this connection is closed.
        tracing::error!(%error, "a turn to write could not be ended");
    }
}

impl Turn {
    fn beside(database: &str) -> Option<Self> {
        if !super::sqlite_file::is_file(database) {
            return None;
        }
        Some(Self { queue: lock_file(database, "-queue")?, turn: lock_file(database, "-turn")? })
    }

    /// Whether it came.
    fn wait(&self) -> bool {
        let until = Instant::now() + PATIENCE;
        if !locked(&self.queue, until) {
            return false;
        }
        let came = locked(&self.turn, until);
        came & self.queue.unlock().is_ok()
    }
}

fn locked(file: &File, until: Instant) -> bool {
    while file.try_lock().is_err() {
        if Instant::now() >= until {
            return false;
        }
        sleep(PAUSE);
    }
    true
}

/// A role under another user of the same group reads the file only, which is enough to lock it.
fn lock_file(database: &str, suffix: &str) -> Option<File> {
    let path = format!("{database}{suffix}");
    let made = OpenOptions::new().append(true).create(true).mode(MODE).open(&path);
    made.or_else(|_| File::open(&path)).ok()
}
