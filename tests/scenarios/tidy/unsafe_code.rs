//! `unsafe` is forbidden everywhere but in the PKCS#11 fault shim, a library of its own.

use super::expect_none;
use super::files::{TextFile, text_files};
use super::source::all_tokens;

const FAULT_SHIM: &str = "tests/hsm-fault/";

#[test]
fn unsafe_stands_only_in_the_fault_shim() {
    let files = text_files();
    let sources = files.iter().filter(|file| file.is_rust() && !file.path.starts_with(FAULT_SHIM));
    expect_none("architecture, invariant 16", sources.flat_map(unsafe_code).collect());
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let files = text_files();
    let manifests =
        files.iter().filter(|file| file.path.ends_with("/Cargo.toml") && file.text.contains("[package]"));
    let without = manifests
        .filter(|file| {
            !file.path.starts_with(FAULT_SHIM) && !file.text.contains("[lints]\nworkspace = true\n")
        })
        .map(|file| format!("{} does not say `[lints] workspace = true`", file.path));
    expect_none("the workspace forbids unsafe for who takes its lints", without.collect());
}

fn unsafe_code(file: &TextFile) -> Vec<String> {
    let tokens = all_tokens(file);
    let found = tokens.iter().filter(|token| token.text == "unsafe");
    found.map(|token| format!("{}:{}: unsafe", file.path, token.line)).collect()
}

#[test]
fn unsafe_is_found_in_code_and_not_in_words() {
    let file = |text: &str| TextFile::planted("card/src/a.rs", text);
    assert_eq!(unsafe_code(&file("// unsafe\nfn f() { unsafe { g() } }")), ["card/src/a.rs:2: unsafe"]);
    assert_eq!(unsafe_code(&file("/// unsafe\nfn f() { g(\"unsafe\") }")), [""; 0]);
}
