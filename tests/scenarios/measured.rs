//! Tables of the documentation that hold what a test has measured: one section a subject.

use std::fs;
use std::ops::Range;
use std::sync::Mutex;

use acceptance::harness::root;

/// Several tests measure at the same time, and write into one file.
static WRITING: Mutex<()> = Mutex::new(());

/// The rows of the table of a section, cell by cell, its head left out; none where there is no such section.
pub fn rows(file: &str, subject: &str) -> Vec<Vec<String>> {
    rows_of(&fs::read_to_string(root().join(file)).unwrap(), subject)
}

/// The same of the text of such a document.
pub fn rows_of(text: &str, subject: &str) -> Vec<Vec<String>> {
    let Some(section) = section(text, subject) else { return Vec::new() };
    let lines = text[section].lines().filter(|line| line.starts_with("| ")).skip(1);
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Writes a section anew, at its place or at the end.
pub fn write(file: &str, subject: &str, table: &str) {
    let _alone = WRITING.lock();
    let file = root().join(file);
    let mut text = fs::read_to_string(&file).unwrap();
    let place = section(&text, subject).unwrap_or(text.len()..text.len());
    let gap_before = if place.start == text.len() { "\n" } else { "" };
    let gap_after = if place.end == text.len() { "" } else { "\n" };
    text.replace_range(place, &format!("{gap_before}## {subject}\n\n{table}{gap_after}"));
    fs::write(&file, text).unwrap();
}

fn section(text: &str, subject: &str) -> Option<Range<usize>> {
    let start = text.find(&format!("## {subject}\n"))?;
    let end = text[start + 3..].find("\n## ").map_or(text.len(), |at| start + 3 + at + 1);
    Some(start..end)
}
