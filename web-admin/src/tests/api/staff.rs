//! What the agent of a structure does for its staff, through the API.

use professional_registry::ImportedRegister;
use registration_authority::officers::Role;
use registration_authority::opposition::by_request;
use serde_json::{Value, json};
use store::Actor;

use super::super::house::{House, person};
use super::super::structures::{LEAVER, MEMBER};
use super::Served;

const STRUCTURE: &str = "/structures/F0B0193488";

/// The structure, and the certificate of its agent; his who speaks for none, where `login` is another's.
fn agent(served: &mut Served, login: &str) -> Vec<u8> {
    let certificate = served.certificate_of("agent", "Agnès ROUX", Role::CertificationAgent);
    served.house.structure(login);
    certificate
}

fn member(local_id: &str, family_name: &str) -> Value {
    json!({"local_id": local_id, "post": "employee", "family_name": family_name, "given_name": "Anne"})
}

#[test]
fn an_agent_declares_his_staff_and_who_left_it_on_what_he_has_read() {
    let mut served = Served::start();
    let agent = agent(&mut served, "agent");
    let staff = format!("{STRUCTURE}/staff");
    let key = [("Idempotency-Key", "a1")];
    let made = served.post(&agent, &staff, &key, &member("A1", "LEROY"));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("location"), format!("/api/v1{staff}/A1"));
    assert_eq!(served.post(&agent, &staff, &key, &member("A1", "LEROY")).body, made.body);
    let wrong = served.post(&agent, &staff, &[], &member("A 1", "LEROY"));
    assert_eq!((wrong.status, wrong.code()), (422, "staff-field-invalid"), "{wrong:?}");
    served.house.later(std::time::Duration::from_secs(1));
    let changed = served.post(&agent, &staff, &[], &member("A1", "DURAND"));
    assert_eq!(changed.body["family_name"], "DURAND", "{changed:?}");
    assert_ne!(changed.header("etag"), made.header("etag"));

    let leave = format!("{staff}/A1/departure");
    let stale = served.post(&agent, &leave, &[("If-Match", &made.header("etag"))], &json!({}));
    assert_eq!((stale.status, stale.code()), (412, "api-version-changed"), "{stale:?}");
    assert_eq!(served.post(&agent, &leave, &[], &json!({})).status, 428);
    let etag = served.get(&agent, &format!("{staff}/A1")).header("etag");
    let left = served.post(&agent, &leave, &[("If-Match", &etag)], &json!({}));
    assert_eq!((left.status, left.body["left_at"].is_string()), (200, true), "{left:?}");
    let again = served.post(&agent, &leave, &[("If-Match", &left.header("etag"))], &json!({}));
    assert_eq!((again.status, again.code()), (404, "staff-not-there"), "{again:?}");

    let (mut path, mut read) = (format!("{staff}?limit=2"), Vec::new());
    loop {
        let page = served.get(&agent, &path);
        assert_eq!(page.status, 200, "{page:?}");
        let shown = page.body["staff"].as_array().unwrap();
        read.extend(shown.iter().map(|one| one["local_id"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.body["next"].is_null());
        let Some(next) = link.strip_prefix("</api/v1") else { break };
        path = next.split('>').next().unwrap().to_owned();
    }
    assert_eq!(read, ["A1", MEMBER, LEAVER]);
}

/// Asks for the card of the member, and has it approved and batched; its number.
fn card(served: &mut Served, agent: &[u8]) -> String {
    let address = format!("{STRUCTURE}/staff/{MEMBER}/card");
    let key = [("Idempotency-Key", "card")];
    let ordered = served.post(agent, &address, &key, &json!({"kind": "CPE"}));
    assert_eq!(ordered.status, 201, "{ordered:?}");
    assert_eq!(ordered.body["structure"], "F0B0193488");
    assert_eq!(served.post(agent, &address, &key, &json!({"kind": "CPE"})).body, ordered.body);
    let again = served.post(agent, &address, &[], &json!({"kind": "CPE"}));
    assert_eq!((again.status, again.code()), (409, "order-already-open"), "{again:?}");
    assert_eq!(again.body["rules"][0]["rule"], "R-CPE-07");
    let number = ordered.body["number"].as_str().unwrap().to_owned();
    assert_eq!(ordered.header("location"), format!("/api/v1/orders/{number}"));
    served.house.approve_fully(&number);
    served.house.batched().to_string()
}

#[test]
fn a_card_of_the_staff_is_asked_for_and_its_opposition_which_the_worker_judges() {
    let mut served = Served::start();
    let agent = agent(&mut served, "agent");
    let card = card(&mut served, &agent);
    let shown = served.get(&agent, &format!("{STRUCTURE}/staff/{MEMBER}"));
    assert_eq!(shown.body["orders"][0]["card"], card, "{shown:?}");
    let address = format!("{STRUCTURE}/opposition-requests");
    let foreign = served.house.card(&person(1)).to_string();
    let refused = served.post(&agent, &address, &[], &json!({"card": foreign, "ground": "stolen"}));
    assert_eq!((refused.status, refused.code()), (409, "opposition-requester-refused"), "{refused:?}");
    assert_eq!(refused.body["rules"][0]["rule"], "R-OPP-01");
    let (key, asked) = ([("Idempotency-Key", "o")], json!({"card": card, "ground": "stolen"}));
    let waits = served.post(&agent, &address, &key, &asked);
    assert_eq!((waits.status, waits.body["status"].as_str()), (202, Some("waiting")), "{waits:?}");
    assert_eq!(served.post(&agent, &address, &key, &asked).body, waits.body);
    let again = served.post(&agent, &address, &[], &asked);
    assert_eq!((again.status, again.code()), (409, "opposition-requested-already"), "{again:?}");

    let act = served.house.act(Actor::Job("opposition-requests"));
    let House { db, rng, approver, .. } = &mut served.house;
    let verifier = approver.verifier();
    let answered = by_request::answer_waiting(db, &mut ImportedRegister, &verifier, 10, rng, &act).unwrap();
    assert_eq!(answered.opposed, [card]);
    let list = served.get(&agent, &address);
    let answer = &list.body["opposition_requests"][0];
    assert_eq!(answer["status"], "opposed", "{list:?}");
    assert!(answer["receipt"].as_str().unwrap().starts_with("OP-"));
}

#[test]
fn who_does_not_speak_for_the_structure_does_and_reads_nothing() {
    let mut served = Served::start();
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let agent = agent(&mut served, "somebody else");
    let staff = format!("{STRUCTURE}/staff");
    for path in [staff.clone(), format!("{staff}/{MEMBER}"), format!("{STRUCTURE}/opposition-requests")] {
        let refused = served.get(&agent, &path);
        assert_eq!((refused.status, refused.code()), (403, "order-not-mandated"), "{path}: {refused:?}");
    }
    let acts = [
        (staff.clone(), member("A1", "LEROY")),
        (format!("{staff}/{MEMBER}/departure"), json!({})),
        (format!("{staff}/{MEMBER}/card"), json!({"kind": "CPE"})),
        (format!("{STRUCTURE}/opposition-requests"), json!({"card": "2600000017", "ground": "stolen"})),
    ];
    for (path, body) in &acts {
        let refused = served.post(&agent, path, &[("If-Match", "\"1.there\"")], body);
        assert_eq!((refused.status, refused.code()), (403, "order-not-mandated"), "{path}: {refused:?}");
    }
    // An officer of the authority reads it, and declares nobody: the word is the agent's.
    assert_eq!(served.get(&bob, &staff).status, 200);
    let refused = served.post(&bob, &staff, &[], &member("A1", "LEROY"));
    assert_eq!((refused.status, refused.code()), (403, "order-not-mandated"), "{refused:?}");
    assert_eq!(served.get(&bob, "/structures/X12/staff").status, 404);
}
