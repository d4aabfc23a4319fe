//! Acts that change something: once however often they come, on the version that was read, page after page.

use std::time::Duration;

use ca_core::certificate;
use ca_core::revocation::{self, RevocationReason};
use registration_authority::officers::Role;
use registration_authority::opposition::{self, Ground, ticket};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Actor;

use super::super::house::person;
use super::{BASE, House, Served, exchange, request, wanted};

#[test]
fn an_act_that_comes_again_with_its_key_is_done_once_and_answered_alike() {
    let mut served = Served::start();
    let alice = served.alice();
    let key = [("Idempotency-Key", "7c1d")];
    let first = served.post(&alice, "/orders", &key, &wanted(1));
    assert_eq!(first.status, 201, "{first:?}");
    let number = first.body["number"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), format!("/api/v1/orders/{number}"));
    let again = served.post(&alice, "/orders", &key, &wanted(1));
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = served.post(&alice, "/orders", &key, &wanted(2));
    assert_eq!((other.status, other.code()), (422, "idempotency-key-of-another-request"));
    let without = served.post(&alice, "/orders", &[], &wanted(1));
    assert_eq!(without.status, 409, "{without:?}");
    assert!(!without.body["rules"].as_array().unwrap().is_empty(), "{without:?}");
    served.house.later(Duration::from_secs(48 * 3600));
    assert_eq!(
        served.post(&alice, "/orders", &key, &wanted(1)).status,
        409,
        "two days later it is an act anew"
    );
    let refused = served.post(&alice, "/orders", &[("Idempotency-Key", "")], &wanted(3));
    assert_eq!((refused.status, refused.code()), (422, "api-body-invalid"));
}

#[test]
fn what_has_changed_since_it_was_read_is_not_changed() {
    let mut served = Served::start();
    let alice = served.alice();
    let order = served.post(&alice, "/orders", &[], &wanted(1));
    let address = format!("/orders/{}/withdrawal", order.body["number"].as_str().unwrap());
    let (etag, nothing) = (order.header("etag"), json!({}));
    let blind = served.post(&alice, &address, &[], &nothing);
    assert_eq!((blind.status, blind.code()), (428, "api-version-missing"));
    let stale = served.post(&alice, &address, &[("If-Match", "\"9.submitted\"")], &nothing);
    assert_eq!((stale.status, stale.code()), (412, "api-version-changed"));
    let headers = [("If-Match", etag.as_str()), ("Idempotency-Key", "w")];
    let done = served.post(&alice, &address, &headers, &nothing);
    assert_eq!((done.status, done.body["status"].as_str()), (200, Some("withdrawn")), "{done:?}");
    assert_ne!(done.header("etag"), etag);
    assert_eq!(served.post(&alice, &address, &headers, &nothing).body, done.body, "its answer was not heard");
    let again = served.post(&alice, &address, &headers[..1], &nothing);
    assert_eq!(again.status, 412);
}

#[test]
fn a_list_is_read_page_after_page_by_the_place_where_the_last_one_ended() {
    let mut served = Served::start();
    let alice = served.alice();
    let mut numbers: Vec<String> = (1..=5).map(|nth| served.house.submit("alice", &person(nth))).collect();
    let mut path = "/orders?limit=2".to_owned();
    let mut read = Vec::new();
    loop {
        let page = served.get(&alice, &path);
        assert_eq!(page.status, 200, "{page:?}");
        let orders = page.body["orders"].as_array().unwrap();
        read.extend(orders.iter().map(|order| order["number"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.body["next"].is_null());
        let Some(next) = link.strip_prefix("</api/v1") else { break };
        path = next.split('>').next().unwrap().to_owned();
    }
    numbers.sort();
    assert_eq!(read, numbers);
    for wrong in ["?limit=ten", "?after=x", "?status=lost", "?page=2"] {
        assert_eq!(served.get(&alice, &format!("/orders{wrong}")).status, 422, "{wrong}");
    }
}

#[test]
fn a_body_is_json_of_known_members_and_bounded() {
    let mut served = Served::start();
    let alice = served.alice();
    let mut unknown = wanted(1);
    unknown["urgent"] = json!(true);
    let refused = served.post(&alice, "/orders", &[], &unknown);
    assert_eq!((refused.status, refused.code()), (422, "api-body-invalid"));
    assert!(refused.body["detail"].as_str().unwrap().contains("urgent"), "{refused:?}");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let refused = served.post(&alice, "/orders", &[("X", "y")], &json!({"kind": "x".repeat(70_000)}));
    assert_eq!((refused.status, refused.code()), (413, "api-too-large"));
    let refused = served.ask(Some(&alice), "POST", "/orders", &[("Content-Type", "text/plain")], None);
    assert_eq!((refused.status, refused.code()), (415, "api-not-json"));
    let refused = served.get(&alice, &format!("/orders?after={}", "1".repeat(3000)));
    assert_eq!(refused.code(), "page-address-too-long");
    assert_eq!(served.get(&alice, "/nowhere").code(), "page-unknown");
    let refused = served.ask(Some(&alice), "DELETE", "/orders", &[], None);
    assert_eq!((refused.status, refused.code()), (405, "page-method-not-allowed"));
}

#[test]
fn a_card_is_opposed_by_whoever_may_and_stands_on_the_list() {
    let mut served = Served::start();
    let rita = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    let card = served.house.card(&person(1));
    let address = format!("/cards/{card}/opposition");
    let wrong = served.post(&rita, &address, &[], &json!({"ground": "bored"}));
    assert_eq!((wrong.status, wrong.code()), (422, "api-body-invalid"));
    let key = [("Idempotency-Key", "oppose")];
    let done = served.post(&rita, &address, &key, &json!({"ground": "stolen"}));
    assert_eq!(done.status, 201, "{done:?}");
    assert!(done.body["receipt"].as_str().unwrap().starts_with("OP-"));
    let again = served.post(&rita, &address, &key, &json!({"ground": "stolen"}));
    assert_eq!((again.status, &again.body), (201, &done.body));
    assert_eq!(served.post(&rita, &address, &[], &json!({"ground": "stolen"})).status, 409);
    assert_eq!(served.get(&rita, &format!("/cards/{card}")).body["status"], "opposed");
    let list = served.get(&rita, "/oppositions?limit=1");
    assert_eq!(list.body["oppositions"][0]["card"], card.to_string());
    let after = format!("/oppositions?after={}", list.body["oppositions"][0]["sequence"]);
    assert_eq!(served.get(&rita, &after).body["oppositions"], json!([]));
}

#[test]
fn two_that_come_at_once_with_one_key_get_one_answer() {
    let mut served = Served::start();
    let rita = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    for nth in 1..=6 {
        let card = served.house.card(&person(nth)).to_string();
        let act = served.house.act(Actor::Anyone);
        let House { db, rng, .. } = &mut served.house;
        ticket::open(db, &card.parse().unwrap(), Ground::Stolen, rng, &act).unwrap();
        let act = served.house.officer("rita");
        let ticket = ticket::list(&mut served.house.db, 1, &act).unwrap().remove(0).number;
        // A dismissal, which no row answers again; an opposition.
        for (path, body, status) in [
            (format!("/opposition-tickets/{ticket}/dismissal"), json!({"reason": "Retrouvée."}), 200),
            (format!("/cards/{card}/opposition"), json!({"ground": "stolen"}), 201),
        ] {
            let key = format!("{status}-{nth}");
            let headers = [("Idempotency-Key", key.as_str())];
            let [one, other] = served.post_twice(&rita, &path, &headers, &body);
            assert_eq!((one.status, other.status), (status, status), "{one:?} {other:?}");
            assert_eq!(one.body, other.body);
        }
    }
}

#[test]
fn who_waits_for_his_own_act_keeps_no_connection_from_others() {
    let mut served = Served::start();
    let rita = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    let alice = served.alice();
    let path = format!("{BASE}/cards/{}/opposition", served.house.card(&person(1)));
    let state = served.house.state.clone();
    // Her first is slow; she sends it again, more often than there are connections for programs.
    let slow = state.under_way().turn(&hex::encode(Sha256::digest(&rita)), "slow").unwrap();
    let sent = request("POST", &path, &[("Idempotency-Key", "slow")], Some(&json!({"ground": "stolen"})));
    *served.peer.lock().unwrap() = Some(rita);
    let at = served.address;
    let bodies = std::thread::scope(|scope| {
        let again: Vec<_> = (0..6).map(|_| scope.spawn(|| exchange(at, &sent))).collect();
        std::thread::sleep(Duration::from_secs(1));
        assert!(again.iter().all(|one| !one.is_finished()), "they wait");
        assert_eq!(served.get(&alice, "/me").status, 200);
        drop(slow);
        again.into_iter().map(|one| one.join().unwrap()).map(|one| (one.status, one.text)).collect::<Vec<_>>()
    });
    assert!(bodies[0].0 == 201 && bodies.iter().all(|one| *one == bodies[0]), "{bodies:?}");
}

#[test]
fn an_opposition_whose_answer_was_never_kept_is_answered_again_to_its_own_declarer_alone() {
    let mut served = Served::start();
    let rita = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    let alice = served.alice();
    let card = served.house.card(&person(1));
    let act = served.house.officer("rita");
    let House { db, rng, .. } = &mut served.house;
    // The program ends here, before the answer is kept.
    let opposed = opposition::oppose(db, &card, Ground::Stolen, rng, &act).unwrap();
    let address = format!("/cards/{card}/opposition");
    let key = [("Idempotency-Key", "lost")];
    let body = json!({"ground": "stolen"});
    assert_eq!(served.post(&rita, &address, &[], &body).status, 409, "without a key it is another act");
    assert_eq!(served.post(&alice, &address, &key, &body).status, 409, "she declared nothing");
    let other = served.post(&rita, &address, &[("Idempotency-Key", "other")], &json!({"ground": "lost"}));
    assert_eq!(other.status, 409, "{other:?}");
    let again = served.post(&rita, &address, &key, &body);
    assert_eq!(
        (again.status, again.body["receipt"].as_str()),
        (201, Some(opposed.receipt.as_str())),
        "{again:?}"
    );
    assert_eq!(again.body["sequence"], opposed.sequence);
    assert_eq!(served.post(&rita, &address, &key, &body).body, again.body, "from then on it is kept");
}

#[test]
fn a_certificate_that_is_revoked_is_nobodys_from_that_request_on() {
    let mut served = Served::start();
    let alice = served.alice();
    let me = served.get(&alice, "/me");
    assert_eq!((me.status, me.body["login"].as_str()), (200, Some("alice")), "{me:?}");
    let recorded = certificate::list(&mut served.house.db, None, 100).unwrap();
    let recorded = recorded.into_iter().find(|one| one.status.der() == Some(&alice)).unwrap();
    let act = served.house.officer("rita");
    let House { db, rng, .. } = &mut served.house;
    let reason = RevocationReason::KeyCompromise;
    db.write(|db| revocation::revoke(db, &recorded.issuer, &recorded.serial, reason, rng, &act)).unwrap();
    let refused = served.get(&alice, "/me");
    assert_eq!((refused.status, refused.code()), (403, "enrolment-certificate-ended"));
}

#[test]
fn an_officer_whose_enrolment_has_ended_is_refused_with_his_certificate() {
    let mut served = Served::start();
    let alice = served.alice();
    let number = served.house.submit("bob", &person(1));
    assert_eq!(served.get(&alice, &format!("/orders/{number}")).status, 200);
    served.house.end_enrolment("alice");
    let refused = served.get(&alice, &format!("/orders/{number}"));
    assert_eq!((refused.status, refused.code()), (403, "officer-unknown"));
}

#[test]
fn what_a_page_did_is_seen_by_the_api() {
    let mut served = Served::start();
    let alice = served.alice();
    let card = served.house.card(&person(1));
    let before = served.get(&alice, &format!("/cards/{card}")).header("etag");
    let act = served.house.officer("rita");
    let House { db, rng, .. } = &mut served.house;
    opposition::oppose(db, &card, Ground::Lost, rng, &act).unwrap();
    let after = served.get(&alice, &format!("/cards/{card}"));
    assert_ne!(after.header("etag"), before);
}
