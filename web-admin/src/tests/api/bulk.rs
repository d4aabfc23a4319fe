//! Several orders by one signature, through the API.

use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::order::{self, OrderState};
use registration_authority::queue::lease;
use serde_json::{Value, json};

use super::super::authenticator::Authenticator;
use super::super::house::{House, person};
use super::{Served, signed};

/// A register of today, so that nothing is flagged but what names another person; and three plain orders of alice's.
fn plain(served: &mut Served) -> [String; 3] {
    served.house.import_day(719, "PETIT");
    [1, 2, 3].map(|one| served.house.submit("alice", &person(one)))
}

fn asked(decision: Value, numbers: &[&String]) -> Value {
    let orders: Vec<Value> = numbers.iter().map(|number| json!({"number": number, "version": 1})).collect();
    let mut asked = decision;
    asked["orders"] = json!(orders);
    asked
}

fn state(served: &mut Served, number: &str) -> OrderState {
    order::get(&mut served.house.db, number).unwrap().state
}

#[test]
fn one_signature_decides_on_every_row_that_it_covers_and_what_was_left_out_is_named() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let [first, second, third] = plain(&mut served);
    let flagged = served.house.submit("alice", &person(5));
    let own = served.house.submit("bob", &person(4));
    let unknown = "CO-2020-000009".to_owned();
    let all = [&second, &first, &flagged, &own, &third, &unknown];
    let challenge =
        served.post(&bob, "/bulk-decisions/challenge", &[], &asked(json!({"decision": "approve"}), &all));
    assert_eq!(challenge.status, 200, "{challenge:?}");
    let named = |rows: &Value| -> Vec<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        rows.as_array().unwrap().iter().map(|row| (text(row, "number"), text(row, "code"))).collect()
    };
    let codes: Vec<(String, String)> = named(&challenge.body["left_out"]);
    assert_eq!(named(&challenge.body["rows"]).len() + codes.len(), 6);
    assert!(codes.contains(&(own.clone(), "order-self-approval".to_owned())), "{codes:?}");
    assert!(codes.contains(&(unknown, "order-unknown".to_owned())), "{codes:?}");
    // Two persons of one name at one place: two officers, each for it alone.
    assert!(codes.contains(&(flagged.clone(), "bulk-two-officers".to_owned())), "{codes:?}");
    // Meanwhile the second one is asked about.
    served.house.ask("clara", &second);
    let done =
        served.post(&bob, "/bulk-decisions", &[("Idempotency-Key", "bulk")], &signed(&challenge.body, &key));
    assert_eq!(done.status, 200, "{done:?}");
    let rows = named(&done.body["rows"]);
    assert!(rows.contains(&(first.clone(), String::new())), "{rows:?}");
    assert!(rows.contains(&(second.clone(), "order-not-open".to_owned())), "{rows:?}");
    let of_second = done.body["rows"].as_array().unwrap().iter().find(|row| row["number"] == second).unwrap();
    let whose = &of_second["changes"][0];
    assert_eq!((&whose["what"], &whose["by"]), (&json!("question-asked"), &json!("clara")), "{of_second}");
    assert!(matches!(state(&mut served, &first), OrderState::Approved { .. }));
    assert_eq!(state(&mut served, &flagged), OrderState::Submitted);
    let decisions = decision::of(&mut served.house.db, SubjectKind::CardOrder, &first).unwrap();
    assert!(decisions.len() == 1 && decisions[0].in_bulk());
    // The worker judges it as one that a page handed in.
    served.house.worker();
    assert_eq!(decision::receipt(&mut served.house.db, &decisions[0]).unwrap().unwrap().refusal, None);
    let again =
        served.post(&bob, "/bulk-decisions", &[("Idempotency-Key", "bulk")], &signed(&challenge.body, &key));
    assert_eq!((again.status, again.code()), (422, "idempotency-key-of-another-request"), "{again:?}");
    // One row is taken back by itself.
    let address = format!("/orders/{first}");
    let etag = served.get(&bob, &address).header("etag");
    let back = served.post(&bob, &format!("{address}/retraction"), &[("If-Match", &etag)], &json!({}));
    assert_eq!((back.status, &back.body["status"]), (200, &json!("submitted")), "{back:?}");
}

#[test]
fn where_one_of_what_was_signed_is_flagged_since_none_is_handed_in_and_each_says_why() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let [first, second, _] = plain(&mut served);
    let yes = asked(json!({"decision": "approve"}), &[&first, &second]);
    let challenge = served.post(&bob, "/bulk-decisions/challenge", &[], &yes);
    served.house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{second}', 1, 'duplicate', 'red', TRUE, 'Le porteur a déjà une carte.', 0)"
    ));
    let done = served.post(&bob, "/bulk-decisions", &[], &signed(&challenge.body, &key));
    assert_eq!(done.status, 200, "{done:?}");
    let codes: Vec<_> = done.body["rows"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["bulk-not-whole", "bulk-two-officers"]);
    for number in [&first, &second] {
        assert_eq!(state(&mut served, number), OrderState::Submitted);
        assert_eq!(decision::of(&mut served.house.db, SubjectKind::CardOrder, number).unwrap(), []);
    }
}

#[test]
fn of_an_order_for_two_officers_whoever_could_be_one_is_not_told_who_is_on_it() {
    let mut served = Served::start();
    let (bob, _) = served.bob();
    let alice = served.alice();
    let [plain, _, _] = plain(&mut served);
    let flagged = served.house.submit("alice", &person(5));
    let act = served.house.officer("clara");
    for number in [&plain, &flagged] {
        let House { db, rng, .. } = &mut served.house;
        db.write(|db| lease::begin(db, number, rng, &act)).unwrap();
    }
    let no = json!({"decision": "refuse", "reason": "duplicate"});
    let free = served.house.submit("alice", &person(6));
    let some = served.post(&bob, "/bulk-decisions/challenge", &[], &asked(no, &[&plain, &flagged, &free]));
    let left = &some.body["left_out"];
    assert_eq!((&left[0]["code"], &left[0]["on"]), (&json!("order-taken"), &json!("clara")), "{some:?}");
    assert_eq!((&left[1]["code"], &left[1]["on"]), (&json!("order-taken"), &Value::Null), "{some:?}");
    let list = served.get(&bob, "/orders").body["orders"].clone();
    for (number, stage) in [(&plain, "under-review"), (&flagged, "submitted")] {
        assert_eq!(served.get(&bob, &format!("/orders/{number}")).body["stage"], stage);
        let listed = list.as_array().unwrap().iter().find(|one| one["number"] == **number).unwrap();
        assert_eq!(listed["stage"], stage, "the list says what the order says");
    }
    let own = served.get(&alice, &format!("/orders/{flagged}"));
    assert_eq!(own.body["stage"], "under-review", "who follows it is no officer of it: {own:?}");
}

#[test]
fn another_key_and_another_role_decide_on_no_row_and_a_bulk_is_bounded() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let alice = served.alice();
    let [first, second, _] = plain(&mut served);
    let yes = asked(json!({"decision": "approve"}), &[&first, &second]);
    let challenge = served.post(&bob, "/bulk-decisions/challenge", &[], &yes);
    let forged = signed(&challenge.body, &Authenticator::new("stranger"));
    let refused = served.post(&bob, "/bulk-decisions", &[], &forged);
    assert_eq!((refused.status, refused.code()), (409, "approval-proof-invalid"), "{refused:?}");
    // Nor is it another officer's, nor that of one order.
    let honest = signed(&challenge.body, &key);
    let others = served.post(&alice, "/bulk-decisions", &[], &honest);
    assert_eq!(others.status, 409, "{others:?}");
    let etag = served.get(&bob, &format!("/orders/{first}")).header("etag");
    let single = served.post(&bob, &format!("/orders/{first}/decision"), &[("If-Match", &etag)], &honest);
    assert_eq!((single.status, single.code()), (409, "approval-proof-invalid"), "{single:?}");
    for number in [&first, &second] {
        assert_eq!(state(&mut served, number), OrderState::Submitted);
    }
    let ask = |body: &Value| served.post(&bob, "/bulk-decisions/challenge", &[], body);
    let twice = ask(&asked(json!({"decision": "approve"}), &[&first, &first]));
    assert_eq!((twice.status, twice.code()), (422, "api-body-invalid"));
    let none = ask(&json!({"decision": "approve", "orders": []}));
    assert_eq!(none.code(), "bulk-empty", "{none:?}");
    let many: Vec<String> = (0..=25).map(|one| format!("CO-2026-{one:06}")).collect();
    let many = ask(&asked(json!({"decision": "approve"}), &many.iter().collect::<Vec<_>>()));
    assert_eq!((many.status, many.code()), (422, "bulk-too-many"));
    let bare = ask(&asked(json!({"decision": "refuse"}), &[&first]));
    assert_eq!((bare.status, bare.code()), (422, "order-reason-missing"));
}

#[test]
fn a_refusal_of_several_has_one_reason_and_each_its_sentence() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let [first, second, _] = plain(&mut served);
    let no = json!({"decision": "refuse", "reason": "duplicate", "reason_text": "Voir la première."});
    let no = asked(no, &[&first, &second]);
    let challenge = served.post(&bob, "/bulk-decisions/challenge", &[], &no);
    let mut body = signed(&challenge.body, &key);
    body["reason_text"] = json!("Adressez-vous ailleurs.");
    let another = served.post(&bob, "/bulk-decisions", &[], &body);
    assert_eq!((another.status, another.code()), (409, "approval-proof-invalid"), "{another:?}");
    body["reason_text"] = json!("Voir la première.");
    let done = served.post(&bob, "/bulk-decisions", &[("Idempotency-Key", "no")], &body);
    assert_eq!(done.status, 200, "{done:?}");
    let again = served.post(&bob, "/bulk-decisions", &[("Idempotency-Key", "no")], &body);
    assert_eq!((again.status, &again.body), (200, &done.body), "its answer was not heard");
    for number in [&first, &second] {
        let decisions = decision::of(&mut served.house.db, SubjectKind::CardOrder, number).unwrap();
        assert_eq!(decisions[0].reason_code.as_deref(), Some("duplicate"));
        assert_eq!(decisions[0].reason_text.as_deref(), Some("Voir la première."));
    }
}
