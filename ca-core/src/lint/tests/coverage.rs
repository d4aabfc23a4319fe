//! No rule without a test that it stops something.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SOURCES: [&str; 4] = ["rfc", "x690-", "igc-", "asn1-"];

#[test]
fn every_rule_of_the_lint_is_named_by_a_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint");
    let (mut rules, mut tested) = (BTreeSet::new(), BTreeSet::new());
    collect(&here, &mut rules, &mut tested);
    assert!(rules.len() > 80, "the rules were not found: {rules:?}");
    let untested: Vec<_> = rules.difference(&tested).collect();
    assert!(untested.is_empty(), "rules that no test stops anything with: {untested:?}");
    let unknown: Vec<_> = tested.difference(&rules).collect();
    assert!(unknown.is_empty(), "tests name rules that do not exist: {unknown:?}");
}

fn collect(folder: &Path, rules: &mut BTreeSet<String>, tested: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("tests") {
            collect(&path, tested, &mut BTreeSet::new());
        } else if path.is_dir() {
            collect(&path, rules, tested);
        } else if !path.ends_with("coverage.rs") {
            rules.extend(literals(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// String literals that look like a rule: no space, a known source, a hyphen.
fn literals(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let pieces = code.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned);
    let known =
        |text: &String| SOURCES.iter().any(|start| text.starts_with(start)) || text.starts_with("fips");
    pieces.filter(|text| known(text) && text.contains('-') && !text.contains(' ')).collect()
}
