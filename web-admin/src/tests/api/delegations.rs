//! What officers delegate to each other, through the API.

use registration_authority::officers::Role;
use serde_json::{Value, json};

use super::super::house::House;
use super::{Served, signed};
use crate::typography::Shown;

impl House {
    /// As a program says it: from today on, until the day after tomorrow.
    fn days(&self) -> (String, String) {
        let day = |days: u64| {
            let at = self.now().plus(std::time::Duration::from_secs(days * 86_400));
            Shown(at).zoned().date().to_string()
        };
        (day(0), day(2))
    }
}

fn numbers(page: &Value) -> Vec<&str> {
    page["delegations"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect()
}

#[test]
fn who_goes_away_delegates_signs_and_either_of_the_two_ends_it() {
    let mut served = Served::start();
    let alice = served.decider("alice", "Alice MARTIN", Role::RegistrationOfficer);
    let bob = served.decider("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer);
    let nova = served.decider("nova", "Nova BLANC", Role::Administrator);
    let (first, last) = served.house.days();
    let wanted = json!({"delegate": "bob", "scope": "profession:60", "first": first, "last": last});

    let himself = served.post(&bob.0, "/delegations", &[], &wanted);
    assert_eq!((himself.status, himself.code()), (409, "delegation-no-delegate"), "{himself:?}");
    let backwards = json!({"delegate": "bob", "first": last, "last": first});
    let refused = served.post(&alice.0, "/delegations", &[], &backwards);
    assert_eq!((refused.status, refused.code()), (422, "delegation-field-invalid"));
    let no_day = json!({"delegate": "bob", "first": "tomorrow", "last": last});
    assert_eq!(served.post(&alice.0, "/delegations", &[], &no_day).status, 422);

    let key = [("Idempotency-Key", "leave")];
    let made = served.post(&alice.0, "/delegations", &key, &wanted);
    assert_eq!((made.status, &made.body["status"]), (201, &json!("proposed")), "{made:?}");
    assert_eq!(served.post(&alice.0, "/delegations", &key, &wanted).body, made.body, "once");
    let number = made.body["number"].as_str().unwrap().to_owned();
    let address = format!("/delegations/{number}");
    assert_eq!(made.header("location"), format!("/api/v1{address}"));

    // Nobody else signs for it, and there is no no.
    assert_eq!(served.get(&clara.0, &address).status, 403, "between two others");
    let delegate = served.challenge(&bob, &address, &json!({"decision": "approve"}));
    assert_eq!(delegate.code(), "delegation-not-yours", "{delegate:?}");
    let no = served.challenge(&alice, &address, &json!({"decision": "refuse", "reason": "other"}));
    assert_eq!((no.status, no.code()), (422, "api-body-invalid"));
    let end = format!("{address}/end");
    let proposed = [("If-Match", "\"1.proposed\"")];
    let unsigned = served.post(&alice.0, &end, &proposed, &json!({}));
    assert_eq!((unsigned.status, unsigned.code()), (409, "delegation-not-open"), "nobody has signed for it");

    let asked = served.challenge(&alice, &address, &json!({"decision": "approve"}));
    assert_eq!(asked.status, 200, "{asked:?}");
    let foreign = served.decide(&alice, &address, &proposed, &signed(&asked.body, &bob.1));
    assert_eq!((foreign.status, foreign.code()), (409, "approval-proof-invalid"), "{foreign:?}");
    let done = served.decide(&alice, &address, &proposed, &signed(&asked.body, &alice.1));
    assert_eq!((done.status, &done.body["status"]), (200, &json!("signed")), "{done:?}");
    served.worker_takes_it_in();
    let read = served.get(&bob.0, &address);
    assert_eq!(read.body["status"], "standing", "{read:?}");
    assert_eq!((&read.body["delegator"], &read.body["scope"]), (&json!("alice"), &json!("profession:60")));

    for (who, sees) in [(&alice, 1), (&bob, 1), (&clara, 0), (&nova, 1)] {
        let page = served.get(&who.0, "/delegations");
        assert_eq!((page.status, numbers(&page.body).len()), (200, sees), "{page:?}");
    }
    let etag = read.header("etag");
    let others = served.post(&clara.0, &end, &[("If-Match", &etag)], &json!({}));
    assert_eq!((others.status, others.code()), (403, "delegation-not-yours"));
    let late = served.post(&bob.0, &end, &proposed, &json!({}));
    assert_eq!((late.status, late.code()), (412, "api-version-changed"));
    assert_eq!(late.body["changes"][0]["what"], "approved", "{late:?}");
    assert_eq!(late.body["changes"][0]["by"], "alice", "{late:?}");
    let ended = served.post(&bob.0, &end, &[("If-Match", &etag)], &json!({}));
    assert_eq!((ended.status, &ended.body["status"]), (200, &json!("ended")), "{ended:?}");
    assert_eq!(ended.body["ended_by"], "bob");
}

#[test]
fn delegations_are_read_page_after_page() {
    let mut served = Served::start();
    let bob = served.bob().0;
    let made: Vec<String> = (0..3).map(|_| served.house.delegation("alice", false)).collect();
    served.house.delegation("bob", false);
    let mut received: Vec<String> = Vec::new();
    let clara = served.decider("clara", "Clara PETIT", Role::RegistrationOfficer).0;
    let mut path = "/delegations?limit=2".to_owned();
    loop {
        let page = served.get(&clara, &path);
        received.extend(numbers(&page.body).into_iter().map(str::to_owned));
        let link = page.header("link");
        let Some(next) = link.strip_prefix("</api/v1") else { break };
        path = next.split('>').next().unwrap().to_owned();
    }
    assert_eq!(received.len(), 4, "what alice and bob delegate to her");
    assert!(made.iter().all(|number| received.contains(number)));
    assert_eq!(numbers(&served.get(&bob, "/delegations").body).len(), 1, "his own alone");
}
