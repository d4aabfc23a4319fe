//! The connection on either database, in a file of its own for what its derive writes.
#![allow(missing_docs, reason = "`diesel::MultiConnection` writes public items without documentation")]

use diesel::{PgConnection, SqliteConnection};

/// A connection to the database of the installation.
///
/// Diesel's own `.transaction()` begins a deferred transaction on SQLite, which loses most
/// read-then-write attempts to "database is locked" under concurrency; use [`Database::write`]
/// for anything that writes and [`Database::snapshot`] for reads that must agree with each other.
#[derive(diesel::MultiConnection)]
pub enum Database {
    /// One file, write-ahead logging.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgresql(PgConnection),
}
