use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The root of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the workspace")
}

/// `tests/fixtures/<name>`, which must be there.
pub fn fixture(name: &str) -> PathBuf {
    let path = root().join("tests/fixtures").join(name);
    assert!(path.exists(), "there is no fixture {}", path.display());
    path
}

/// A folder that is gone when the test is over.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("igc-test-").tempdir().expect("the temporary folder can be written")
}

/// Compares `actual` with `tests/golden/<name>`; `UPDATE_GOLDEN=1` writes it instead, for a
/// person to read in the diff.
pub fn golden(name: &str, actual: &str) {
    let path = root().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differing: Vec<String> = line_difference(&expected, actual);
    assert!(
        differing.is_empty(),
        "tests/golden/{name} is not what the code gives; if the change is meant, run with UPDATE_GOLDEN=1 \
         and read the diff:\n{}",
        differing.join("\n")
    );
}

/// The folder cargo builds into, without the profile: where `make` put the judges.
pub fn target_folder() -> PathBuf {
    profile_folder().parent().expect("a profile folder stands in the target folder").to_owned()
}

/// `target/debug` or `target/release`, whichever this test was built into.
pub(super) fn profile_folder() -> PathBuf {
    let executable = std::env::current_exe().expect("a running program has a path");
    let folder = executable.parent().expect("a program stands in a folder");
    if folder.ends_with("deps") { folder.parent().expect("deps stands in a folder") } else { folder }
        .to_owned()
}

/// Lines only in one of the two, in the order of `expected` and then `actual`.
pub fn line_difference(expected: &str, actual: &str) -> Vec<String> {
    let gone = expected.lines().filter(|line| !actual.lines().any(|other| other == *line));
    let new = actual.lines().filter(|line| !expected.lines().any(|other| other == *line));
    let mut lines: Vec<String> = gone.map(|line| format!("- {line}")).collect();
    lines.extend(new.map(|line| format!("+ {line}")));
    if lines.is_empty() && expected != actual {
        lines.push("the same lines in another order or number".into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_golden_file_differs_also_by_order() {
        assert!(line_difference("a\nb\n", "a\nb\n").is_empty());
        assert_eq!(line_difference("a\nb\n", "a\nc\n"), ["- b", "+ c"]);
        assert_eq!(line_difference("a\nb\n", "b\na\n").len(), 1);
    }
}
