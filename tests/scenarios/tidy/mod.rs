//! The rules of the house that no compiler checks (ARCHITECTURE.md). Each rule is a function from
//! text to findings, and each is tried on a text that breaks it, so that a rule that has stopped
//! looking is noticed.

mod clock;
mod crash_points;
mod dependencies;
mod documents;
mod files;
mod lint;
mod migrations;
mod personal_data;
mod source;
mod table_writes;
mod templates;
mod unsafe_code;
mod words;

/// Fails with every finding, one a line.
#[track_caller]
fn expect_none(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
