//! What is kept of persons has a line: a family of events in the table of `personal_data.rs`, a table of the database on the page.

use std::collections::BTreeSet;

use registration_authority::personal_data::FAMILIES;

use super::expect_none;
use super::files::{TextFile, text_files};
use super::source::{stands_at, tokens_outside_tests};

/// How the second half of a name ends that is no event's, but a file's or a host's.
const ENDINGS: [&str; 16] = [
    "toml", "html", "pem", "cer", "crl", "der", "json", "jsonl", "csv", "sqlite", "txt", "rs", "js", "bin",
    "key", "ledger",
];

/// The actions of events that a source names, with where: what has the form of one, in a file that speaks of the trail, but for the names
/// of crash points.
fn actions(file: &TextFile) -> Vec<(String, String)> {
    let tokens = tokens_outside_tests(file);
    let records = (0..tokens.len()).any(|at| {
        stands_at(&tokens, at, &["audit", ":", ":", "record"])
            || stands_at(&tokens, at, &["Event", "{"])
            || stands_at(&tokens, at, &["action", ":"])
    });
    if !records {
        return Vec::new();
    }
    let is_action = |at: &usize| {
        let text = tokens[*at].text.trim_matches('"');
        let word = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                && !part.starts_with('-')
        };
        let crash = *at >= 2 && stands_at(&tokens, *at - 2, &["crash_point", "("]);
        tokens[*at].text.starts_with('"')
            && !crash
            && text
                .split_once('.')
                .is_some_and(|(family, what)| word(family) && word(what) && !ENDINGS.contains(&what))
    };
    let place = |at: usize| format!("{}:{}", file.path, tokens[at].line);
    (0..tokens.len())
        .filter(is_action)
        .map(|at| (tokens[at].text.trim_matches('"').to_owned(), place(at)))
        .collect()
}

fn all_actions() -> Vec<(String, String)> {
    let files = text_files();
    let sources =
        files.iter().filter(|file| file.is_rust() && !file.test && !file.path.starts_with("tests/"));
    sources.filter(|file| file.room() != "igc-verify").flat_map(actions).collect()
}

#[test]
fn every_event_is_of_a_family_that_says_whether_its_payloads_are_erased() {
    let without: Vec<String> = all_actions()
        .into_iter()
        .filter(|(action, _)| !FAMILIES.iter().any(|(family, _)| action.starts_with(family)))
        .map(|(action, place)| {
            format!("{place}: {action} is of no family of registration-authority/src/personal_data.rs")
        })
        .collect();
    expect_none("docs/personal-data.md: what tells of persons is erased in its time", without);
}

#[test]
fn every_family_has_an_event_so_the_search_does_find_events() {
    let actions = all_actions();
    let idle =
        FAMILIES.iter().filter(|(family, _)| !actions.iter().any(|(action, _)| action.starts_with(family)));
    assert_eq!(idle.map(|(family, _)| *family).collect::<Vec<_>>(), Vec::<&str>::new());
}

/// The tables of the schema.
fn tables(files: &[TextFile]) -> BTreeSet<String> {
    let schema = files.iter().find(|file| file.path == "store/src/schema.rs").expect("the schema is there");
    let begins = schema.text.split("diesel::table! {").skip(1);
    begins.filter_map(|table| Some(table.trim_start().split_once(' ')?.0.to_owned())).collect()
}

#[test]
fn every_table_stands_on_the_page_about_personal_data() {
    let files = text_files();
    let tables = tables(&files);
    assert!(tables.len() > 80, "the search does find tables: {}", tables.len());
    let page = files.iter().find(|file| file.path == "docs/personal-data.md").expect("the page is there");
    let named: BTreeSet<&str> = page.text.split('`').skip(1).step_by(2).collect();
    let missing: Vec<String> =
        tables.iter().filter(|table| !named.contains(table.as_str())).cloned().collect();
    expect_none("docs/personal-data.md names each table, or says that it tells of nobody", missing);
    let (_, part) = page.text.split_once("## Tables that tell of nobody").expect("that part is there");
    let part = part.split("\n## ").next().unwrap_or_default();
    let gone: Vec<String> = part
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| !tables.contains(*name))
        .map(|name| format!("{name} is no table"))
        .collect();
    expect_none("docs/personal-data.md names tables that there are", gone);
}
