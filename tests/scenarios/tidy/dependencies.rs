//! Who may depend on whom: strictly downward, dev-dependencies and build-dependencies included.

use std::process::Command;

use acceptance::harness::{root, run};
use serde_json::{Value, json};

use super::expect_none;
use super::files::{TextFile, text_files};

/// The floors of the house. Two crates of one floor are blind to each other.
const FLOORS: &[(&str, u8)] = &[
    ("store", 1),
    ("igc-verify", 1),
    ("opposition-list-reader", 1),
    ("ca-core", 2),
    ("card", 2),
    ("professional-registry", 2),
    ("registration-authority", 3),
    ("crl-publisher", 4),
    ("coherence", 4),
    ("web-admin", 4),
    ("igc", 5),
    ("acceptance", 6),
    ("fuzz-targets", 6),
    ("bench", 6),
    ("hsm-fault", 1),
];

/// Edges that go downward and are forbidden all the same.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("crl-publisher", "registration-authority", "the public side holds no rule"),
    ("web-admin", "diesel", "a page asks the rules, never the database"),
    ("coherence", "crl-publisher", "what looks at the public faces shares no code with what makes them"),
];

/// Crates that depend on no other of the house, and no other on them but [`FUZZING`], which nothing depends on.
const ALONE: &[(&str, &str)] =
    &[("igc-verify", "the auditor's verifier shares no code with what writes the bundle")];

/// Brings hostile octets to the readers of every crate.
const FUZZING: &str = "fuzz-targets";

/// Libraries that only some crates may link: a name or the beginning of one, who may, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("cryptoki", &["ca-core", "hsm-fault"], "one crate speaks to the HSM"),
    ("lettre", &["registration-authority"], "one crate sends mail"),
    // The bare handler of actix-web is what answers over HTTP are measured against.
    ("actix-", &["web-admin", "crl-publisher", "igc", "bench", FUZZING], "the domain knows no web framework"),
];

#[test]
fn dependencies_go_strictly_downward() {
    let finished = run(Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root()))
    .expect_exit(0);
    let findings = forbidden_edges(&finished.json());
    expect_none("architecture, \"Who may depend on whom\" and invariant 2", findings);
}

/// Every edge of `cargo metadata` that the picture forbids, with the rule.
fn forbidden_edges(metadata: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().expect("cargo lists packages") {
        let from = package["name"].as_str().expect("a package has a name");
        let Some(floor) = floor_of(from) else {
            findings.push(format!("{from} has no place in the picture: give it a floor in the tidy test"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a package lists its dependencies") {
            let to = dependency["name"].as_str().expect("a dependency has a name");
            let kind =
                dependency["kind"].as_str().map_or(String::new(), |kind| format!(" ({kind}-dependency)"));
            if let Some(rule) = broken_rule(from, floor, to) {
                findings.push(format!("{from} -> {to}{kind}: {rule}"));
            }
        }
    }
    findings
}

fn broken_rule(from: &str, floor: u8, to: &str) -> Option<String> {
    if let Some((.., why)) = FORBIDDEN.iter().find(|(a, b, _)| *a == from && *b == to) {
        return Some(format!("{from} never depends on {to}: {why}"));
    }
    if let Some((_, who, why)) = RESERVED.iter().find(|(name, ..)| to.starts_with(name)) {
        return (!who.contains(&from)).then(|| format!("only {} may link {to}: {why}", who.join(", ")));
    }
    let below = floor_of(to)?;
    let alone = |name: &str| name == from || (name == to && from != FUZZING);
    if let Some((_, why)) = ALONE.iter().find(|(name, _)| alone(name)) {
        return Some((*why).to_owned());
    }
    (below >= floor).then(|| {
        format!(
            "dependencies go strictly downward, and {to} (floor {below}) is not below {from} (floor {floor})"
        )
    })
}

/// Where the sources of a crate that stands alone reach outside its folder: `include` and `#[path]` share code too.
#[test]
fn a_crate_that_stands_alone_takes_no_source_of_another() {
    let reaches = |file: &TextFile| {
        let reaching =
            |line: &&str| line.contains("\"..") || line.contains("include!") || line.contains("#[path");
        file.text
            .lines()
            .filter(reaching)
            .map(|line| format!("{}: {}", file.path, line.trim()))
            .collect::<Vec<_>>()
    };
    let files = text_files();
    let alone =
        files.iter().filter(|file| file.is_rust() && ALONE.iter().any(|(name, _)| file.room() == *name));
    expect_none("a crate that stands alone", alone.flat_map(reaches).collect());
    let planted = |line| reaches(&TextFile::planted("igc-verify/src/log.rs", line)).len();
    assert_eq!(planted("#[path = \"../../store/src/audit/tree/mod.rs\"]\nmod tree;"), 1);
    assert_eq!(planted("include!(\"tree.rs\");"), 1);
}

fn floor_of(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

#[test]
fn each_forbidden_edge_is_found_and_named_with_its_rule() {
    let metadata = |from: &str, to: &str, kind: Value| json!({"packages": [{"name": from, "dependencies": [{"name": to, "kind": kind}]}]});
    let broken = |from, to, kind| forbidden_edges(&metadata(from, to, kind)).join("");
    assert_eq!(
        broken("crl-publisher", "registration-authority", Value::Null),
        "crl-publisher -> registration-authority: crl-publisher never depends on registration-authority: \
         the public side holds no rule"
    );
    assert!(
        broken("card", "ca-core", json!("dev"))
            .starts_with("card -> ca-core (dev-dependency): dependencies go")
    );
    assert!(broken("store", "igc", Value::Null).contains("strictly downward"));
    assert!(broken("web-admin", "diesel", Value::Null).contains("never the database"));
    assert!(broken("card", "cryptoki-sys", json!("build")).contains("only ca-core, hsm-fault may link"));
    assert!(broken("igc", "lettre", Value::Null).contains("only registration-authority"));
    assert!(broken("card", "actix-http", Value::Null).contains("no web framework"));
    assert!(broken("newcomer", "store", Value::Null).contains("no place in the picture"));
    assert!(broken("igc-verify", "store", Value::Null).contains("shares no code"));
    assert!(broken("igc", "igc-verify", Value::Null).contains("shares no code"));
    assert_eq!(broken("fuzz-targets", "igc-verify", Value::Null), "");
    assert!(broken("igc-verify", "fuzz-targets", Value::Null).contains("shares no code"));
    assert!(broken("acceptance", "fuzz-targets", Value::Null).contains("strictly downward"));
    assert_eq!(broken("igc-verify", "openssl", Value::Null), "");
    assert_eq!(broken("igc", "crl-publisher", Value::Null), "");
    assert_eq!(broken("ca-core", "cryptoki", Value::Null), "");
}
