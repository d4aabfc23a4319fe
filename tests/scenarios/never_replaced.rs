//! On SQLite, `INSERT OR REPLACE` and `UPDATE OR REPLACE` delete the row in their way and ask no delete trigger, unless
//! the connection says `PRAGMA recursive_triggers = ON`: ours do, the sqlite3 program does not. So each table whose
//! rows stand for good has triggers that let no row take another's place, by whatever key. Every table of the
//! schema is tried here: a new one that stands for good and has none fails.

use std::collections::BTreeMap;

use acceptance::harness::{self, DatabaseKind, TestDatabase};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

/// Tables whose rows are worked on and thrown away: what the register says today, what waits for the sequencer
/// or the worker, for whom no card could be ordered, what each job did last, how the signer works, what officers put down for a moment, and answers that are kept for two days.
const REWRITTEN: &[&str] = &[
    "audit_pending",
    "decision_inbox",
    "decisions_pending",
    "entry_refusals",
    "job_runs",
    "order_leases",
    "order_places",
    "professionals",
    "queue_views",
    "register_contact_changes",
    "register_identities",
    "register_structures",
    "register_supplements",
    "request_replies",
    "signer_processes",
    "signer_tokens",
];

/// Columns of a row, each with its value in SQL.
type Values = &'static [(&'static str, &'static str)];

/// Unique indexes over a part of their table: a row inside of that part, and one outside.
const PARTIAL: &[(&str, Values, Values)] = &[
    (
        "cards_one_active",
        &[("status", "'active'"), ("temporary", "0")],
        &[("status", "'delivered'"), ("temporary", "0")],
    ),
    ("card_changes_one_open", &[("settled_at", "NULL")], &[("settled_at", "1")]),
    ("card_lapses_one_open", &[("status", "'open'")], &[("status", "'lifted'")]),
    ("certificate_lapses_one_open", &[("status", "'open'")], &[("status", "'lifted'")]),
    ("certificate_revocation_requests_one_open", &[("outcome", "NULL")], &[("outcome", "'refused'")]),
    ("card_orders_one_open", &[("status", "'submitted'")], &[("status", "'refused'")]),
    ("card_suspensions_one_open", &[("outcome", "NULL")], &[("outcome", "'lifted'")]),
    ("opposition_requests_one_open", &[("outcome", "NULL")], &[("outcome", "'refused'")]),
    ("opposition_tickets_one_open", &[("outcome", "NULL")], &[("outcome", "'dismissed'")]),
    ("register_merge_cases_one_open", &[("outcome", "NULL")], &[("outcome", "'refused'")]),
    ("register_merges_one_of_a_number", &[("ended_at", "NULL")], &[("ended_at", "1")]),
    ("certificate_status_events_revoke_once", &[("event", "'revoked'")], &[("event", "'other'")]),
];

#[test]
fn no_row_that_stands_for_good_is_replaced() {
    let database = harness::database(DatabaseKind::Sqlite);
    let tables = tables(&mut foreign(&database));
    assert!(tables.len() > 30, "the schema is not found");
    for table in &tables {
        let stands = triggers(&mut foreign(&database), table)
            .values()
            .any(|sql| sql.contains("BEFORE DELETE") || sql.contains("BEFORE UPDATE"));
        assert_ne!(
            stands,
            REWRITTEN.contains(&table.as_str()),
            "{table}: has triggers that keep its rows, or is listed here as one that is rewritten; one of the two"
        );
        if stands {
            an_insert_takes_no_place(&database, table);
            an_update_takes_no_place(&database, table);
        }
    }
}

fn an_insert_takes_no_place(database: &TestDatabase, table: &str) {
    for key in keys(&mut foreign(database), table) {
        let mut db = foreign(database);
        let guard = format!("{table}_are_never_replaced");
        empty(&mut db, table, |name, _| name == guard);
        let columns = columns(&mut db, table);
        insert(&mut db, "INSERT", table, &columns, &row(&columns, 1, &key.inside, None));
        let before = rows(&mut db, table, &columns);
        let taken = row(&columns, 2, &key.inside, Some((1, &key)));
        // Refused, or left out: a counter that stands is not begun again.
        let _ = db.batch_execute(&insertion("INSERT OR REPLACE", table, &columns, &taken));
        assert_eq!(rows(&mut db, table, &columns), before, "{table}: a row was replaced by {}", key.name);
        // And the guard keeps nothing else out.
        insert(&mut db, "INSERT OR REPLACE", table, &columns, &row(&columns, 3, &key.outside, None));
        assert_eq!(rows(&mut db, table, &columns).len(), 2, "{table}");
    }
}

fn an_update_takes_no_place(database: &TestDatabase, table: &str) {
    for key in keys(&mut foreign(database), table) {
        let mut db = foreign(database);
        empty(&mut db, table, |_, sql| sql.contains("BEFORE UPDATE"));
        let columns = columns(&mut db, table);
        insert(&mut db, "INSERT", table, &columns, &row(&columns, 1, &key.inside, None));
        // A row that differs in the key alone; where that key is over a part of the table, only in being outside.
        let shared = (!key.inside.is_empty()).then_some((1, &key));
        let second = row(&columns, 2, &key.outside, shared);
        insert(&mut db, "INSERT", table, &columns, &second);
        let before = rows(&mut db, table, &columns);
        let first = row(&columns, 1, &key.inside, None);
        let taken: Vec<String> = columns
            .iter()
            .zip(&first)
            .filter(|(column, _)| {
                key.has(&column.name) || key.inside.iter().any(|(name, _)| *name == column.name)
            })
            .map(|(column, value)| format!("{} = {value}", column.name))
            .collect();
        let of_the_second = format!("{} = {}", columns[0].name, second[0]);
        let _ = db.batch_execute(&format!(
            "UPDATE OR REPLACE {table} SET {} WHERE {of_the_second}",
            taken.join(", ")
        ));
        let after = rows(&mut db, table, &columns);
        assert_eq!(after, before, "{table}: a row was replaced by an update of {}", key.name);
    }
}

/// A connection as the sqlite3 program opens one; checks and foreign keys apart, so that any value fits. What it
/// does is never committed.
fn foreign(database: &TestDatabase) -> SqliteConnection {
    let path = database.url().strip_prefix("sqlite:").unwrap();
    let mut db = SqliteConnection::establish(path).unwrap();
    db.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN").unwrap();
    db
}

/// Takes the table's rows away, and its triggers but those to be tried.
fn empty(db: &mut SqliteConnection, table: &str, tried: impl Fn(&str, &str) -> bool) {
    let triggers = triggers(db, table);
    for name in triggers.keys() {
        db.batch_execute(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.batch_execute(&format!("DELETE FROM {table}")).unwrap();
    for (_, sql) in triggers.iter().filter(|(name, sql)| tried(name, sql)) {
        db.batch_execute(sql).unwrap();
    }
}

/// What no two rows share.
struct Key {
    name: String,
    columns: Vec<String>,
    inside: Vec<(&'static str, &'static str)>,
    outside: Vec<(&'static str, &'static str)>,
}

impl Key {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }
}

/// The keys of a table: its unique indexes, and the rowid where it has one.
fn keys(db: &mut SqliteConnection, table: &str) -> Vec<Key> {
    let indexes: Vec<Index> = diesel::sql_query(format!(
        "SELECT i.name AS name, i.partial AS partial, group_concat(c.name) AS columns
         FROM pragma_index_list('{table}') i, pragma_index_info(i.name) c WHERE i.\"unique\" GROUP BY i.name"
    ))
    .load(db)
    .unwrap();
    let mut keys: Vec<Key> = indexes
        .into_iter()
        .map(|index| {
            let part = PARTIAL.iter().find(|(name, ..)| *name == index.name);
            assert_eq!(part.is_some(), index.partial == 1, "{}: say which rows it is over", index.name);
            let (inside, outside) =
                part.map_or((vec![], vec![]), |(_, inside, outside)| (inside.to_vec(), outside.to_vec()));
            let columns = index.columns.split(',').map(str::to_owned).collect();
            Key { name: index.name, columns, inside, outside }
        })
        .collect();
    if columns(db, table)[0].name == "rowid" {
        keys.push(Key {
            name: "rowid".into(),
            columns: vec!["rowid".into()],
            inside: vec![],
            outside: vec![],
        });
    }
    keys
}

/// Row `n` of a table: every value its own, but what `set` says, and the key that it shares with row `of`.
fn row(columns: &[Column], n: usize, set: &[(&str, &str)], shared: Option<(usize, &Key)>) -> Vec<String> {
    columns
        .iter()
        .map(|column| {
            if let Some((_, value)) = set.iter().find(|(name, _)| *name == column.name) {
                return (*value).to_owned();
            }
            let n = match shared {
                Some((of, key)) if key.has(&column.name) => of,
                _ => n,
            };
            match column.kind.as_str() {
                "TEXT" => format!("'{} {n}'", column.name),
                "BIGINT" => n.to_string(),
                "BOOLEAN" => "0".to_owned(),
                "BLOB" => format!("x'{n:02}'"),
                other => panic!("{}: a value of type {other}?", column.name),
            }
        })
        .collect()
}

fn insertion(verb: &str, table: &str, columns: &[Column], row: &[String]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    format!("{verb} INTO {table} ({}) VALUES ({})", names.join(", "), row.join(", "))
}

#[track_caller]
fn insert(db: &mut SqliteConnection, verb: &str, table: &str, columns: &[Column], row: &[String]) {
    let sql = insertion(verb, table, columns, row);
    db.batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Every row of a table, as text.
fn rows(db: &mut SqliteConnection, table: &str, columns: &[Column]) -> Vec<String> {
    let values: Vec<String> = columns.iter().map(|column| format!("quote({})", column.name)).collect();
    let rows: Vec<Named> = diesel::sql_query(format!(
        "SELECT {} AS name, '' AS sql FROM {table} ORDER BY 1",
        values.join(" || ' ' || ")
    ))
    .load(db)
    .unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// The columns of a table, first the rowid of one that has it.
fn columns(db: &mut SqliteConnection, table: &str) -> Vec<Column> {
    let sql = format!(
        "SELECT 'rowid' AS name, 'BIGINT' AS kind FROM pragma_table_list WHERE name = '{table}' AND NOT wr
         UNION ALL SELECT name, type FROM pragma_table_info('{table}')"
    );
    diesel::sql_query(sql).load(db).unwrap()
}

fn tables(db: &mut SqliteConnection) -> Vec<String> {
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
               AND name <> '__diesel_schema_migrations' ORDER BY name";
    diesel::sql_query(sql).load::<Named>(db).unwrap().into_iter().map(|table| table.name).collect()
}

fn triggers(db: &mut SqliteConnection, table: &str) -> BTreeMap<String, String> {
    let sql = format!("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'");
    let named: Vec<Named> = diesel::sql_query(sql).load(db).unwrap();
    named.into_iter().map(|trigger| (trigger.name, trigger.sql.unwrap_or_default())).collect()
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    sql: Option<String>,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    partial: i64,
    #[diesel(sql_type = Text)]
    columns: String,
}
