//! What `docs/signer-faults.md` says, beside what was seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use acceptance::harness::root;

use super::FAULTS;
use crate::scenarios::measured;

const TABLE: &str = "docs/signer-faults.md";
/// By how many seconds a busy machine may be off from what is documented.
const BUSY: f64 = 4.0;

/// A fault, what came of it, and the seconds until a signature held.
pub struct Row {
    pub fault: &'static str,
    pub outcome: String,
    pub seconds: f64,
}

/// Compares what was seen with the table of the documentation, or writes it there where that is asked for.
pub fn compare(token: &str, rows: &[Row]) {
    if std::env::var_os("UPDATE_SIGNER_FAULTS").is_some() {
        return write(token, rows);
    }
    note(&table(rows));
    if let Some(what) = difference(&measured::rows(TABLE, token), rows) {
        panic!("{TABLE}, {token}: {what} (UPDATE_SIGNER_FAULTS=1 writes it)");
    }
}

pub fn write(token: &str, rows: &[Row]) {
    measured::write(TABLE, token, &table(rows));
}

fn table(rows: &[Row]) -> String {
    let mut table = "| fault | outcome | seconds |\n|---|---|---|\n".to_owned();
    for Row { fault, outcome, seconds } in rows {
        writeln!(table, "| {fault} | {outcome} | {seconds:.2} |").unwrap();
    }
    table
}

/// The first thing that is seen otherwise than it is documented, row by row.
fn difference(documented: &[Vec<String>], seen: &[Row]) -> Option<String> {
    if documented.len() != seen.len() {
        return Some(format!("{} rows are documented, and {} were seen", documented.len(), seen.len()));
    }
    seen.iter().zip(documented).find_map(|(row, documented)| {
        let [fault, outcome, seconds] = documented.as_slice() else {
            return Some(format!("{documented:?} is no row"));
        };
        let near = seconds.parse::<f64>().is_ok_and(|written| (row.seconds - written).abs() < BUSY);
        let same = near && fault == row.fault && *outcome == row.outcome;
        let Row { fault, outcome, seconds } = row;
        (!same)
            .then(|| format!("{fault}: {outcome} in {seconds:.2} s was seen, and {documented:?} is written"))
    })
}

#[test]
fn a_section_that_is_empty_or_says_something_else_is_no_documentation() {
    let seen = [("hang", 5.5), ("crash", 0.6)].map(|(fault, seconds)| {
        let outcome = "the process is replaced".to_owned();
        Row { fault, outcome, seconds }
    });
    let written = |text: &str| measured::rows_of(text, "SoftHSM2");
    let whole = format!("# Title\n\n## SoftHSM2\n\n{}\n## NSS softoken\n\n", table(&seen));
    assert_eq!(difference(&written(&whole), &seen), None);
    for altered in [
        String::new(),
        whole.replace("SoftHSM2", "Another"),
        whole.lines().filter(|line| !line.starts_with("| ")).collect::<Vec<_>>().join("\n"),
        whole.lines().filter(|line| !line.starts_with("| crash")).collect::<Vec<_>>().join("\n"),
        whole.replace("| crash | the process is replaced", "| crash | inside the process"),
        whole.replace("| 5.50 |", "| 0.50 |"),
        whole.replace("| 5.50 |", "| |"),
    ] {
        assert!(difference(&written(&altered), &seen).is_some(), "{altered}");
    }
}

#[test]
fn every_fault_is_described() {
    let text = fs::read_to_string(root().join(TABLE)).unwrap();
    let (head, _) = text.split_once("\n## ").unwrap();
    let cells = head.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let described: BTreeSet<&str> = cells.skip(1).flat_map(|cell| cell.split(", ")).collect();
    let known = FAULTS.iter().map(|fault| fault.name).chain(["pin-locked"]).collect();
    assert_eq!(described, known, "{TABLE}");
}

/// Into the captured output of the test.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(text: &str) {
    println!("{text}");
}
