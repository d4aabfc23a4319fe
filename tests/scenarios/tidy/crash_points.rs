//! Every point at which the program may be killed has its row in `docs/crash-points.md`, and is killed there by
//! `scenarios::crash_points`.

use std::collections::BTreeSet;
use std::fs;

use acceptance::harness::root;

use super::expect_none;
use super::files::{TextFile, text_files};
use super::source::{stands_at, tokens_outside_tests};
use crate::scenarios::crash_points::table;

#[test]
fn every_crash_point_of_the_code_has_a_row_and_every_row_a_point() {
    let rows: Vec<String> = table::rows().into_iter().map(|row| row.point).collect();
    expect_none("docs/crash-points.md and the code", unmatched(&text_files(), &rows));
}

#[test]
fn a_release_build_has_no_crash_points() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let release = manifest["profile"]["release"].as_table().unwrap();
    assert!(!release.contains_key("debug-assertions"), "they stand where debug assertions do: {release:?}");
}

fn unmatched(files: &[TextFile], rows: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut points = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.test) {
        for (line, point) in points_of(file) {
            let at = format!("{}:{line}: {point}", file.path);
            if !is_name(&point) {
                findings.push(format!("{at} is no name `area.step`"));
            } else if !rows.contains(&point) {
                findings.push(format!("{at} has no row in {}", table::DOCUMENT));
            } else if !points.insert(point) {
                findings.push(format!("{at} stands at a second place"));
            }
        }
    }
    let twice = rows.iter().enumerate().filter(|(at, row)| rows[..*at].contains(row));
    findings.extend(twice.map(|(_, row)| format!("{row} has two rows")));
    let gone = rows.iter().filter(|row| !points.contains(*row));
    findings.extend(gone.map(|row| format!("{row} has a row and stands nowhere in the code")));
    findings
}

/// The line and the argument of each call.
fn points_of(file: &TextFile) -> Vec<(usize, String)> {
    let tokens = tokens_outside_tests(file);
    let calls = (0..tokens.len()).filter(|at| {
        stands_at(&tokens, *at, &["crash_point", "("]) && !(*at > 0 && tokens[at - 1].text == "fn")
    });
    calls
        .map(|at| {
            let argument = &tokens[at + 2].text;
            (tokens[at].line, argument.trim_matches('"').to_owned())
        })
        .collect()
}

fn is_name(point: &str) -> bool {
    let lower = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
    };
    point.split_once('.').is_some_and(|(area, step)| lower(area) && lower(step))
}

#[test]
fn a_point_without_a_row_and_a_row_without_a_point_are_found() {
    let source = |body: &str| [TextFile::planted("card/src/a.rs", &format!("fn f() {{ {body} }}"))];
    let row = ["area.step".to_owned()];
    assert_eq!(unmatched(&source("crash_point(\"area.step\");"), &row), [""; 0]);
    let unknown =
        unmatched(&source("crash_point(\"area.step\");\nstore::crash_point(\"area.other\");"), &row);
    assert_eq!(unknown, ["card/src/a.rs:2: area.other has no row in docs/crash-points.md"]);
    assert_eq!(unmatched(&source(""), &row), ["area.step has a row and stands nowhere in the code"]);
    let hidden = unmatched(&source("crash_point(name); crash_point(\"area.step\")"), &row);
    assert_eq!(hidden, ["card/src/a.rs:1: name is no name `area.step`"]);
    let twice = unmatched(&source("crash_point(\"area.step\"); crash_point(\"area.step\")"), &row);
    assert_eq!(twice, ["card/src/a.rs:1: area.step stands at a second place"]);
    let rows = [row[0].clone(), row[0].clone()];
    assert_eq!(unmatched(&source("crash_point(\"area.step\");"), &rows), ["area.step has two rows"]);
}
