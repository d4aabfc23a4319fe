//! The files of the checkout, and how long they may be.

use std::fs;
use std::path::Path;

use acceptance::harness::root;

use super::expect_none;
use super::source::test_modules;

/// A file reads in one sitting: 250 lines are wanted, this is the exception that says why.
const LONGEST: usize = 400;
const EXCUSE: &str = "One file because ";

/// A text file of the repository; `path` is relative to its root, with `/`.
pub(super) struct TextFile {
    pub(super) path: String,
    pub(super) text: String,
    /// Whether it holds nothing but tests, or benchmarks: they fill databases of their own.
    pub(super) test: bool,
}

impl TextFile {
    /// The folder at the root that it stands in: for sources, the crate.
    pub(super) fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A file made up by a test of a rule.
    pub(super) fn planted(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into(), test: false }
    }
}

/// Every text file of the checkout that a build or a run did not make.
pub(super) fn text_files() -> Vec<TextFile> {
    let mut files = Vec::new();
    gather(root(), &mut files);
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "the files of the checkout are not found");
    let test_modules: Vec<String> = files.iter().flat_map(test_modules).collect();
    for file in &mut files {
        file.test = ["tests", "bench"].contains(&file.room())
            || test_modules.iter().any(|module| file.path.starts_with(module));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn gather(folder: &Path, files: &mut Vec<TextFile>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("an entry of a folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_symlink() || [".git", "target", "demo", "__pycache__"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            // A target folder of another name, as CARGO_TARGET_DIR makes it.
            if !path.join("CACHEDIR.TAG").exists() {
                gather(&path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).expect("the walk stays in the checkout");
            let path = path.to_str().expect("paths of the repository are text").into();
            files.push(TextFile { path, text, test: false });
        }
    }
}

#[test]
fn a_file_reads_in_one_sitting_or_says_why_not() {
    let files = text_files();
    let long = files.iter().filter(|file| file.is_rust()).filter_map(too_long).collect();
    expect_none("style, house rule 1: split by concept, or say `// One file because …` at the top", long);
}

fn too_long(file: &TextFile) -> Option<String> {
    let lines = file.text.lines().count();
    let excused = file.text.lines().take(5).any(|line| line.starts_with("//") && line.contains(EXCUSE));
    (lines > LONGEST && !excused).then(|| format!("{}: {lines} lines, at most {LONGEST}", file.path))
}

#[test]
fn a_long_file_without_a_reason_is_found() {
    let file = |text: String| TextFile::planted("card/src/life.rs", &text);
    assert_eq!(too_long(&file("\n".repeat(400))), None);
    assert_eq!(too_long(&file("\n".repeat(401))).unwrap(), "card/src/life.rs: 401 lines, at most 400");
    assert_eq!(too_long(&file(format!("// One file because it is one table.\n{}", "\n".repeat(500)))), None);
}
