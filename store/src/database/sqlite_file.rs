//! The file of a SQLite database: nobody but its owner and his group reads it.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use diesel::{ConnectionError, QueryResult};

use super::Database;

/// Reading and writing for the owner, reading for his group. SQLite gives `-wal` and `-shm` the mode
/// of the database's file (<https://sqlite.org/wal.html>, §2.4).
pub(super) const MODE: u32 = 0o640;

/// Makes an empty file at `path` with its mode from the first moment, where nothing stands: SQLite
/// takes an empty file for a new database. What stands already is left as it is.
pub(super) fn create(path: &str) -> Result<(), ConnectionError> {
    if !is_file(path) {
        return Ok(());
    }
    match OpenOptions::new().write(true).create_new(true).mode(MODE).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(ConnectionError::BadConnection(format!("{path}: {error}")))
        }
        _ => Ok(()),
    }
}

/// Refuses a path where nothing stands.
pub(super) fn stands(path: &str) -> Result<(), ConnectionError> {
    match std::fs::metadata(path) {
        Err(error) if is_file(path) => Err(ConnectionError::BadConnection(format!("{path}: {error}"))),
        _ => Ok(()),
    }
}

/// A database file that this process may not write, and beside which no write-ahead log stands: all there is,
/// is in it.
pub(super) fn is_closed_copy(path: &str) -> bool {
    let forbids_writing = OpenOptions::new().write(true).open(path).is_err();
    forbids_writing && std::fs::metadata(format!("{path}-wal")).map_or(true, |log| log.len() == 0)
}

/// Whether it names a file: not a database in memory, nor SQLite's own URI.
pub(super) fn is_file(path: &str) -> bool {
    !(path.is_empty() || path == ":memory:" || path.starts_with("file:"))
}

/// The file of a SQLite database, told from another that takes its place. An open connection goes on reading the
/// file that it opened, for ever, even where nobody else can find it any more.
#[derive(Debug)]
pub struct DatabaseFile {
    path: PathBuf,
    /// Device and inode.
    was: Option<(u64, u64)>,
}

impl DatabaseFile {
    /// Whether the path still leads to this file.
    pub fn still_stands(&self) -> bool {
        self.was.is_some() && self.was == identity(&self.path)
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl Database {
    /// The file that stands now at the path of this connection: its own, where it was opened a moment ago. Nothing
    /// on PostgreSQL and in memory.
    pub fn standing_file(&mut self) -> QueryResult<Option<DatabaseFile>> {
        Ok(self.file()?.map(|path| DatabaseFile { was: identity(&path), path }))
    }

    /// Writes a copy of this SQLite database, as it stands now, into a new file of the same mode. One
    /// on PostgreSQL refuses: its own tools copy it.
    pub fn copy_into(&mut self, file: &Path) -> QueryResult<()> {
        if let Self::Postgresql(_) = self {
            return Err(DieselError::QueryBuilderError("PostgreSQL is copied by its own tools".into()));
        }
        let path = file.to_string_lossy();
        create(&path).map_err(|error| DieselError::QueryBuilderError(error.into()))?;
        self.batch_execute(&format!("VACUUM INTO '{}'", path.replace('\'', "''")))
    }
}
