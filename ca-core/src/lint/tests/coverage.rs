//! No rule without a specimen that it stops.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{
    bad_declared, bad_encoding, bad_extensions, bad_fields, bad_key, bad_names_and_urls, bad_subject, crl,
};

/// How the identifiers of rules begin.
const SOURCES: [&str; 6] = ["rfc", "x690-", "igc-", "asn1-", "fips", "en319412-"];

#[test]
fn every_rule_of_the_lint_stops_a_bad_specimen_of_its_own() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint");
    let mut rules = BTreeSet::new();
    collect(&here, &mut rules);
    assert!(rules.len() > 80, "the rules were not found: {rules:?}");
    let certificates = [
        bad_declared::DECLARED,
        bad_encoding::ENCODING,
        bad_extensions::SEQUENCE_OF_EXTENSIONS,
        bad_extensions::CONSTRAINTS_IDENTIFIERS_USAGES,
        bad_extensions::PERIODS_AND_PRIVATE,
        bad_fields::HELD_AGAINST,
        bad_fields::VERSION_SERIAL_ALGORITHM,
        bad_fields::VALIDITY,
        bad_key::KEY,
        bad_names_and_urls::POLICIES_AND_URLS,
        bad_names_and_urls::ALTERNATIVE_NAMES,
        bad_subject::SUBJECT,
    ];
    let stopped: BTreeSet<String> = certificates
        .into_iter()
        .flatten()
        .map(|bad| bad.rule)
        .chain(crl::rules_with_a_specimen())
        .map(str::to_owned)
        .collect();
    let without: Vec<_> = rules.difference(&stopped).collect();
    assert!(without.is_empty(), "rules that stop no specimen: {without:?}");
    let unknown: Vec<_> = stopped.difference(&rules).collect();
    assert!(unknown.is_empty(), "specimens of rules that do not exist: {unknown:?}");
}

/// The rules that the sources name, their tests apart.
fn collect(folder: &Path, rules: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            collect(&path, rules);
        } else if path.is_file() {
            rules.extend(literals(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// String literals that look like a rule: no space, a known source, a hyphen.
fn literals(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let pieces = code.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned);
    let known = |text: &String| SOURCES.iter().any(|start| text.starts_with(start));
    pieces.filter(|text| known(text) && text.contains('-') && !text.contains(' ')).collect()
}
