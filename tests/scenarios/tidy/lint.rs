//! The lint before a signature and what writes certificates and lists are two writings of one thing: neither takes a line of the other.

use super::expect_none;
use super::files::{TextFile, text_files};
use super::source::{Token, stands_at, tokens_outside_tests};

const LINT: &str = "ca-core/src/lint/";
/// What writes a `TBSCertificate` or a `TBSCertList`, and the tables that it writes from.
const BUILDERS: &[&str] = &[
    "ca-core/src/tbs/",
    "ca-core/src/profile/",
    "ca-core/src/subject/",
    "ca-core/src/identity/",
    "ca-core/src/serial.rs",
    "ca-core/src/rsa_public_key.rs",
    "crl-publisher/src/crl/encode.rs",
    "crl-publisher/src/crl/entries",
    "crl-publisher/src/crl/entry_",
    "crl-publisher/src/crl/scope.rs",
];

#[test]
fn lint_and_builder_share_no_code() {
    let files: Vec<TextFile> = text_files().into_iter().filter(|file| file.is_rust() && !file.test).collect();
    for place in BUILDERS.iter().chain([&LINT]) {
        assert!(files.iter().any(|file| file.path.starts_with(place)), "{place} is not there any more");
    }
    expect_none("architecture, invariant 3", files.iter().flat_map(shared).collect());
}

/// Where a file of one of them names the other.
fn shared(file: &TextFile) -> Vec<String> {
    if file.path.starts_with(LINT) {
        return reaches_out(file);
    }
    if !BUILDERS.iter().any(|place| file.path.starts_with(place)) {
        return Vec::new();
    }
    let tokens = tokens_outside_tests(file);
    let named = tokens.iter().filter(|token| token.text == "lint");
    named.map(|token| found(file, token)).collect()
}

/// The lint knows nothing of its crate but itself.
fn reaches_out(file: &TextFile) -> Vec<String> {
    let tokens = tokens_outside_tests(file);
    let outside = |at: usize| {
        let text = tokens[at].text.as_str();
        let begins = at == 0 || tokens[at - 1].text != ":";
        match text {
            "crate" => {
                let scope = at > 0 && ["(", "in"].contains(&tokens[at - 1].text.as_str());
                !(stands_at(&tokens, at + 1, &[":", ":", "lint"])
                    || scope && stands_at(&tokens, at + 1, &[")"]))
            }
            "super" => begins && supers(&tokens, at) > depth(&file.path),
            other => takes_a_file(other),
        }
    };
    (0..tokens.len()).filter(|at| outside(*at)).map(|at| found(file, &tokens[at])).collect()
}

/// How many `super` stand in one path.
fn supers(tokens: &[Token], mut at: usize) -> usize {
    let mut count = 1;
    while stands_at(tokens, at + 1, &[":", ":", "super"]) {
        (at, count) = (at + 3, count + 1);
    }
    count
}

/// How many modules lie between a file of the lint and its crate's other rooms.
fn depth(path: &str) -> usize {
    let inside = path.strip_prefix(LINT).unwrap_or_default();
    inside.split('/').filter(|part| *part != "mod.rs").count()
}

/// Code of another file, in a way that no module path shows: `include!`, `#[path]`, a path's own name.
fn takes_a_file(token: &str) -> bool {
    ["include", "include_str", "include_bytes", "path", "ca_core"].contains(&token)
}

fn found(file: &TextFile, token: &Token) -> String {
    format!("{}:{}: {}", file.path, token.line, token.text)
}

#[test]
fn a_lint_that_asks_the_builder_and_a_builder_that_asks_the_lint_are_found() {
    let found = |path: &str, text: &str| shared(&TextFile::planted(path, text)).join("");
    let names = "ca-core/src/lint/names.rs";
    for text in [
        "use crate::tbs::TbsInput;",
        "use crate::{tbs, lint};",
        "use super::super::profile::Profiles;",
        "fn f() { crate::serial::read() }",
        "#[path = \"../tbs/name.rs\"] mod name;",
        "include!(\"../tbs/name.rs\");",
    ] {
        assert!(found(names, text).starts_with("ca-core/src/lint/names.rs:1: "), "{text}");
    }
    assert!(!found("ca-core/src/lint/mod.rs", "use super::tbs;").is_empty());
    assert!(!found("ca-core/src/lint/crl/mod.rs", "use super::super::tbs;").is_empty());
    for text in ["use super::reader::Element;", "pub(in crate::lint) fn f() {}", "pub(crate) fn f() {}"] {
        assert_eq!(found(names, text), "", "{text}");
    }
    assert_eq!(found("ca-core/src/lint/crl/fields.rs", "use super::super::reader::Element;"), "");
    for text in [
        "use crate::lint::Finding;",
        "use crate::{lint, profile};",
        "use ca_core::lint;",
        "use super::super::lint as l;",
    ] {
        assert!(!found("ca-core/src/tbs/name.rs", text).is_empty(), "{text}");
        assert_eq!(found("ca-core/src/issuance/prepare.rs", text), "", "who calls both may name both");
    }
    assert_eq!(found("ca-core/src/tbs/name.rs", "use crate::profile::Profiles; // not the lint"), "");
}
