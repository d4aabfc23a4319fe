//! A table is written by exactly one crate: the one that owns it.

use std::collections::BTreeMap;

use super::expect_none;
use super::files::{TextFile, text_files};
use super::migrations::owners;
use super::source::{Token, stands_at, tokens_outside_tests};

#[test]
fn a_table_is_written_only_by_the_crate_that_owns_it() {
    let files = text_files();
    let owners = owners(&files);
    let sources = files.iter().filter(|file| file.is_rust() && !file.test);
    let findings: Vec<String> = sources.flat_map(|file| foreign_writes(file, &owners)).collect();
    expect_none("architecture, invariant 1: a table is written by exactly one crate", findings);
}

#[test]
fn every_owner_writes_so_the_search_does_find_writes() {
    let files = text_files();
    let nobodys = owners(&files).into_keys().map(|table| (table, "nobody".to_owned())).collect();
    let found: Vec<String> = files
        .iter()
        .filter(|file| file.room() == "store" && file.is_rust() && !file.test)
        .flat_map(|file| foreign_writes(file, &nobodys))
        .collect();
    assert!(found.iter().any(|line| line.contains("audit_events")), "{found:#?}");
}

/// Every write in `file` to a table of another crate, or to one that cannot be told.
fn foreign_writes(file: &TextFile, owners: &BTreeMap<String, String>) -> Vec<String> {
    let tokens = tokens_outside_tests(file);
    let mut findings = Vec::new();
    for at in 0..tokens.len() {
        let written = match diesel_write(&tokens, at, owners) {
            Written::No if tokens[at].text.contains('"') => sql_writes(&tokens[at].text, owners),
            written => vec![written],
        };
        for written in written {
            let place = format!("{}:{}", file.path, tokens[at].line);
            match written {
                Written::No => {}
                Written::Unknown => findings.push(format!(
                    "{place}: which table is written here cannot be read: name it as `table_name::table`, or in the SQL"
                )),
                Written::Table(table) if owners[&table] == file.room() => {}
                Written::Table(table) => findings.push(format!("{place}: writes {table}, which {} owns", owners[&table])),
            }
        }
    }
    findings
}

enum Written {
    No,
    Unknown,
    Table(String),
}

/// `insert_into(cards::table)`, `diesel::update(cards::table.filter(…))`, …
fn diesel_write(tokens: &[Token], at: usize, owners: &BTreeMap<String, String>) -> Written {
    let called = stands_at(tokens, at + 1, &["("]);
    let before = at.checked_sub(1).map_or("", |i| tokens[i].text.as_str());
    let of_diesel = at >= 3 && stands_at(tokens, at - 3, &["diesel", ":", ":"]);
    let bare = !["fn", ".", ":"].contains(&before);
    let (certain, possible) = match tokens[at].text.as_str() {
        "insert_into" | "insert_or_ignore_into" | "replace_into" => (called && before != "fn", false),
        "update" | "delete" => (called && of_diesel, called && bare),
        _ => (false, false),
    };
    if !certain && !possible {
        return Written::No;
    }
    let mut path = path_at(tokens, at + 2);
    if let [variable] = path[..] {
        path = value_of(tokens, at, variable).unwrap_or(path);
    }
    match path.iter().find(|segment| owners.contains_key(**segment)) {
        // A function of its own called `update` may take a variable that is named like a table.
        Some(_) if possible && !path.contains(&"table") => Written::No,
        Some(table) => Written::Table((*table).to_owned()),
        None if certain => Written::Unknown,
        None => Written::No,
    }
}

/// The path that begins at `at`, a borrow apart: `&schema::cards::table` is `schema : : cards : : table`.
fn path_at(tokens: &[Token], at: usize) -> Vec<&str> {
    let texts = tokens[at..].iter().map(|token| token.text.as_str()).filter(|text| *text != "&");
    texts.take_while(|text| *text == ":" || text.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
}

/// The path that the last `let variable = …` before `at` begins with.
fn value_of<'t>(tokens: &'t [Token], at: usize, variable: &str) -> Option<Vec<&'t str>> {
    let bound = (0..at).rev().find(|i| stands_at(tokens, *i, &["let", variable, "="]))?;
    Some(path_at(tokens, bound + 3))
}

/// The tables that an SQL text writes.
fn sql_writes(literal: &str, owners: &BTreeMap<String, String>) -> Vec<Written> {
    let words: Vec<&str> =
        literal.split([' ', '\n', '\t', '"', '(', ')', ';', ',', '\\']).filter(|w| !w.is_empty()).collect();
    let mut written = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let before = |text: &str| i > 0 && words[i - 1] == text;
        let names_table = match *word {
            "INTO" => words[..i].iter().rev().take(3).any(|word| *word == "INSERT" || *word == "REPLACE"),
            "FROM" => before("DELETE"),
            "UPDATE" => {
                !before("FOR") && !before("DO") && !before("BEFORE") && !before("AFTER") && !before("OR")
            }
            "TRUNCATE" | "COPY" => true,
            _ => false,
        };
        if !names_table {
            continue;
        }
        let next = words[i + 1..].iter().find(|word| !["ONLY", "TABLE", "OF"].contains(word));
        match next {
            Some(name) if owners.contains_key(*name) => written.push(Written::Table((*name).to_owned())),
            // A table that no migration makes is a temporary one of the crate itself.
            Some(name) if !name.starts_with('{') => {}
            _ => written.push(Written::Unknown),
        }
    }
    written
}

#[test]
fn a_write_to_anothers_table_is_found_however_it_is_written() {
    let owners =
        BTreeMap::from([("cards".into(), "card".into()), ("outbox".into(), "registration-authority".into())]);
    let found = |body: &str| {
        let file = TextFile::planted("card/src/life.rs", &format!("fn f() {{ {body} }}"));
        foreign_writes(&file, &owners).join("\n")
    };
    for foreign in [
        "diesel::insert_into(outbox::table).values(x)",
        "insert_into(schema::outbox::table)",
        "let waiting = outbox::table.find(1); diesel::update(waiting).set(y)",
        "diesel::update(outbox::table.find(1)).set(y)",
        "update(outbox::table)",
        "delete(schema::outbox::table.filter(z))",
        "cards::table.select(a).insert_into(outbox::table)",
        "sql_query(\"INSERT INTO outbox VALUES (1)\")",
        "sql_query(\"INSERT OR IGNORE INTO outbox (id)\")",
        "sql_query(r#\"SELECT 1; UPDATE outbox SET id = 1\"#)",
        "sql_query(format!(\"DELETE FROM outbox WHERE {x}\"))",
        "sql_query(\"TRUNCATE TABLE outbox\")",
    ] {
        assert_eq!(
            found(foreign),
            "card/src/life.rs:1: writes outbox, which registration-authority owns",
            "{foreign}"
        );
    }
    for unreadable in [
        "diesel::delete(target)",
        "diesel::insert_into(t::table)",
        "q(format!(\"UPDATE {table} SET a = 1\"))",
    ] {
        assert!(found(unreadable).contains("cannot be read"), "{unreadable}");
    }
    for fine in [
        "diesel::insert_into(cards::table).values(outbox::id)",
        "let current = cards::table.find(1); diesel::update(current).set(outbox)",
        "hasher.update(outbox)",
        "update(outbox)",
        "sql_query(\"SELECT * FROM outbox FOR UPDATE\")",
        "sql_query(\"INSERT INTO cards SELECT a FROM outbox ON CONFLICT DO UPDATE SET a = 1\")",
        "sql_query(\"INSERT INTO staging VALUES (1)\")",
    ] {
        assert_eq!(found(fine), "", "{fine}");
    }
}
