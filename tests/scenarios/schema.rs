//! The two databases have the same tables and columns, and `store::schema` says the same.

use std::collections::BTreeMap;
use std::fs;

use acceptance::harness::{self, DatabaseKind};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use store::{Database, DatabaseRole};

/// Table, column → type as diesel names it.
type Columns = BTreeMap<(String, String), String>;

#[test]
fn both_databases_and_the_schema_of_the_code_agree() {
    let sqlite = columns_of(DatabaseKind::Sqlite, SQLITE);
    let postgres = columns_of(DatabaseKind::Postgresql, POSTGRES);
    let source = fs::read_to_string(harness::root().join("store/src/schema.rs")).unwrap();
    let code = columns_of_code(&source);
    assert!(code.len() > 100, "the schema of the code is not found");
    let differences = [
        differences("SQLite", &sqlite, "the code", &code),
        differences("PostgreSQL", &postgres, "the code", &code),
    ];
    assert_eq!(differences.concat(), [""; 0]);
}

const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS type_name,
        c.\"notnull\" = 0 AS nullable
    FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES: &str = "SELECT table_name::text, column_name::text, data_type::text AS type_name,
        is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = current_schema()";

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn columns_of(kind: DatabaseKind, sql: &str) -> Columns {
    let database = harness::database(kind);
    let rows: QueryResult<Vec<Column>> = match &mut database.open(DatabaseRole::Owner) {
        Database::Sqlite(connection) => diesel::sql_query(sql).load(connection),
        Database::Postgresql(connection) => diesel::sql_query(sql).load(connection),
    };
    // Diesel keeps its own list of the migrations that ran.
    let ours = rows
        .expect("both databases list their columns")
        .into_iter()
        .filter(|row| row.table_name != "__diesel_schema_migrations");
    ours.map(|row| {
        let name = match row.type_name.to_uppercase().as_str() {
            "TEXT" => "Text",
            "BIGINT" => "BigInt",
            "BLOB" | "BYTEA" => "Binary",
            "BOOLEAN" => "Bool",
            other => panic!("{}.{} is {other}, which has no name here", row.table_name, row.column_name),
        };
        let name = if row.nullable { format!("Nullable<{name}>") } else { name.to_owned() };
        ((row.table_name, row.column_name), name)
    })
    .collect()
}

/// Reads the `diesel::table!` blocks: `name (key) {`, then `column -> Type,`.
fn columns_of_code(source: &str) -> Columns {
    let mut columns = Columns::new();
    let mut table = "";
    for line in source.lines().map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            columns.insert((table.to_owned(), column.to_owned()), kind.to_owned());
        } else if line.ends_with(") {") {
            table = line.split(' ').next().unwrap_or_default();
        }
    }
    columns
}

fn differences(here: &str, a: &Columns, there: &str, b: &Columns) -> Vec<String> {
    let said = |columns: &Columns, key| columns.get(key).map_or("nothing".to_owned(), Clone::clone);
    let mut keys: Vec<_> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| a.get(*key) != b.get(*key))
        .map(|key| format!("{}.{}: {here} has {}, {there} has {}", key.0, key.1, said(a, key), said(b, key)))
        .collect()
}

#[test]
fn a_column_that_differs_is_named() {
    let code = columns_of_code(
        "diesel::table! {\n    cards (number) {\n        number -> Text,\n        batch -> Nullable<Text>,\n    }\n}",
    );
    let mut other = code.clone();
    other.insert(("cards".into(), "batch".into()), "Text".into());
    other.remove(&("cards".into(), "number".into()));
    assert_eq!(
        differences("SQLite", &other, "the code", &code),
        [
            "cards.batch: SQLite has Text, the code has Nullable<Text>",
            "cards.number: SQLite has nothing, the code has Text",
        ]
    );
}
