//! `docs/report.schema.json` takes what the contract shows and refuses what it does not.

use acceptance::harness;
use serde_json::{Value, json};

/// The example of the contract.
fn example() -> Value {
    json!({
        "ok": true, "version": "0.1.0", "started_at": "2026-11-21T10:00:00Z", "took_ms": 41234,
        "steps": [{"name": "ceremony", "ok": true, "took_ms": 812, "detail": "3 roots, 6 issuing authorities"}],
        "cards": [{"number": "2600000017", "kind": "CPS", "holder": "899700000123", "state": "opposed",
                   "certificates": ["1D5DE25E3DC14BDE0102030405060708"]}],
        "certificates": [{"serial": "1D5DE25E3DC14BDE0102030405060708", "profile": "fo-pp-cps-auth",
                          "issuer": "ACI-FO-PP", "status": "revoked", "reason": "keyCompromise"}],
        "crls": [{"id": "ACI-FO-PP", "kind": "full", "number": 2, "entries": 2}],
        "urls": {"web": "https://localhost:8443", "status": "http://localhost:8080"}
    })
}

fn violations(document: &Value) -> Vec<String> {
    let folder = harness::folder();
    let path = folder.path().join("report.json");
    std::fs::write(&path, document.to_string()).expect("the temporary folder can be written");
    harness::schema_violations(&harness::root().join("docs/report.schema.json"), &path)
}

#[test]
fn the_report_of_the_contract_fits_its_schema() {
    assert_eq!(violations(&example()), [""; 0]);
}

#[test]
fn a_report_that_says_something_else_does_not_fit() {
    let broken = |pointer: &str, value: Value| {
        let mut document = example();
        *document.pointer_mut(pointer).unwrap() = value;
        violations(&document)
    };
    for (pointer, value) in [
        ("/started_at", json!("2026-11-21T10:00:00+01:00")),
        ("/cards/0/number", json!("26")),
        ("/cards/0/state", json!("stolen")),
        ("/certificates/0/serial", json!("1d5de2")),
        ("/certificates/0/serial", json!("001D5DE2")),
        ("/certificates/0/status", json!("good")),
        ("/crls/0/number", json!(0)),
        ("/urls/web", json!("http://localhost:8443")),
        ("/urls", json!({"web": "https://localhost:8443"})),
    ] {
        assert_eq!(broken(pointer, value.clone()).len(), 1, "{pointer} = {value}");
    }
}
