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

/// What is found of status events with these numbers, each of a certificate that has no line.
fn with_numbers(numbers: &[u64]) -> String {
    let (mut certificates, mut findings) = (Certificates::default(), Findings::default());
    for (sequence, line) in numbers.iter().zip(1..) {
        let event = serde_json::json!({
            "sequence": sequence, "issuer": "ACI", "serial": "01", "event": "revoked", "reason": "superseded", "occurred_at": 5,
        });
        certificates.status_event(line, serde_json::from_value(event).unwrap(), &mut findings);
    }
    findings.text()
}

#[test]
fn a_status_event_of_no_certificate_or_without_the_next_number_is_told() {
    let absent = "BROKEN certificate ACI 01: was recorded, and does not stand in certificates.jsonl";
    let cases = [
        (&[1, 2, 3][..], None),
        (&[1, 2, 2], Some("line 3: has the number 2, where 3 follows")),
        (&[2], Some("line 1: has the number 2, where 1 follows")),
        (&[1, 3], Some("line 2: has the number 3, where 2 follows")),
        (&[1, 0], Some("line 2: has the number 0, where 2 follows")),
    ];
    for (numbers, found) in cases {
        let said = with_numbers(numbers);
        assert!(said.contains(absent), "{said}");
        assert_eq!(said.matches("BROKEN").count(), 1 + usize::from(found.is_some()), "{numbers:?}: {said}");
        let found = found.map(|what| format!("BROKEN status_events.jsonl {what}"));
        assert!(found.is_none_or(|what| said.contains(&what)), "{numbers:?}: {said}");
    }
}

/// A certificate that was held and released, as its record says, after leaves with these payloads.
fn after_leaves(payloads: [&str; 2]) -> String {
    let (mut certificates, mut findings) = (Certificates::default(), Findings::default());
    let subject = "certificate ACI 01";
    let mut expected = Expected { status: Status::of("good", Default::default()), ..Expected::default() };
    expected.status.signing();
    certificates.expected.insert(subject.to_owned(), expected);
    for (sequence, change) in [(1, "held"), (2, "released")] {
        let event = serde_json::json!({
            "sequence": sequence, "issuer": "ACI", "serial": "01", "event": change, "reason": "certificateHold", "occurred_at": sequence,
        });
        certificates.status_event(sequence, serde_json::from_value(event).unwrap(), &mut findings);
    }
    for (action, payload) in ["certificate.held", "certificate.released"].into_iter().zip(payloads) {
        certificates.leaf((action, subject, 5), Some(payload), &mut findings);
    }
    findings.text()
}

#[test]
fn no_leaf_without_a_number_stands_after_one_with() {
    let before = r#"{"reason":"certificateHold"}"#;
    let (first, second) = (
        r#"{"reason":"certificateHold","sequence":1,"at":1,"since":null}"#,
        r#"{"reason":"certificateHold","sequence":2,"at":2,"since":null}"#,
    );
    for payloads in [[first, second], [before, second], [before, before]] {
        let said = after_leaves(payloads);
        assert!(!said.contains("BROKEN"), "{payloads:?}: {said}");
    }
    let said = after_leaves([first, before]);
    assert!(said.contains("its released leaf says no number, and one before it does"), "{said}");
}
