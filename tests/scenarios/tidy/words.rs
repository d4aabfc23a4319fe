//! Words that do not belong in the repository: places of the machines it was written on, and marks
//! of unfinished work.

use super::expect_none;
use super::files::text_files;

/// In halves, so that this file does not find itself.
const WORDS: &[(&str, &str)] = &[
    ("/wor", "k/"),
    ("/far", "m/"),
    ("/root", "/"),
    ("/hom", "e/"),
    ("../sha", "red/"),
    ("DEVELO", "PERS.md"),
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("to", "do!("),
    ("Lorem ", "ipsum"),
];

#[test]
fn no_word_of_another_place_stands_in_the_repository() {
    let files = text_files();
    expect_none(
        "words that do not belong here",
        files.iter().flat_map(|file| foreign_words(&file.path, &file.text)).collect(),
    );
}

fn foreign_words(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in WORDS.iter().map(|(first, second)| format!("{first}{second}")) {
            if stands_alone(line, &word) {
                findings.push(format!("{path}:{}: {word}", number + 1));
            }
        }
    }
    findings
}

/// Whether `word` stands in `line` and is no part of a longer word: base64 holds everything.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let (first, last) = (word.chars().next(), word.chars().next_back());
        let part_of_longer = (joins(before) && joins(first)) || (joins(last) && joins(after));
        !part_of_longer
    })
}

fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '+')
}

#[test]
fn a_word_of_another_place_is_found_and_base64_is_not() {
    let place = ["/wor", "k/"].concat();
    assert_eq!(foreign_words("a.md", &format!("see {place}notes")), [format!("a.md:1: {place}")]);
    let mark = ["FIX", "ME"].concat();
    assert_eq!(foreign_words("a.rs", &format!("// {mark}: later")).len(), 1);
    assert_eq!(foreign_words("a.pem", &format!("MIIB{mark}abc")), [""; 0]);
}
