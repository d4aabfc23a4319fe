//! What an officer does with a dossier beside deciding on it, through the API.

use registration_authority::officers::Role;
use serde_json::{Value, json};

use super::super::house::person;
use super::Served;

#[test]
fn officers_write_for_each_other_and_who_looks_for_himself_reads_nothing_of_who_has_decided() {
    let mut served = Served::start();
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.certificate_of("clara", "Clara PETIT", Role::RegistrationOfficer);
    let auditor = served.certificate_of("audrey", "Audrey NOËL", Role::Auditor);
    let agent = served.certificate_of("agent", "Agnès ROUX", Role::CertificationAgent);
    // Two persons of one name: two officers.
    served.house.submit("alice", &person(3));
    let number = served.house.submit("agent", &person(4));
    let address = format!("/orders/{number}/notes");
    let key = [("Idempotency-Key", "n1")];
    let written = served.post(&bob, &address, &key, &json!({"note": "Vu avec le secrétariat."}));
    assert_eq!((written.status, &written.body["written_by"]), (201, &json!("bob")), "{written:?}");
    let again = served.post(&bob, &address, &key, &json!({"note": "Vu avec le secrétariat."}));
    assert_eq!(again.body, written.body, "once");
    let empty = served.post(&bob, &address, &[], &json!({"note": " "}));
    assert_eq!((empty.status, empty.code()), (422, "order-text-invalid"));
    served.house.later(std::time::Duration::from_secs(1));
    served.post(&clara, &address, &[], &json!({"note": "Rappelée."}));
    let texts = |served: &Served, who: &[u8], path: &str| -> Vec<String> {
        let page = served.get(who, path);
        assert_eq!(page.status, 200, "{page:?}");
        let notes = page.body["notes"].as_array().unwrap().clone();
        notes.iter().map(|note| note["note"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&served, &clara, &address), ["Vu avec le secrétariat.", "Rappelée."]);
    let first = served.get(&auditor, &format!("{address}?limit=1"));
    let next = first.header("link");
    let next = next.strip_prefix("</api/v1").unwrap().split('>').next().unwrap();
    assert_eq!(texts(&served, &auditor, next), ["Rappelée."]);
    served.house.approve("bob", &number);
    assert_eq!(texts(&served, &clara, &address), ["Rappelée."], "bob's would tell that he has decided");
    assert_eq!(texts(&served, &auditor, &address).len(), 2);
    // Whoever submitted it reads the order, and no note of it.
    assert_eq!(served.get(&agent, &format!("/orders/{number}")).status, 200);
    assert_eq!(served.get(&agent, &address).status, 403);
    assert_eq!(served.post(&auditor, &address, &[], &json!({"note": "Lu."})).status, 403);
    assert_eq!(served.get(&bob, "/orders/CO-2020-000009/notes").status, 404);
}

#[test]
fn an_officer_in_doubt_has_two_approve_the_version_that_he_has_read() {
    let mut served = Served::start();
    let (bob, key) = served.bob();
    let clara = served.certificate_of("clara", "Clara PETIT", Role::RegistrationOfficer);
    let number = served.house.submit("alice", &person(1));
    let address = format!("/orders/{number}");
    let ask = |etag: &str| {
        served.post(&clara, &format!("{address}/second-officer"), &[("If-Match", etag)], &json!({}))
    };
    assert_eq!(ask("\"2.submitted\"").status, 412);
    let etag = served.get(&clara, &address).header("etag");
    let asked = ask(&etag);
    assert_eq!((asked.status, &asked.body["status"]), (200, &json!("submitted")), "{asked:?}");
    assert_eq!(ask(&etag).status, 200, "two are to approve already");
    // One yes is not enough any more.
    let challenge = served.post(
        &bob,
        &format!("{address}/challenge"),
        &[("If-Match", &etag)],
        &json!({"decision": "approve"}),
    );
    let body: Value = super::signed(&challenge.body, &key);
    let done = served.post(&bob, &format!("{address}/decision"), &[("If-Match", &etag)], &body);
    assert_eq!((done.status, &done.body["status"]), (200, &json!("submitted")), "{done:?}");
    // Who cannot be the second is told who was the first, and that another is awaited.
    let listed = |who: &[u8]| {
        let mut one = served.get(who, &address).body;
        let listed = served.get(who, "/orders").body["orders"][0].clone();
        // What stands beside it is read of one order at a time.
        assert!(one.as_object_mut().unwrap().remove("look").is_some());
        assert_eq!(listed, one);
        (one["stage"].clone(), one["first_approval"]["by"].clone())
    };
    assert_eq!(listed(&bob), (json!("approved-by-one"), json!("bob")));
    assert_eq!(listed(&clara), (json!("submitted"), Value::Null), "she looks for herself");
}

#[test]
fn who_decides_through_the_api_reads_what_the_page_shows_before_he_signs() {
    let mut served = Served::start();
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    // Two persons of one name: a flag, and two officers.
    let plain = served.house.submit("alice", &person(3));
    let first = served.get(&bob, &format!("/orders/{plain}"));
    assert_eq!(first.body["look"]["two_officers"], false, "{first:?}");
    let number = served.house.submit("alice", &person(4));
    let address = format!("/orders/{number}");
    let read = served.get(&bob, &address);
    let look = &read.body["look"];
    assert_eq!((read.status, &look["two_officers"]), (200, &json!(true)), "{read:?}");
    let flags = look["flags"].as_array().unwrap();
    let asks = |flag: &Value| flag["second_officer"] == true && !flag["reason"].as_str().unwrap().is_empty();
    assert!(flags.iter().any(asks), "{look}");
    let family_name = look["comparison"].as_array().unwrap().iter().find(|one| one["field"] == "family-name");
    let family_name = family_name.expect("the names are compared");
    assert_eq!((&family_name["same"], &family_name["order"]), (&json!(true), &family_name["register"]));
    assert_eq!((&look["questions"], &look["documents"]), (&json!([]), &json!(0)));

    served.house.ask("bob", &number);
    served.house.document("alice", &number);
    let look = served.get(&bob, &address).body["look"].clone();
    assert_eq!(look["questions"][0]["asked_by"], "bob", "{look}");
    assert!(look["questions"][0]["answer"].is_null() && look["documents"] == 1, "{look}");
    let list = served.get(&bob, "/orders?status=waiting");
    assert!(list.body["orders"][0]["look"].is_null(), "a list has no looks: {list:?}");
}
