//! Who comes too late is told who did what, and when; who looks for himself is told of nobody's look.

use registration_authority::officers::Role;
use serde_json::{Value, json};

use super::super::house::person;
use super::{Answer, Served, signed};

fn changes(late: &Answer) -> Vec<(&str, Option<&str>, i64)> {
    assert_eq!((late.status, late.code()), (412, "api-version-changed"), "{late:?}");
    let told = late.body["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |change: &'_ Value| change["version"].as_i64().unwrap();
    told.iter().map(|one| (one["what"].as_str().unwrap(), one["by"].as_str(), of(one))).collect()
}

#[test]
fn of_two_officers_at_once_the_second_reads_who_decided_and_when() {
    let mut served = Served::start();
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let alice = served.alice();
    let address = format!("/orders/{}", served.house.submit("alice", &person(1)));
    let (approve, read) = (json!({"decision": "approve"}), "\"1.submitted\"");
    let hers = served.challenge(&clara, &address, &approve);
    let refuse = json!({"decision": "refuse", "reason": "other", "reason_text": "Pièce illisible."});
    let his = served.challenge(&bob, &address, &refuse);
    let mut no = signed(&his.body, &bob.1);
    // Another sentence than the one that was signed is none of his.
    no["reason_text"] = json!("Adressez-vous ailleurs.");
    let another = served.decide(&bob, &address, &[("If-Match", read)], &no);
    assert_eq!(another.code(), "approval-proof-invalid", "{another:?}");
    no["reason_text"] = json!("Pièce illisible.");
    assert_eq!(served.decide(&bob, &address, &[("If-Match", read)], &no).status, 200);
    for late in [
        served.decide(&clara, &address, &[("If-Match", read)], &signed(&hers.body, &clara.1)),
        served.post(&clara.0, &format!("{address}/challenge"), &[("If-Match", read)], &approve),
    ] {
        assert_eq!(changes(&late), [("refused", Some("bob"), 1)]);
        let at = late.body["changes"][0]["at"].as_str().unwrap();
        assert!(at.parse::<store::Timestamp>().is_ok(), "{at}");
        assert!(!late.text.contains("illisible"), "what he wrote is the holder's to read");
    }
    // Alice, who ordered it, decides too, but for this one: she is told the same. An agent would be told nothing.
    let late = served.post(&alice, &format!("{address}/withdrawal"), &[("If-Match", read)], &json!({}));
    assert_eq!(changes(&late), [("refused", Some("bob"), 1)]);

    let back = format!("{address}/retraction");
    let etag = served.etag(&bob, &address);
    assert_eq!(served.post(&bob.0, &back, &[("If-Match", &etag)], &json!({})).status, 200);
    let late = served.decide(&clara, &address, &[("If-Match", read)], &signed(&hers.body, &clara.1));
    assert_eq!(changes(&late), [("taken-back", Some("bob"), 1)]);
}

#[test]
fn who_decides_on_nothing_is_not_told_who_did() {
    let mut served = Served::start();
    let agent = served.certificate_of("agent", "Agnès ROUX", Role::CertificationAgent);
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let address = format!("/orders/{}", served.house.submit("agent", &person(1)));
    let asked = served.challenge(&bob, &address, &json!({"decision": "approve"}));
    let read = [("If-Match", "\"1.submitted\"")];
    assert_eq!(served.decide(&bob, &address, &read, &signed(&asked.body, &bob.1)).status, 200);
    let late = served.post(&agent, &format!("{address}/withdrawal"), &read, &json!({}));
    assert_eq!(changes(&late), []);
}

/// Two officers must approve this version.
fn flag(served: &Served, number: &str, version: i64) {
    served.house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{number}', {version}, 'duplicate', 'red', TRUE, 'Le porteur a déjà une carte.', 0)"
    ));
}

#[test]
fn who_looks_for_himself_is_told_of_nobody_who_looked_before_him() {
    let mut served = Served::start();
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let number = served.house.submit("alice", &person(1));
    flag(&served, &number, 1);
    let address = format!("/orders/{number}");
    let approve = json!({"decision": "approve"});
    let asked = served.challenge(&bob, &address, &approve);
    let read = [("If-Match", "\"1.submitted\"")];
    let first = served.decide(&bob, &address, &read, &signed(&asked.body, &bob.1));
    assert_eq!((first.status, &first.body["status"]), (200, &json!("submitted")), "{first:?}");
    // Clara names a version that never was.
    let stale = [("If-Match", "\"0.submitted\"")];
    let late = served.post(&clara.0, &format!("{address}/challenge"), &stale, &approve);
    assert_eq!(changes(&late), [], "she may be the second");
    assert!(!late.text.contains("bob"), "{late:?}");
    // Bob is not blind to what he did himself.
    let late = served.post(&bob.0, &format!("{address}/challenge"), &stale, &approve);
    assert_eq!(changes(&late), [("approved", Some("bob"), 1)]);
    // Nor that he has taken it back, for then he looks again, as she does.
    assert_eq!(
        served.post(&bob.0, &format!("{address}/retraction"), &[("If-Match", read[0].1)], &json!({})).status,
        200
    );
    flag(&served, &number, 2);
    let late = served.post(&clara.0, &format!("{address}/challenge"), &read, &approve);
    assert_eq!(changes(&late), [], "{late:?}");
    assert!(!late.text.contains("bob"), "{late:?}");
    // Once it is decided, she reads by whom, and what was taken back.
    let (refuse, second) =
        (json!({"decision": "refuse", "reason": "duplicate"}), [("If-Match", "\"2.submitted\"")]);
    let asked = served.challenge(&clara, &address, &refuse);
    assert_eq!(served.decide(&clara, &address, &second, &signed(&asked.body, &clara.1)).status, 200);
    let late = served.post(&clara.0, &format!("{address}/challenge"), &read, &approve);
    let mut told = changes(&late);
    told.sort_unstable();
    assert_eq!(told, [("refused", Some("clara"), 2), ("taken-back", Some("bob"), 1)]);
}

#[test]
fn whoever_comes_after_a_question_an_answer_or_a_document_is_told_whose_they_were() {
    let mut served = Served::start();
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let number = served.house.submit("agent", &person(1));
    let address = format!("/orders/{number}");
    let (approve, read) = (json!({"decision": "approve"}), [("If-Match", "\"1.submitted\"")]);
    let question = json!({"question": "Quel contrat ?"});
    assert_eq!(served.post(&bob.0, &format!("{address}/question"), &read, &question).status, 200);
    let late = served.post(&clara.0, &format!("{address}/challenge"), &read, &approve);
    assert_eq!(changes(&late), [("question-asked", Some("bob"), 1)]);
    let waiting = [("If-Match", "\"1.waiting\"")];
    let answer = json!({"answer": "Le contrat 12."});
    let alice = served.alice();
    assert_eq!(served.post(&alice, &format!("{address}/answer"), &waiting, &answer).status, 200);
    served.house.document("agent", &number);
    let late = served.post(&clara.0, &format!("{address}/challenge"), &waiting, &approve);
    let told = changes(&late);
    assert!(told.contains(&("question-answered", Some("alice"), 1)), "{told:?}");
    assert!(told.contains(&("document-attached", Some("agent"), 2)), "{told:?}");
    assert_eq!(told.len(), 2, "that it waited is what she has read: {told:?}");
}
