//! One connection, on SQLite or PostgreSQL.

mod clock;
mod commits;
mod connection;
mod reserve;
mod silence;
mod sqlite_file;
#[cfg(test)]
mod tests;
mod turn;

use std::path::Path;

use diesel::ConnectionError;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

pub use commits::Commits;
pub use connection::{Database, MultiBackend};
pub use reserve::{OnReserve, RESERVE, Reserve};
pub use sqlite_file::DatabaseFile;

use crate::fault::{self, Code, Fault};
use crate::schema;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Which process speaks: on PostgreSQL it decides what the connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseRole {
    /// Owns the schema: migrations and the command line of the operator.
    Owner,
    /// The officers' pages.
    Web,
    /// Certification, publication, jobs.
    Worker,
    /// Public answers.
    Status,
}

/// A database that does not open, or whose schema does not fit.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// Nothing answers at the URL.
    #[error("cannot open the database: {0}")]
    Unreachable(#[from] ConnectionError),
    /// A statement failed while opening or migrating.
    #[error("database: {0}")]
    Failed(#[from] DieselError),
    /// The schema is not the one this program was built with.
    #[error("the database schema does not fit this program: {0}")]
    Version(String),
}

impl Fault for DatabaseError {
    fn code(&self) -> Code {
        match self {
            Self::Unreachable(_) => fault::DATABASE_UNAVAILABLE,
            Self::Failed(_) => fault::DATABASE,
            Self::Version(_) => fault::DATABASE_VERSION,
        }
    }
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…` for one process; a server that says nothing is given up after seconds
    /// (`silence`). A file that is not there is made, for
    /// its owner and his group alone; SQLite gives its write-ahead log the same mode.
    pub fn open(url: &str, role: DatabaseRole) -> Result<Self, DatabaseError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            sqlite_file::create(path)?;
            let mut connection = SqliteConnection::establish(path)?;
            clock::register_clock(&connection, 0)?;
            turn::register(&connection, path)?;
            let mut settled = settle(&mut connection);
            if settled.is_err() && reserve::give_way(Path::new(path)) {
                // The first who comes makes the index of the log: relying parties are answered on a full disk too.
                settled = settle(&mut connection);
            }
            if settled.is_err() && role == DatabaseRole::Owner && sqlite_file::is_closed_copy(path) {
                // An auditor's copy that he may not write: read as it is, without journal and locks. Never by
                // a process that stays: it would not see what others commit, and say good of what is revoked.
                let closed = SqliteConnection::establish(&format!("file:{path}?immutable=1"))?;
                clock::register_clock(&closed, 0)?;
                turn::register(&closed, "")?;
                return Ok(Self::Sqlite(closed));
            }
            settled?;
            return Ok(Self::Sqlite(connection));
        }
        let mut connection = PgConnection::establish(&silence::bounded(url))?;
        connection.batch_execute(match role {
            DatabaseRole::Owner => "RESET ROLE;",
            DatabaseRole::Web => "SET ROLE igc_web;",
            DatabaseRole::Worker => "SET ROLE igc_worker;",
            DatabaseRole::Status => "SET ROLE igc_status;",
        })?;
        connection.batch_execute(COMMITS_LAST)?;
        Ok(Self::Postgresql(connection))
    }

    /// The same of a database that stands: where a file went away, an empty one in its place would answer that
    /// nothing was ever issued or opposed.
    pub fn open_standing(url: &str, role: DatabaseRole) -> Result<Self, DatabaseError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            sqlite_file::stands(path)?;
        }
        Self::open(url, role)
    }

    /// Brings the schema to this program's version. Migrations only go forward.
    pub fn migrate(&mut self) -> Result<(), DatabaseError> {
        let outcome = match self {
            Self::Sqlite(c) => c.run_pending_migrations(SQLITE_MIGRATIONS).map(drop),
            Self::Postgresql(c) => c.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop),
        };
        outcome.map_err(|error| DatabaseError::Version(error.to_string()))
    }

    /// Runs `f` in one write transaction: immediate on SQLite, so that it waits for its turn at
    /// the start, behind whoever waits already, and never fails half-way; read committed on PostgreSQL, where every transition
    /// is a conditional update (architecture invariant 7). An error rolls everything back.
    pub fn write<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        if let Self::Sqlite(c) = self {
            turn::wait(c)?;
        }
        let outcome = self.within("BEGIN IMMEDIATE", "BEGIN", f);
        if let Self::Sqlite(c) = self {
            turn::end(c);
        }
        outcome
    }

    /// Runs `f` on one consistent picture of the database, without writing.
    pub fn snapshot<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        self.within("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", f)
    }

    /// Runs `f` inside the transaction that stands, so that an error takes back what `f` wrote and nothing else:
    /// of several that share a transaction each may fail alone.
    pub fn attempt<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        debug_assert!(self.in_transaction(), "an attempt is a part of a transaction");
        <Self as Connection>::TransactionManager::begin_transaction(self)?;
        self.keep_or_take_back(f)
    }

    /// True while inside [`Database::write`] or [`Database::snapshot`].
    pub fn in_transaction(&mut self) -> bool {
        fn depth<C: Connection<TransactionManager = AnsiTransactionManager>>(c: &mut C) -> bool {
            AnsiTransactionManager::transaction_manager_status_mut(c)
                .transaction_depth()
                .is_ok_and(|depth| depth.is_some())
        }
        match self {
            Self::Sqlite(c) => depth(c),
            Self::Postgresql(c) => depth(c),
        }
    }

    fn within<T, E>(
        &mut self,
        sqlite: &str,
        postgres: &str,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, sqlite)?,
            Self::Postgresql(c) => AnsiTransactionManager::begin_transaction_sql(c, postgres)?,
        }
        self.keep_or_take_back(f)
    }

    fn keep_or_take_back<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        match f(self) {
            Ok(value) => {
                <Self as Connection>::TransactionManager::commit_transaction(self)?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one that says what happened.
                if let Err(rollback) = <Self as Connection>::TransactionManager::rollback_transaction(self) {
                    tracing::error!(%rollback, "a transaction could not be rolled back");
                }
                Err(error)
            }
        }
    }
}

/// What was answered for stays: a server, a database or a role that is set to answer before a commit is on the disk is not asked to. One
/// that waits for more than that (`remote_apply`) does.
const COMMITS_LAST: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';";

fn settle(connection: &mut SqliteConnection) -> QueryResult<()> {
    // The wait comes first: switching to WAL needs the lock that another process may hold.
    connection.batch_execute("PRAGMA busy_timeout = 10000;")?;
    // `secure_delete`: a payload that was erased is overwritten, not only forgotten. Cache (8 MiB), statement
    // journals in memory and rarer checkpoints (16 MiB) are for the keys of certificates, which fall on any page
    // (docs/performance.md). The cache holds what a transaction writes and the upper levels of every index; a larger
    // one costs more than it spares, because a commit that has split a page looks through all of it.
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; \
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4096;",
    )
}

/// Whether a statement failed because a row with the same key stands already. On SQLite the triggers
/// that keep a row from being replaced come before the index, and say it in the index's words.
pub fn is_unique_violation(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => true,
        DieselError::DatabaseError(_, told) => told.message().starts_with("UNIQUE constraint failed"),
        _ => false,
    }
}

/// How many audit events wait for their place in the tree.
pub fn pending_audit_events(db: &mut Database) -> QueryResult<i64> {
    schema::audit_pending::table.count().get_result(db)
}
