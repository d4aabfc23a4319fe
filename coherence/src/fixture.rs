//! A database for tests whose rows are those of years.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use store::{Database, DatabaseRole};
use tempfile::TempDir;

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every table, and neither triggers nor foreign keys: no life of a thing is played to have its last row.
pub(crate) fn unguarded() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    let triggers: Vec<Trigger> = match &mut db {
        Database::Sqlite(c) => {
            sql_query("SELECT name FROM sqlite_master WHERE type = 'trigger'").load(c).unwrap()
        }
        Database::Postgresql(_) => unreachable!("the test's database is a file"),
    };
    for Trigger { name } in triggers {
        db.batch_execute(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    (folder, db)
}
