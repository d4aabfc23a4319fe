//! The stable error codes, frozen: a text may change, a code is a contract with scripts.

use std::collections::BTreeMap;

use acceptance::harness;
use store::Code;

/// `igc` is a program, so its codes are read from its source.
#[path = "../../igc/src/faults.rs"]
mod igc_faults;

/// Every crate that has codes.
const CRATES: &[(&str, &[Code])] = &[
    ("store", store::fault::ALL),
    ("ca-core", ca_core::faults::ALL),
    ("card", card::faults::ALL),
    ("professional-registry", professional_registry::faults::ALL),
    ("registration-authority", registration_authority::faults::ALL),
    ("crl-publisher", crl_publisher::faults::ALL),
    ("coherence", coherence::faults::ALL),
    ("web-admin", web_admin::faults::ALL),
    ("igc", igc_faults::ALL),
];

#[test]
fn the_error_codes_are_the_ones_that_were_promised() {
    let mut lines: Vec<String> = all()
        .map(|(_, code)| {
            format!("{:<40} {:<15} {}\n", code.name, format!("{:?}", code.kind), code.kind.exit_code())
        })
        .collect();
    lines.sort();
    let head = "# Every stable error code: its name, what sort of failure it is, and the exit code of the command line.\n";
    harness::golden("error-codes.txt", &format!("{head}{}", lines.concat()));
}

#[test]
fn an_error_code_is_unique_well_formed_and_says_who_can_help() {
    assert_eq!(faulty(all()), [""; 0]);
}

#[test]
fn every_crate_that_declares_codes_is_listed_here() {
    let declares = |name: &str| harness::root().join(name).join("src/faults.rs").exists();
    let listed = |name: &str| CRATES.iter().any(|(crate_name, _)| *crate_name == name);
    let folders = std::fs::read_dir(harness::root()).unwrap();
    let missing: Vec<String> = folders
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .filter(|name| declares(name) && !listed(name))
        .collect();
    assert_eq!(missing, [""; 0]);
}

fn all() -> impl Iterator<Item = (&'static str, &'static Code)> {
    CRATES.iter().flat_map(|(crate_name, codes)| codes.iter().map(move |code| (*crate_name, code)))
}

fn faulty<'c>(codes: impl Iterator<Item = (&'c str, &'c Code)>) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut findings = Vec::new();
    for (crate_name, code) in codes {
        let name = code.name;
        if let Some(other) = seen.insert(name, crate_name) {
            findings.push(format!("{name} stands in {other} and in {crate_name}"));
        }
        let words: Vec<&str> = name.split('-').collect();
        let well_formed = |word: &&str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if words.len() < 2 || !words.iter().all(well_formed) {
            findings
                .push(format!("{name} ({crate_name}) is not lower-case words and dashes, its subject first"));
        }
        if code.help.trim().is_empty() {
            findings.push(format!("{name} ({crate_name}) says nobody who can help"));
        }
    }
    findings
}

#[test]
fn a_code_that_stands_twice_or_is_misspelt_is_found() {
    let code = |name, help| Code { name, kind: store::Kind::Refused, help };
    let codes = [
        code("card-lost", "a"),
        code("card-lost", "a"),
        code("Card_lost", "a"),
        code("lost", "a"),
        code("card-x", " "),
    ];
    let found = faulty(codes.iter().map(|code| ("card", code)));
    assert_eq!(found.len(), 4, "{found:#?}");
}
