//! The database's time: leases and status dates use it, so that two nodes whose clocks differ agree on what
//! is over. In a demonstration that was moved ahead it is as far ahead as the program's own clock.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use super::Database;
use crate::Timestamp;

diesel::define_sql_function! {
    /// By how many milliseconds this connection's clock is ahead; on SQLite, which has no settings of a session.
    fn igc_clock_ahead() -> BigInt;
}

impl Database {
    /// The database's own time.
    pub fn now(&mut self) -> QueryResult<Timestamp> {
        let sql = match self {
            Self::Sqlite(_) => "CAST(unixepoch('subsec') * 1000 AS INTEGER) + igc_clock_ahead()",
            Self::Postgresql(_) => {
                "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT
                 + coalesce(nullif(current_setting('igc.clock_ahead', true), ''), '0')::BIGINT"
            }
        };
        diesel::select(diesel::dsl::sql::<BigInt>(sql)).get_result(self)
    }

    /// Moves the time that this connection sees ahead: only a demonstration of the years ahead does.
    pub fn set_clock_ahead(&mut self, by: Duration) -> QueryResult<()> {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        match self {
            Self::Sqlite(c) => register_clock(c, millis),
            Self::Postgresql(c) => {
                let set = format!("SELECT set_config('igc.clock_ahead', '{millis}', false)");
                diesel::sql_query(set).execute(c).map(drop)
            }
        }
    }
}

/// What every SQLite connection needs before its time can be asked.
pub(super) fn register_clock(connection: &SqliteConnection, ahead_millis: i64) -> QueryResult<()> {
    igc_clock_ahead_utils::register_nondeterministic_impl(connection, move || ahead_millis)
}
