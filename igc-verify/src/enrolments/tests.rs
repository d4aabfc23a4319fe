use serde_json::json;

use super::*;
use crate::der::{octet_string, sequence_of, utf8_string};

const NUMBER: &str = "EN-2026-000001";

fn integer(number: u8) -> Vec<u8> {
    vec![2, 1, number]
}

fn base64_of(octets: &[u8]) -> String {
    openssl::base64::encode_block(octets)
}

/// A line, the SHA-256 of its canonical encoding and that of its proof, which is over content of this digest where one is given.
fn line(number: &str, on: Option<[u8; 32]>) -> (Enrolment, String, String) {
    let canonical = sequence_of(&[integer(1), utf8_string(number), utf8_string("revoke")]);
    let digest = on.unwrap_or(sha256(&canonical));
    let statement = sequence_of(&[
        utf8_string("igc-decision-v1"),
        utf8_string("officer-enrolment"),
        octet_string(&digest),
        integer(1),
        utf8_string("approve"),
        utf8_string("admin"),
        integer(3),
        integer(9),
        octet_string(&[7; 16]),
    ]);
    let proof = sequence_of(&[octet_string(&statement)]);
    let enrolment = Enrolment { canonical: base64_of(&canonical), proofs: vec![base64_of(&proof)] };
    (enrolment, hex(&sha256(&canonical)), hex(&sha256(&proof)))
}

/// What is found in these lines beside these leaves.
fn found(lines: &[Enrolment], leaves: &[(&str, Option<String>)]) -> String {
    let (mut enrolments, mut findings) = (Enrolments::default(), Findings::default());
    for (n, line) in lines.iter().enumerate() {
        enrolments.check(n + 1, line, &mut findings);
    }
    for (action, payload) in leaves {
        enrolments.leaf(action, &format!("enrolment {NUMBER}"), payload.as_deref(), &mut findings);
    }
    enrolments.conclude(&mut findings);
    findings.text()
}

#[test]
fn a_line_has_the_leaf_of_its_proposal_and_of_each_of_its_decisions() {
    let (enrolment, canonical, proof) = line(NUMBER, None);
    let lines = [enrolment];
    let (proposed, received) = ("officer.enrolment-proposed", "decision.received");
    let says = |name: &str, value: &str| Some(json!({ name: value }).to_string());
    let whole = || says("canonical_sha256", &canonical);
    let decided = || says("proof", &proof);
    let holds = [
        [(proposed, whole()), (received, decided())],
        // Proposed before its leaf said of what; and payloads that were erased.
        [(proposed, says("action", "revoke")), (received, decided())],
        [(proposed, None), (received, None)],
    ];
    for leaves in &holds {
        assert!(
            found(&lines, leaves).ends_with("HOLDS\n") && !found(&lines, leaves).contains("BROKEN"),
            "{leaves:?}"
        );
    }
    for (leaves, words) in [
        (vec![(received, decided())], "no leaf says that it was proposed"),
        (
            vec![(proposed, whole())],
            "1 decisions stand in its line of which no payload tells, and 0 were erased",
        ),
        (vec![(proposed, whole()), (received, decided()), (received, None)], "and 1 were erased"),
        (
            vec![(proposed, whole()), (received, decided()), (received, says("proof", "00"))],
            "a decision that the worker received does not stand in its line",
        ),
        (vec![(proposed, says("canonical_sha256", "00")), (received, decided())], "is not what was proposed"),
    ] {
        let said = found(&lines, &leaves);
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = found(&[], &holds[0]);
    assert_eq!(said.matches("does not stand in enrolments.jsonl").count(), 2, "{said}");
}

#[test]
fn a_line_that_does_not_read_is_out_of_its_order_or_was_decided_as_another_is_told() {
    let unreadable = Enrolment { canonical: "AQI=".to_owned(), proofs: Vec::new() };
    assert!(found(&[unreadable], &[]).contains("BROKEN enrolments.jsonl line 1: is no enrolment"));
    let said = found(&[line("EN-2026-000002", None).0, line(NUMBER, None).0], &[]);
    assert!(said.contains("line 2: enrolment EN-2026-000001 stands behind a later one"), "{said}");
    let said = found(&[line(NUMBER, Some([1; 32])).0], &[]);
    assert!(said.contains("a decision on it is on other content"), "{said}");
}
