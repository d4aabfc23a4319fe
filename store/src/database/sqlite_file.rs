//! The file of a SQLite database: nobody but its owner and his group reads it.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use diesel::{ConnectionError, QueryResult};

use super::Database;

/// Reading and writing for the owner, reading for his group. SQLite gives `-wal` and `-shm` the mode
/// of the database's file (<https://sqlite.org/wal.html>, §2.4).
const MODE: u32 = 0o640;

/// Makes an empty file at `path` with its mode from the first moment, where nothing stands: SQLite
/// takes an empty file for a new database. What stands already is left as it is.
pub(super) fn create(path: &str) -> Result<(), ConnectionError> {
    // Not files: a database in memory, and SQLite's own URI.
    if path.is_empty() || path == ":memory:" || path.starts_with("file:") {
        return Ok(());
    }
    match OpenOptions::new().write(true).create_new(true).mode(MODE).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(ConnectionError::BadConnection(format!("{path}: {error}")))
        }
        _ => Ok(()),
    }
}

impl Database {
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
