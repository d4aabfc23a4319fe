//! The ground on which every other scenario stands: both databases come up with the same schema,
//! and each test has one of its own.

use acceptance::harness::{self, DatabaseKind, TestDatabase};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use store::DatabaseRole;
use store::schema::officers;

#[test]
fn both_databases_come_up_migrated_and_empty() {
    let mut seen = Vec::new();
    harness::both_databases(|database| {
        let mut db = database.open(DatabaseRole::Owner);
        let count: i64 = officers::table.count().get_result(&mut db).unwrap();
        assert_eq!(count, 0);
        db.migrate().expect("migrating again changes nothing");
        seen.push(database.kind());
    });
    assert_eq!(seen, [DatabaseKind::Sqlite, DatabaseKind::Postgresql]);
}

#[test]
fn what_one_test_writes_another_does_not_see() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let (mine, yours) = (harness::database(kind), harness::database(kind));
        diesel::sql_query("INSERT INTO number_counters (series, last) VALUES ('mine', 1)")
            .execute(&mut mine.open(DatabaseRole::Owner))
            .unwrap();
        let seen: i64 = store::schema::number_counters::table
            .count()
            .get_result(&mut yours.open(DatabaseRole::Owner))
            .unwrap();
        assert_eq!(seen, 0, "on {kind}");
    }
}

#[test]
fn the_status_role_of_postgresql_writes_nothing() {
    let database = harness::database(DatabaseKind::Postgresql);
    let refused = diesel::sql_query("INSERT INTO number_counters (series, last) VALUES ('mine', 1)")
        .execute(&mut database.open(DatabaseRole::Status));
    let message = refused.expect_err("the status role has no right to write").to_string();
    assert!(message.contains("permission denied"), "{message}");
}

#[test]
fn the_time_of_one_connection_moves_ahead_and_that_of_no_other() {
    let days = std::time::Duration::from_secs(1_000 * 86_400);
    harness::both_databases(|database| {
        let (mut here, mut ahead) =
            (database.open(DatabaseRole::Worker), database.open(DatabaseRole::Worker));
        ahead.set_clock_ahead(days).unwrap();
        let earliest = here.now().unwrap().plus(days);
        let then = ahead.now().unwrap();
        let latest = here.now().unwrap().plus(days);
        assert!((earliest..=latest).contains(&then), "{earliest} {then} {latest}");
    });
}

/// What a connection says of a setting.
fn setting(database: &TestDatabase, role: DatabaseRole, name: &str) -> String {
    let mut db = database.open(role);
    match database.kind() {
        DatabaseKind::Sqlite if name == "journal_mode" => {
            diesel::select(sql::<Text>("(SELECT journal_mode FROM pragma_journal_mode)"))
                .get_result(&mut db)
                .unwrap()
        }
        DatabaseKind::Sqlite => {
            let asked = format!("(SELECT * FROM pragma_{name})");
            diesel::select(sql::<Integer>(&asked)).get_result::<i32>(&mut db).unwrap().to_string()
        }
        DatabaseKind::Postgresql => {
            diesel::select(sql::<Text>(&format!("current_setting('{name}')"))).get_result(&mut db).unwrap()
        }
    }
}

const ROLES: [DatabaseRole; 4] =
    [DatabaseRole::Owner, DatabaseRole::Web, DatabaseRole::Worker, DatabaseRole::Status];

/// `docs/decisions/0002-two-databases.md`: what was committed is on the disk, whoever asks.
#[test]
fn a_commit_is_on_the_disk_of_sqlite_before_anybody_is_answered() {
    let database = harness::database(DatabaseKind::Sqlite);
    for role in ROLES {
        // 2 is FULL: the write-ahead log is synchronised with every commit (sqlite.org/pragma.html).
        assert_eq!(setting(&database, role, "synchronous"), "2", "{role:?}");
        assert_eq!(setting(&database, role, "journal_mode"), "wal", "{role:?}");
    }
}

#[test]
fn a_commit_is_on_the_disk_of_postgresql_before_anybody_is_answered_however_its_server_is_set() {
    let database = harness::database(DatabaseKind::Postgresql);
    let has = |value: &str, expected: &str| {
        let set = format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {value}', current_database()); END $$"
        );
        database.open(DatabaseRole::Owner).batch_execute(&set).unwrap();
        for role in ROLES {
            assert_eq!(setting(&database, role, "synchronous_commit"), expected, "set to {value}, {role:?}");
        }
    };
    has("on", "on");
    has("off", "on");
    // Who waits for his standbys goes on waiting for them.
    has("remote_apply", "remote_apply");
}
