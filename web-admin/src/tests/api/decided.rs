//! Whatever is decided on has one API: a challenge on the version that was read, the signed answer, once however often it comes.

use std::time::Duration;

use registration_authority::officers::Role;
use registration_authority::suspension;
use serde_json::{Value, json};
use store::Actor;

use super::super::authenticator::Authenticator;
use super::super::house::{House, person};
use super::{Answer, Served, signed};

/// Who decides: the certificate that opens the connection, and the key that signs.
pub(super) type Decider = (Vec<u8>, Authenticator);

/// Something that waits for its decision.
struct Waits {
    address: String,
    /// Who decides, in this order.
    by: Vec<Decider>,
    /// The status after each.
    then: &'static [&'static str],
    /// The code of a reason to refuse it.
    reason: Option<&'static str>,
}

impl Served {
    pub(super) fn decider(&mut self, login: &str, name: &str, role: Role) -> Decider {
        let key = self.house.key_of(login, name, role);
        (self.certificate_of(login, name, role), key)
    }

    /// One of each kind, but for what is bound to its version: orders and requests have tests of their own.
    fn one_of_each(&mut self) -> Vec<Waits> {
        let officers = [
            self.decider("bob", "Bob BERNARD", Role::RegistrationOfficer),
            self.decider("clara", "Clara PETIT", Role::RegistrationOfficer),
        ];
        // Neither signs for himself.
        let administrators = [
            self.decider("nova", "Nova BLANC", Role::Administrator),
            self.decider("nils", "Nils NOIR", Role::Administrator),
        ];
        let house = &mut self.house;
        let zoe = Authenticator::new("zoe");
        let enrolment = house.proposed(&zoe, "zoe", "Zoé BLEU", Role::Auditor);
        let released = &["held", "released"];
        let two = |address: String, reason| Waits {
            address,
            by: officers.to_vec(),
            then: released,
            reason: Some(reason),
        };
        vec![
            two(format!("/register-feeds/{}", house.held_feed(1)), "file-wrong"),
            two(format!("/opposition-plans/{}", house.opposition_plan(1)), "not-confirmed"),
            two(format!("/cards/{}/suspension", house.suspended(1)), "doubt-remains"),
            Waits {
                address: format!("/enrolments/{enrolment}"),
                by: administrators.to_vec(),
                then: released,
                reason: Some("key-not-recognised"),
            },
            Waits {
                address: format!("/renewal-plans/{}", house.renewal_plan(1)),
                by: officers[..1].to_vec(),
                then: &["approved"],
                reason: None,
            },
            Waits {
                address: format!("/mandates/{}", house.mandate("alice", false)),
                by: officers[..1].to_vec(),
                then: &["approved"],
                reason: Some("document-insufficient"),
            },
        ]
    }

    /// The worker verifies each decision by itself, and refuses none but what a card of a demonstration began with.
    pub(super) fn worker_takes_it_in(&mut self) {
        let refused = self.house.worker_refuses();
        assert!(refused.iter().all(|subject| subject.starts_with("card-order ")), "{refused:?}");
    }

    pub(super) fn etag(&self, (certificate, _): &Decider, address: &str) -> String {
        let read = self.get(certificate, address);
        assert_eq!(read.status, 200, "{address}: {read:?}");
        read.header("etag")
    }

    pub(super) fn challenge(&self, (certificate, _): &Decider, address: &str, asked: &Value) -> Answer {
        let etag = self.etag(&(certificate.clone(), Authenticator::new("nobody")), address);
        self.post(certificate, &format!("{address}/challenge"), &[("If-Match", &etag)], asked)
    }

    pub(super) fn decide(
        &self,
        (certificate, _): &Decider,
        address: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        self.post(certificate, &format!("{address}/decision"), headers, body)
    }
}

impl House {
    fn lift_what_two_released(&mut self) -> usize {
        let act = self.act(Actor::Job("test"));
        let Self { db, rng, verifier, .. } = self;
        suspension::lift_released(db, verifier, rng, &act).unwrap().cards.len()
    }
}

#[test]
fn each_kind_is_decided_by_as_many_signatures_as_it_needs_each_taken_once() {
    let mut served = Served::start();
    for Waits { address, by, then, .. } in served.one_of_each() {
        for (decider, status) in by.iter().zip(then) {
            let etag = served.etag(decider, &address);
            let asked = served.challenge(decider, &address, &json!({"decision": "approve"}));
            assert_eq!(asked.status, 200, "{address}: {asked:?}");
            let body = signed(&asked.body, &decider.1);
            let headers = [("If-Match", etag.as_str()), ("Idempotency-Key", address.as_str())];
            let done = served.decide(decider, &address, &headers, &body);
            assert_eq!(
                (done.status, done.body["status"].as_str()),
                (200, Some(*status)),
                "{address}: {done:?}"
            );
            assert_ne!(done.header("etag"), etag, "{address}: what is shown has changed");
            let again = served.decide(decider, &address, &headers, &body);
            assert_eq!((again.status, &again.body), (200, &done.body), "{address}: its answer was not heard");
            // Replayed as another request it is on a version that no longer stands, and names nothing that is open.
            let replayed = served.decide(decider, &address, &headers[..1], &body);
            assert_eq!((replayed.status, replayed.code()), (412, "api-version-changed"), "{address}");
            let replayed = served.decide(decider, &address, &[("If-Match", &done.header("etag"))], &body);
            assert_eq!(replayed.status, 409, "{address}: {replayed:?}");
        }
        served.worker_takes_it_in();
    }
}

#[test]
fn the_tag_of_a_suspension_is_not_that_of_the_next_one_of_the_same_card() {
    let mut served = Served::start();
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let card = served.house.suspended(1);
    let address = format!("/cards/{card}/suspension");
    let first = served.etag(&bob, &address);
    for decider in [&bob, &clara] {
        let etag = served.etag(decider, &address);
        let asked = served.challenge(decider, &address, &json!({"decision": "approve"}));
        let body = signed(&asked.body, &decider.1);
        assert_eq!(served.decide(decider, &address, &[("If-Match", &etag)], &body).status, 200);
    }
    served.worker_takes_it_in();
    assert_eq!(served.house.lift_what_two_released(), 1);
    served.house.suspend(&card, 2);

    // It stands where the first one stood when it was read: at its first version, and nobody has decided on it.
    let asked = served.challenge(&bob, &address, &json!({"decision": "approve"}));
    assert_eq!(asked.status, 200, "{asked:?}");
    let old = [("If-Match", first.as_str())];
    for (act, body) in
        [("challenge", json!({"decision": "approve"})), ("decision", signed(&asked.body, &bob.1))]
    {
        let stale = served.post(&bob.0, &format!("{address}/{act}"), &old, &body);
        assert_eq!((stale.status, stale.code()), (412, "api-version-changed"), "{act}");
    }
    let second = served.etag(&bob, &address);
    assert_eq!(
        served.decide(&bob, &address, &[("If-Match", &second)], &signed(&asked.body, &bob.1)).status,
        200
    );
}

#[test]
fn what_is_refused_ends_with_the_reason_that_was_signed() {
    let mut served = Served::start();
    for Waits { address, by, reason, .. } in served.one_of_each() {
        let (asks, decider) = (json!({"decision": "refuse"}), &by[0]);
        let Some(reason) = reason else {
            let none =
                served.challenge(decider, &address, &json!({"decision": "refuse", "reason": "duplicate"}));
            assert_eq!(
                (none.status, none.code()),
                (422, "api-body-invalid"),
                "{address}: there is no such no"
            );
            continue;
        };
        let bare = served.challenge(decider, &address, &asks);
        assert_eq!((bare.status, bare.code()), (422, "order-reason-missing"), "{address}");
        let foreign =
            served.challenge(decider, &address, &json!({"decision": "refuse", "reason": "duplicate"}));
        assert_eq!((foreign.status, foreign.code()), (422, "order-reason-unknown"), "{address}");
        let etag = served.etag(decider, &address);
        let asked = served.challenge(decider, &address, &json!({"decision": "refuse", "reason": reason}));
        let done = served.decide(decider, &address, &[("If-Match", &etag)], &signed(&asked.body, &decider.1));
        // A card stays suspended, and its end may be asked for again.
        let status = if address.ends_with("/suspension") { "held" } else { "refused" };
        assert_eq!((done.status, done.body["status"].as_str()), (200, Some(status)), "{address}: {done:?}");
        served.worker_takes_it_in();
    }
}

#[test]
fn another_role_a_stale_version_and_another_key_decide_nothing() {
    let mut served = Served::start();
    let revoker = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    for Waits { address, by, .. } in served.one_of_each() {
        let decider = &by[0];
        let (certificate, etag) = (&decider.0, served.etag(decider, &address));
        let asked = served.challenge(decider, &address, &json!({"decision": "approve"}));
        let honest = signed(&asked.body, &decider.1);
        let right = [("If-Match", etag.as_str())];
        for what in ["challenge", "decision"] {
            let (act, body) = (
                format!("{address}/{what}"),
                match what {
                    "challenge" => json!({"decision": "approve"}),
                    _ => honest.clone(),
                },
            );
            let by_role = served.post(&revoker, &act, &right, &body);
            assert_eq!(by_role.status, 403, "{act}: {by_role:?}");
            let blind = served.post(certificate, &act, &[], &body);
            assert_eq!((blind.status, blind.code()), (428, "api-version-missing"), "{act}");
            let stale = served.post(certificate, &act, &[("If-Match", "\"7.held\"")], &body);
            assert_eq!((stale.status, stale.code()), (412, "api-version-changed"), "{act}");
        }
        let forged = signed(&asked.body, &Authenticator::new("stranger"));
        let forged = served.decide(decider, &address, &right, &forged);
        assert_eq!((forged.status, forged.code()), (409, "approval-proof-invalid"), "{address}");
        assert_eq!(served.etag(decider, &address), etag, "{address}: nothing came of any of it");
    }
}

#[test]
fn an_officer_takes_back_his_own_decision_while_nothing_has_followed_from_it() {
    let mut served = Served::start();
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let number = served.house.submit("alice", &person(1));
    let address = format!("/orders/{number}");
    let (back, nothing) = (format!("{address}/retraction"), json!({}));
    let approve = |served: &Served| {
        let etag = served.etag(&bob, &address);
        let asked = served.challenge(&bob, &address, &json!({"decision": "approve"}));
        let done = served.decide(&bob, &address, &[("If-Match", &etag)], &signed(&asked.body, &bob.1));
        assert_eq!(done.body["status"], "approved", "{done:?}");
        done.header("etag")
    };
    let etag = approve(&served);
    let others = served.post(&clara.0, &back, &[("If-Match", &etag)], &nothing);
    assert_eq!((others.status, others.code()), (403, "decision-not-yours"));
    let stale = served.post(&bob.0, &back, &[("If-Match", "\"1.submitted\"")], &nothing);
    assert_eq!((stale.status, stale.code()), (412, "api-version-changed"));
    let headers = [("If-Match", etag.as_str()), ("Idempotency-Key", "back")];
    let open = served.post(&bob.0, &back, &headers, &nothing);
    assert_eq!(open.status, 200, "{open:?}");
    assert_eq!((&open.body["status"], &open.body["version"]), (&json!("submitted"), &json!(2)));
    assert_eq!(served.post(&bob.0, &back, &headers, &nothing).body, open.body, "once");
    let etag = approve(&served);
    served.house.later(Duration::from_secs(61));
    let late = served.post(&bob.0, &back, &[("If-Match", &etag)], &nothing);
    assert_eq!((late.status, late.code()), (409, "decision-in-effect"));
}

#[test]
fn what_is_asked_of_an_applicant_waits_for_his_answer() {
    let mut served = Served::start();
    let (alice, bob) = (served.alice(), served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer));
    let number = served.house.submit("alice", &person(1));
    let address = format!("/orders/{number}");
    let etag = served.etag(&bob, &address);
    let ask = |text: &str, etag: &str| {
        let question = json!({"question": text});
        served.post(&bob.0, &format!("{address}/question"), &[("If-Match", etag)], &question)
    };
    assert_eq!(ask("", &etag).status, 422);
    let waiting = ask("Quel contrat ?", &etag);
    assert_eq!((waiting.status, &waiting.body["status"]), (200, &json!("waiting")), "{waiting:?}");
    assert_eq!(ask("Encore ?", &etag).status, 412);
    let answer = json!({"answer": "Le contrat 12."});
    let answered =
        served.post(&alice, &format!("{address}/answer"), &[("If-Match", &waiting.header("etag"))], &answer);
    assert_eq!((answered.status, &answered.body["version"]), (200, &json!(2)), "{answered:?}");
}

#[test]
fn short_lists_are_read_page_after_page_too() {
    let mut served = Served::start();
    let alice = served.alice();
    let mut plans: Vec<String> = (1..=3).map(|nth| served.house.renewal_plan(nth)).collect();
    let mut path = "/renewal-plans?limit=2".to_owned();
    let mut read = Vec::new();
    loop {
        let page = served.get(&alice, &path);
        let shown = page.body["renewal_plans"].as_array().unwrap();
        assert!(shown.len() <= 2);
        read.extend(shown.iter().map(|plan| plan["number"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.body["next"].is_null());
        let Some(next) = link.strip_prefix("</api/v1") else { break };
        path = next.split('>').next().unwrap().to_owned();
    }
    plans.sort();
    assert_eq!(read, plans);
}
