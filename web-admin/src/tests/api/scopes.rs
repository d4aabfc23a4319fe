//! What a scope keeps from a program.

use registration_authority::approval::Verdict;
use registration_authority::lapse;
use registration_authority::officers::Role;
use serde_json::json;
use store::Fault;

use super::super::scopes::{confine, planned};
use super::{House, Served};

#[test]
fn of_a_plan_a_program_reads_what_its_officer_does_and_neither_it_nor_the_rule_takes_his_decision() {
    let mut served = Served::start();
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let (plan, [his, other]) = planned(&mut served.house, true);
    let address = format!("/opposition-plans/{plan}");
    let whole = served.get(&bob, &address);
    assert_eq!((whole.body["cards"].as_array().unwrap().len(), &whole.body["hidden"]), (2, &json!(0)));
    confine(&served.house);
    for path in [address.clone(), "/opposition-plans".to_owned()] {
        let read = served.get(&bob, &path);
        assert_eq!(read.status, 200, "{read:?}");
        let text = read.body.to_string();
        assert!(text.contains(&his) && !text.contains(&other), "{text}");
    }
    let part = served.get(&bob, &address);
    assert_eq!(part.body["hidden"], 1, "{part:?}");
    let asked = [("If-Match", part.header("etag"))];
    let headers: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused =
        served.post(&bob, &format!("{address}/challenge"), &headers, &json!({"decision": "approve"}));
    assert_eq!((refused.status, refused.code()), (403, "officer-outside-scope"), "{refused:?}");
    // Whatever the web role hands in, the rule that the worker asks again takes it from nobody who is there for less.
    let act = served.house.officer("bob");
    let House { db, rng, approver, .. } = &mut served.house;
    let subject = lapse::get(db, &plan).unwrap().decidable();
    let proof = approver.approve(&subject, "bob", rng, act.at).unwrap();
    let verifier = approver.verifier();
    let taken = db.write(|db| lapse::decide(db, &verifier, &plan, Verdict::Approve, &proof, None, rng, &act));
    assert_eq!(taken.unwrap_err().code().name, "officer-outside-scope");
}

#[test]
fn what_is_about_everybody_is_counted_and_not_read_by_who_is_there_for_less() {
    let mut served = Served::start();
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let (plan, _) = planned(&mut served.house, false);
    let feed = served.house.held_feed(1);
    confine(&served.house);
    for (path, list, one) in
        [("/opposition-plans", "opposition_plans", plan), ("/register-feeds", "register_feeds", feed)]
    {
        let read = served.get(&bob, path);
        assert_eq!((&read.body[list], &read.body["hidden"]), (&json!([]), &json!(1)), "{read:?}");
        let refused = served.get(&bob, &format!("{path}/{one}"));
        assert_eq!((refused.status, refused.code()), (403, "officer-outside-scope"), "{refused:?}");
    }
}
