//! The two documents that everybody reads stay short enough to be read.

use acceptance::harness::root;

use super::expect_none;

/// The documents and how many lines each may have.
const SHORT: &[(&str, usize)] = &[("README.md", 149), ("ARCHITECTURE.md", 150)];

#[test]
fn the_documents_everybody_reads_are_short() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).unwrap_or_default();
    let findings = SHORT.iter().filter_map(|(name, most)| unfit(name, &read(name), *most)).collect();
    expect_none("what everybody reads is short", findings);
}

fn unfit(name: &str, text: &str, most: usize) -> Option<String> {
    match text.lines().count() {
        0 => Some(format!("{name} is missing")),
        lines if lines > most => Some(format!("{name} has {lines} lines, at most {most}")),
        _ => None,
    }
}

#[test]
fn a_document_that_is_missing_or_long_is_found() {
    assert_eq!(unfit("README.md", "", 149).unwrap(), "README.md is missing");
    assert_eq!(unfit("README.md", &"a\n".repeat(150), 149).unwrap(), "README.md has 150 lines, at most 149");
    assert_eq!(unfit("README.md", &"a\n".repeat(149), 149), None);
}
