//! Each table has one owner, named at the head of its migration, and both databases have the same
//! migrations. (That the tables themselves agree is asked of the databases: `scenarios/databases.rs`.)

use std::collections::BTreeMap;

use super::expect_none;
use super::files::{TextFile, text_files};

/// Which crate owns each table: from the line `-- Owner: <crate>.` of the migration that makes it.
pub(super) fn owners(files: &[TextFile]) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.starts_with("migrations/sqlite/")) {
        for table in tables_made_by(&file.text) {
            if let Some(owner) = owner_of(&file.text) {
                owners.insert(table.to_owned(), owner.to_owned());
            }
        }
    }
    owners
}

#[test]
fn every_table_has_one_owner_and_both_databases_the_same_migrations() {
    let files = text_files();
    assert!(owners(&files).len() > 20, "the migrations are not found");
    expect_none("architecture, invariant 1, and the layout of migrations/", disagreements(&files));
}

fn disagreements(files: &[TextFile]) -> Vec<String> {
    let of = |kind: &str| -> BTreeMap<String, &TextFile> {
        let prefix = format!("migrations/{kind}/");
        let named = |file| -> Option<(String, &TextFile)> {
            let file: &TextFile = file;
            Some((file.path.strip_prefix(&prefix)?.to_owned(), file))
        };
        files.iter().filter_map(named).collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    let mut findings = Vec::new();
    for (name, here, there) in sqlite
        .keys()
        .map(|name| (name, "sqlite", postgres.contains_key(name)))
        .chain(postgres.keys().map(|name| (name, "postgres", sqlite.contains_key(name))))
    {
        if !there {
            findings.push(format!("{name} stands in migrations/{here} only"));
        }
    }
    for file in sqlite.values().chain(postgres.values()) {
        if !tables_made_by(&file.text).is_empty() && owner_of(&file.text).is_none() {
            findings.push(format!("{} makes tables and does not begin with `-- Owner: <crate>.`", file.path));
        }
    }
    for (name, file) in &sqlite {
        if postgres.get(name).is_some_and(|other| owner_of(&other.text) != owner_of(&file.text)) {
            findings.push(format!("{name} names two owners"));
        }
    }
    findings
}

fn owner_of(sql: &str) -> Option<&str> {
    let rest = sql.lines().next()?.strip_prefix("-- Owner: ")?;
    rest.split(['.', ' ']).next().filter(|owner| !owner.is_empty())
}

fn tables_made_by(sql: &str) -> Vec<&str> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let named = words.windows(3).filter(|words| words[0] == "CREATE" && words[1] == "TABLE");
    named.map(|words| words[2].trim_end_matches('(')).collect()
}

#[test]
fn a_migration_without_its_twin_or_its_owner_is_found() {
    let file = TextFile::planted;
    let owned = "-- Owner: card.\nCREATE TABLE cards (\n number TEXT);";
    let files = [
        file("migrations/sqlite/0001_cards/up.sql", owned),
        file("migrations/postgres/0001_cards/up.sql", &owned.replace("card.", "store.")),
        file("migrations/sqlite/0002_lone/up.sql", "CREATE TABLE lone (a TEXT);"),
    ];
    assert_eq!(
        disagreements(&files),
        [
            "0002_lone/up.sql stands in migrations/sqlite only",
            "migrations/sqlite/0002_lone/up.sql makes tables and does not begin with `-- Owner: <crate>.`",
            "0001_cards/up.sql names two owners",
        ]
    );
    assert_eq!(owners(&files)["cards"], "card");
}
