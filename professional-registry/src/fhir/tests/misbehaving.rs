//! What is made of bad answers: an error with a code of its own, in bounded time, and never a no.

use std::time::Instant;

use serde_json::json;

use super::fixtures::{NURSE, bundle, coding, directory, exercise, organization, practitioner, role};
use super::server::{Answer, Server};
use super::*;

fn nurse() -> IdNatPs {
    NURSE.parse().unwrap()
}

/// What comes of asking a server that answers so, and how often it was asked.
fn asked(answer: impl Fn(usize, &str) -> Answer + Send + 'static) -> (&'static str, usize) {
    let server = Server::answering(answer);
    let code = refused(client(&server).read(&nurse(), now()));
    (code, server.asked().len())
}

#[test]
fn only_what_says_later_is_asked_again_and_not_for_ever() {
    assert_eq!(asked(|_, _| Answer::Status(503, "", "busy")), ("fhir-unavailable", 3));
    assert_eq!(asked(|_, _| Answer::Status(429, "Retry-After: 0\r\n", "")), ("fhir-unavailable", 3));
    assert_eq!(asked(|_, _| Answer::Status(429, "Retry-After: 3600\r\n", "")), ("fhir-unavailable", 1));
    assert_eq!(asked(|_, _| Answer::Status(500, "", "oops")), ("fhir-status", 1));
    assert_eq!(asked(|_, _| Answer::Status(404, "", "")), ("fhir-status", 1));
    assert_eq!(asked(|_, _| Answer::Status(401, "", "")), ("fhir-key-refused", 1));
    assert_eq!(asked(|_, _| Answer::Status(403, "", "")), ("fhir-key-refused", 1));
    // A redirect would carry the key elsewhere.
    assert_eq!(
        asked(|_, _| Answer::Status(302, "Location: http://127.0.0.1:1/\r\n", "")),
        ("fhir-status", 1)
    );
}

#[test]
fn whoever_says_later_is_waited_for_as_long_as_he_asks() {
    let server = Server::answering(|number, target| match number {
        0 => Answer::Status(429, "Retry-After: 1\r\n", ""),
        _ => Answer::Resource(directory(target, practitioner(NURSE, json!({})), &[])),
    });
    let began = Instant::now();
    assert!(client(&server).read(&nurse(), now()).unwrap().record.is_some());
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn a_slow_answer_is_given_up_in_time() {
    let began = Instant::now();
    let slow = |_: usize, _: &str| Answer::Slow(Duration::from_secs(30), bundle(&[], None));
    assert_eq!(asked(slow), ("fhir-unavailable", 1));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn nobody_listening_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = AnnuaireSante::new(&settings(&folder, "http://127.0.0.1:1/fhir")).unwrap();
    assert_eq!(refused(client.answers()), "fhir-unavailable");
}

#[test]
fn an_answer_that_is_cut_too_large_or_no_fhir_is_refused_as_what_it_is() {
    let whole = bundle(&[practitioner(NURSE, json!({}))], None);
    let cut = whole.clone();
    assert_eq!(asked(move |_, _| Answer::Cut(cut.clone(), 40)), ("fhir-unavailable", 1));
    let text = serde_json::to_vec(&whole).unwrap();
    let half = text[..text.len() / 2].to_vec();
    assert_eq!(asked(move |_, _| Answer::Octets(half.clone())), ("fhir-answer-unreadable", 1));
    assert_eq!(asked(|_, _| Answer::Octets(b"<html>portal</html>".to_vec())), ("fhir-answer-unreadable", 1));
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert_eq!(asked(move |_, _| Answer::Octets(deep.clone())), ("fhir-answer-unreadable", 1));
    assert_eq!(asked(|_, _| Answer::Octets(vec![b' '; 5 << 20])), ("fhir-answer-size", 1));
    let typed = json!({ "resourceType": "Bundle", "entry": [{ "resource": {
        "resourceType": "Practitioner", "id": 7, "identifier": "none" } }] });
    assert_eq!(asked(move |_, _| Answer::Resource(typed.clone())), ("fhir-answer-unreadable", 1));
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let wrong = |resource: serde_json::Value| asked(move |_, _| Answer::Resource(resource.clone())).0;
    assert_eq!(wrong(json!({ "resourceType": "OperationOutcome", "issue": [] })), "fhir-answer-wrong");
    assert_eq!(wrong(json!({ "issue": [] })), "fhir-answer-wrong");
    assert_eq!(wrong(json!([1, 2])), "fhir-answer-wrong");
    assert_eq!(wrong(bundle(&[organization(json!({}))], None)), "fhir-answer-wrong");
    assert_eq!(wrong(bundle(&[practitioner("899700000021", json!({}))], None)), "fhir-answer-wrong");
    let twice = [practitioner(NURSE, json!({})), practitioner(NURSE, json!({ "id": "another" }))];
    assert_eq!(wrong(bundle(&twice, None)), "fhir-answer-wrong");
    let directory_with = |more: serde_json::Value, roles: Vec<serde_json::Value>| {
        asked(move |_, target| Answer::Resource(directory(target, practitioner(NURSE, more.clone()), &roles)))
            .0
    };
    let of_another = role(json!({ "practitioner": { "reference": "Practitioner/003-1" } }));
    assert_eq!(directory_with(json!({}), vec![of_another]), "fhir-answer-wrong");
    // Somebody active of whom no profession is said: a public answer may leave it out.
    assert_eq!(directory_with(json!({ "qualification": [] }), vec![]), "fhir-answer-wrong");
    let no_category = json!({ "qualification": [{ "code": { "coding": [
        coding("TRE_G15-ProfessionSante", "60")] } }] });
    assert_eq!(directory_with(no_category, vec![]), "fhir-answer-wrong");
    let no_date = json!({ "qualification": [exercise("60", "C", Some("bald"))] });
    assert_eq!(directory_with(no_date, vec![]), "fhir-answer-wrong");
}

#[test]
fn the_key_follows_no_page_to_another_address_and_no_search_goes_on_for_ever() {
    let elsewhere = Server::answering(|_, _| Answer::Resource(bundle(&[], None)));
    let next = format!("{}/Practitioner?page=2", elsewhere.base());
    let (code, _) = asked(move |_, _| Answer::Resource(bundle(&[], Some(next.clone()))));
    assert_eq!(code, "fhir-answer-wrong");
    assert!(elsewhere.asked().is_empty(), "nobody was asked there");
}

#[test]
fn after_five_failures_nobody_is_asked_for_a_while_and_that_is_said_at_once() {
    let server = Server::answering(|_, _| Answer::Status(500, "", ""));
    let mut client = client(&server);
    for _ in 0..5 {
        assert_eq!(refused(client.read(&nurse(), now())), "fhir-status");
    }
    let began = Instant::now();
    assert_eq!(refused(client.read(&nurse(), now())), "fhir-breaker-open");
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!(server.asked().len(), 5);
}
