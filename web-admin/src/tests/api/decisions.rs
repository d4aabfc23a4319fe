//! Deciding by API: the proof is the passkey's, as on the pages, and never less.

use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::order::{self, OrderState};
use serde_json::{Value, json};

use super::super::authenticator::Authenticator;
use super::super::house::person;
use super::{Answer, Served, signed};

/// Asks for a challenge to approve what stands there now.
fn challenge(served: &Served, certificate: &[u8], address: &str) -> Answer {
    let etag = served.get(certificate, address).header("etag");
    let asked = json!({"decision": "approve"});
    served.post(certificate, &format!("{address}/challenge"), &[("If-Match", &etag)], &asked)
}

fn decide(served: &Served, certificate: &[u8], address: &str, body: &Value) -> Answer {
    let etag = served.get(certificate, address).header("etag");
    served.post(certificate, &format!("{address}/decision"), &[("If-Match", &etag)], body)
}

#[test]
fn an_officer_decides_by_a_challenge_that_his_passkey_signed() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let number = served.house.submit("alice", &person(1));
    let address = format!("/orders/{number}");
    let asked = challenge(&served, &bob, &address);
    assert_eq!(asked.status, 200, "{asked:?}");
    let done = decide(&served, &bob, &address, &signed(&asked.body, &key));
    assert_eq!((done.status, done.body["status"].as_str()), (200, Some("approved")), "{done:?}");
    let decisions = decision::of(&mut served.house.db, SubjectKind::CardOrder, &number).unwrap();
    assert_eq!((decisions.len(), decisions[0].proof_kind.as_str()), (1, "passkey"));
    // The worker takes it in, and refuses nothing of it.
    served.house.worker();
    let again = decide(&served, &bob, &address, &signed(&asked.body, &key));
    assert_eq!((again.status, again.code()), (409, "order-not-open"));
}

#[test]
fn a_refusal_signs_its_reason() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let number = served.house.submit("alice", &person(1));
    let address = format!("/orders/{number}");
    let etag = served.get(&bob, &address).header("etag");
    let ask =
        |asked: Value| served.post(&bob, &format!("{address}/challenge"), &[("If-Match", &etag)], &asked);
    assert_eq!(ask(json!({"decision": "refuse"})).code(), "order-reason-missing");
    assert_eq!(ask(json!({"decision": "refuse", "reason": "mood"})).code(), "order-reason-unknown");
    let asked = ask(json!({"decision": "refuse", "reason": "duplicate"}));
    let done = decide(&served, &bob, &address, &signed(&asked.body, &key));
    assert_eq!((done.status, done.body["status"].as_str()), (200, Some("refused")), "{done:?}");
    let decisions = decision::of(&mut served.house.db, SubjectKind::CardOrder, &number).unwrap();
    assert_eq!(decisions[0].reason_code.as_deref(), Some("duplicate"));
}

#[test]
fn no_certificate_and_no_other_key_decides_nor_a_signature_for_something_else() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let alice = served.alice();
    let first = served.house.submit("alice", &person(1));
    let second = served.house.submit("alice", &person(3));
    let (first, second) = (format!("/orders/{first}"), format!("/orders/{second}"));
    // Alice submitted them, and has no passkey either.
    assert_eq!(challenge(&served, &alice, &first).code(), "order-self-approval");
    let asked = challenge(&served, &bob, &first);
    let stranger = Authenticator::new("stranger");
    let refused = decide(&served, &bob, &first, &signed(&asked.body, &stranger));
    assert_eq!((refused.status, refused.code()), (409, "approval-proof-invalid"));
    let honest = signed(&asked.body, &key);
    let elsewhere = decide(&served, &bob, &second, &honest);
    assert_eq!((elsewhere.status, elsewhere.code()), (409, "approval-proof-invalid"));
    let mut altered = honest.clone();
    altered["statement"] = challenge(&served, &bob, &second).body["statement"].clone();
    let refused = decide(&served, &bob, &second, &altered);
    assert_eq!(refused.code(), "approval-proof-invalid", "the client data names another challenge");
    for number in [&first, &second] {
        let number = number.trim_start_matches("/orders/");
        assert_eq!(order::get(&mut served.house.db, number).unwrap().state, OrderState::Submitted);
    }
    served.house.later(std::time::Duration::from_secs(3600));
    served.house.worker();
    let late = decide(&served, &bob, &first, &honest);
    assert_eq!((late.status, late.code()), (409, "approval-proof-expired"));
}

#[test]
fn who_has_no_passkey_decides_nothing_with_his_certificate() {
    let mut served = Served::start();
    let alice = served.alice();
    let number = served.house.submit("bob", &person(1));
    let asked = challenge(&served, &alice, &format!("/orders/{number}"));
    assert_eq!((asked.status, asked.code()), (409, "decision-proof-missing"));
}
