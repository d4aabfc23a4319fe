use super::*;

#[test]
fn every_leaf_of_a_certificate_that_has_no_line_is_told_once() {
    let actions = ["intended", "signing", "issued", "abandoned", "revoked", "held", "released"];
    for said in actions {
        let (mut certificates, mut findings) = (Certificates::default(), Findings::default());
        for subject in ["certificate ACI 01", "certificate ACI 02"] {
            for _ in 0..2 {
                let action = format!("certificate.{said}");
                certificates.leaf((&action, subject, 5), Some(r#"{"reason":"superseded"}"#), &mut findings);
            }
            let told = format!("BROKEN {subject}: was recorded, and does not stand in certificates.jsonl\n");
            assert_eq!(findings.text().matches(&told).count(), 1, "{}", findings.text());
        }
    }
}

#[test]
fn a_status_event_of_no_certificate_or_behind_a_later_one_is_told() {
    let (mut certificates, mut findings) = (Certificates::default(), Findings::default());
    for (line, sequence) in [(1, 4), (2, 4)] {
        let event = serde_json::json!({
            "sequence": sequence, "issuer": "ACI", "serial": "01", "event": "revoked", "reason": "superseded", "occurred_at": 5,
        });
        certificates.status_event(line, serde_json::from_value(event).unwrap(), &mut findings);
    }
    let said = findings.text();
    assert!(said.contains("BROKEN certificate ACI 01: was recorded, and does not stand in"), "{said}");
    assert!(said.contains("BROKEN status_events.jsonl line 2: stands behind a later one"), "{said}");
    assert_eq!(said.matches("BROKEN").count(), 2, "{said}");
}
