//! Hearing that somebody has committed, without a look at any table.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Database;

/// An ear for commits. A hint and no more: a connection through a pooler may never hear anything, and whoever
/// listens looks at the tables from time to time all the same.
#[derive(Clone, Copy, Debug)]
pub struct Commits {
    /// On SQLite, the version of the file when it was looked at last.
    seen: i64,
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

impl Commits {
    /// Listens from now on. On PostgreSQL to the notifications on `channel`, which a trigger sends; on SQLite to
    /// the commits of any other connection to the file.
    pub fn listen(db: &mut Database, channel: &'static str) -> QueryResult<Self> {
        match db {
            Database::Sqlite(connection) => Ok(Self { seen: data_version(connection)? }),
            Database::Postgresql(connection) => {
                connection.batch_execute(&format!("LISTEN {channel}"))?;
                Ok(Self { seen: 0 })
            }
        }
    }

    /// Whether there was something since the last time, on the connection that listens. Waits for nothing: some
    /// microseconds, so that it can be asked hundreds of times a second.
    pub fn heard(&mut self, db: &mut Database) -> QueryResult<bool> {
        match db {
            Database::Sqlite(connection) => {
                let now = data_version(connection)?;
                Ok(std::mem::replace(&mut self.seen, now) != now)
            }
            Database::Postgresql(connection) => {
                let heard: Vec<_> = connection.notifications_iter().collect::<QueryResult<_>>()?;
                Ok(!heard.is_empty())
            }
        }
    }
}

fn data_version(connection: &mut SqliteConnection) -> QueryResult<i64> {
    diesel::sql_query("PRAGMA data_version").get_result::<DataVersion>(connection).map(|row| row.data_version)
}
