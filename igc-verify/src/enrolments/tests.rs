use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use serde_json::json;

use super::*;
use crate::der::{octet_string, sequence_of, utf8_string};

const NUMBER: &str = "EN-2026-000001";
const SITE: &str = "https://localhost";

fn integer(number: u8) -> Vec<u8> {
    vec![2, 1, number]
}

fn base64_of(octets: &[u8]) -> String {
    openssl::base64::encode_block(octets)
}

/// An officer with a passkey, which is the secret number that is said, so that it is the same in each test.
struct Officer {
    login: &'static str,
    secret: u32,
}

const ALIX: Officer = Officer { login: "alix", secret: 5 };
const NOA: Officer = Officer { login: "noa", secret: 7 };
/// Whom no root and no enrolment names.
const MALLORY: Officer = Officer { login: "alix", secret: 11 };

impl Officer {
    fn key(&self) -> EcKey<Private> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let mut point = openssl::ec::EcPoint::new(&group).unwrap();
        let secret = BigNum::from_u32(self.secret).unwrap();
        point.mul_generator2(&group, &secret, &mut context).unwrap();
        EcKey::from_private_components(&group, &secret, &point).unwrap()
    }

    fn root(&self) -> serde_json::Value {
        let key = hex(&self.key().public_key_to_der().unwrap());
        json!({ "login": self.login, "credential_id": hex(self.login.as_bytes()), "public_key": key })
    }

    /// His `PasskeyProof` that he decides so on content of this digest; `mirrored` is the other way to write his signature.
    fn decides(&self, digest: &[u8; 32], mirrored: bool) -> Vec<u8> {
        let statement = sequence_of(&[
            utf8_string("igc-decision-v1"),
            utf8_string("officer-enrolment"),
            octet_string(digest),
            integer(1),
            utf8_string("approve"),
            utf8_string(self.login),
            integer(3),
            integer(9),
            octet_string(&[7; 16]),
        ]);
        let challenge = base64_of(&sha256(&statement)).replace('+', "-").replace('/', "_");
        let client = json!({
            "type": "webauthn.get", "challenge": challenge.trim_end_matches('='), "origin": SITE,
        });
        let client = client.to_string();
        let authenticator = [&sha256(b"localhost")[..], &[5, 0, 0, 0, 0]].concat();
        let signed = sha256(&[&authenticator[..], &sha256(client.as_bytes())].concat());
        let signature = EcdsaSig::sign(&signed, &self.key()).unwrap();
        let signature = if mirrored { other_half(&signature) } else { signature };
        sequence_of(&[
            octet_string(&statement),
            octet_string(self.login.as_bytes()),
            octet_string(&authenticator),
            octet_string(client.as_bytes()),
            octet_string(&signature.to_der().unwrap()),
        ])
    }
}

/// `(r, n - s)`, which verifies where `(r, s)` does.
fn other_half(signature: &EcdsaSig) -> EcdsaSig {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let (mut order, mut context) = (BigNum::new().unwrap(), openssl::bn::BigNumContext::new().unwrap());
    group.order(&mut order, &mut context).unwrap();
    EcdsaSig::from_private_components(signature.r().to_owned().unwrap(), &order - signature.s()).unwrap()
}

fn canonical(number: &str) -> Vec<u8> {
    sequence_of(&[integer(1), utf8_string(number), utf8_string("revoke")])
}

/// A line with these proofs.
fn line(number: &str, proofs: &[Vec<u8>]) -> Enrolment {
    let proofs = proofs.iter().map(|proof| base64_of(proof)).collect();
    Enrolment { canonical: base64_of(&canonical(number)), proofs }
}

/// What is found in these lines beside these leaves.
fn found(lines: &[Enrolment], leaves: &[(&str, Option<String>)]) -> String {
    let roots = json!({ "origin": SITE, "rp_id": "localhost", "roots": [ALIX.root(), NOA.root()] });
    let officers = Officers::pinned(serde_json::from_value(roots).unwrap()).unwrap();
    let (mut enrolments, mut findings) = (Enrolments::default(), Findings::default());
    for (n, line) in lines.iter().enumerate() {
        enrolments.check(n + 1, line, &officers, &mut findings);
    }
    for (action, payload) in leaves {
        enrolments.leaf(action, &format!("enrolment {NUMBER}"), payload.as_deref(), &mut findings);
    }
    enrolments.conclude(&mut findings);
    findings.text()
}

const PROPOSED: &str = "officer.enrolment-proposed";
const RECEIVED: &str = "decision.received";

fn says(name: &str, value: &str) -> Option<String> {
    Some(json!({ name: value }).to_string())
}

#[test]
fn a_line_has_the_leaf_of_its_proposal_and_of_each_of_its_decisions() {
    let digest = sha256(&canonical(NUMBER));
    let proof = ALIX.decides(&digest, false);
    let lines = [line(NUMBER, std::slice::from_ref(&proof))];
    let whole = || says("canonical_sha256", &hex(&digest));
    let decided = || says("proof", &hex(&sha256(&proof)));
    let holds = [
        [(PROPOSED, whole()), (RECEIVED, decided())],
        // Proposed before its leaf said of what; and payloads that were erased.
        [(PROPOSED, says("action", "revoke")), (RECEIVED, decided())],
        [(PROPOSED, None), (RECEIVED, None)],
    ];
    for leaves in &holds {
        assert!(
            found(&lines, leaves).ends_with("HOLDS\n") && !found(&lines, leaves).contains("BROKEN"),
            "{leaves:?}: {}",
            found(&lines, leaves)
        );
    }
    for (leaves, words) in [
        (vec![(RECEIVED, decided())], "no leaf says that it was proposed"),
        (
            vec![(PROPOSED, whole())],
            "1 decisions stand in its line of which no payload tells, and 0 were erased",
        ),
        (vec![(PROPOSED, whole()), (RECEIVED, decided()), (RECEIVED, None)], "and 1 were erased"),
        (
            vec![(PROPOSED, whole()), (RECEIVED, decided()), (RECEIVED, says("proof", "00"))],
            "a decision that the worker received does not stand in its line",
        ),
        (vec![(PROPOSED, says("canonical_sha256", "00")), (RECEIVED, decided())], "is not what was proposed"),
    ] {
        let said = found(&lines, &leaves);
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = found(&[], &holds[0]);
    assert_eq!(said.matches("does not stand in enrolments.jsonl").count(), 2, "{said}");
}

#[test]
fn where_the_payloads_are_erased_nobody_puts_decisions_of_his_own_in_the_place_of_those_that_were() {
    let digest = sha256(&canonical(NUMBER));
    let genuine = [ALIX.decides(&digest, false), NOA.decides(&digest, false)];
    let erased = [(PROPOSED, None), (RECEIVED, None), (RECEIVED, None)];
    let said = found(&[line(NUMBER, &genuine)], &erased);
    assert!(!said.contains("BROKEN"), "{said}");
    let [alix, noa] = genuine;
    let mut spoilt = noa.clone();
    *spoilt.last_mut().unwrap() ^= 1;
    for (proofs, words) in [
        (
            [alix.clone(), spoilt],
            "of a decision no payload tells, and the signature of a decision does not verify",
        ),
        ([MALLORY.decides(&digest, false), noa], "the signature of a decision does not verify"),
        // The same signature in its other form counts for no second administrator.
        ([alix, ALIX.decides(&digest, true)], "a decision of alix on it stands twice"),
    ] {
        let said = found(&[line(NUMBER, &proofs)], &erased);
        assert!(said.contains(words) && said.matches("BROKEN").count() == 1, "{words}: {said}");
    }
}

#[test]
fn a_line_that_does_not_read_is_out_of_its_order_or_was_decided_as_another_is_told() {
    let unreadable = Enrolment { canonical: "AQI=".to_owned(), proofs: Vec::new() };
    assert!(found(&[unreadable], &[]).contains("BROKEN enrolments.jsonl line 1: is no enrolment"));
    let said = found(&[line("EN-2026-000002", &[]), line(NUMBER, &[])], &[]);
    assert!(said.contains("line 2: enrolment EN-2026-000001 stands behind a later one"), "{said}");
    let said = found(&[line(NUMBER, &[ALIX.decides(&[1; 32], false)])], &[]);
    assert!(said.contains("a decision on it is on other content"), "{said}");
}
