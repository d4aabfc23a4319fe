//! What is read of good answers.

use serde_json::json;

use super::fixtures::{NURSE, bundle, coding, directory, exercise, organization, practitioner, role};
use super::server::{Answer, Server};
use super::*;
use crate::nomenclature::{Category, ExerciseMode, Profession};

fn nurse() -> IdNatPs {
    NURSE.parse().unwrap()
}

/// What is read of a directory with this practitioner and these roles.
fn reading(more: serde_json::Value, roles: Vec<serde_json::Value>) -> Result<Reading, FhirError> {
    let server = Server::answering(move |_, target| {
        Answer::Resource(directory(target, practitioner(NURSE, more.clone()), &roles))
    });
    client(&server).read(&nurse(), now())
}

#[test]
fn a_person_is_read_with_what_he_exercises_and_where_and_what_is_unknown_is_passed_by() {
    let found = reading(json!({}), vec![role(json!({}))]).unwrap();
    assert_eq!((found.cause, found.digest.len()), (None, 64));
    let record = found.record.unwrap();
    assert_eq!((record.id, record.ceased_at), (nurse(), None));
    assert_eq!(record.feed, found.digest);
    let names = (record.family_name.as_str(), record.given_name.as_str(), record.civility.as_str());
    assert_eq!(names, ("DUPRÉ-L'HÉRITIER", "Maëlle", "MME"));
    let [exercise] = &record.exercises[..] else { panic!("{:?}", record.exercises) };
    assert_eq!((exercise.profession.code(), exercise.category), ("60", Category::Civil));
    assert_eq!(exercise.practice_family_name, "DUPRÉ-L'HÉRITIER");
    let [activity] = &exercise.activities[..] else { panic!("{:?}", exercise.activities) };
    assert_eq!(activity.mode, Some(ExerciseMode::Employed));
    assert_eq!(activity.structure.as_ref().unwrap().as_str(), "F0B0193488");
    assert_eq!(activity.sector.as_ref().unwrap().code(), "SA01");
}

#[test]
fn each_question_carries_the_key_in_its_header_and_nothing_else_does() {
    let server = Server::answering(|_, target| {
        Answer::Resource(directory(target, practitioner(NURSE, json!({})), &[role(json!({}))]))
    });
    client(&server).read(&nurse(), now()).unwrap();
    let asked = server.asked();
    let targets: Vec<&str> = asked.iter().map(|one| one.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/fhir/v2/Practitioner?identifier=urn%3Aoid%3A1.2.250.1.71.4.2.1%7C899700000013&_count=50",
            "/fhir/v2/PractitionerRole?practitioner=003-997001&_count=50",
            "/fhir/v2/Organization?_id=001-01-997&_count=50",
        ]
    );
    assert!(asked.iter().all(|one| one.key.as_deref() == Some(KEY) && !one.target.contains(KEY)));
}

#[test]
fn pages_are_followed_to_the_last_one_and_not_for_ever() {
    for (last, code) in [(4, None), (usize::MAX, Some("fhir-answer-size"))] {
        let server = Server::paging(move |base, number, target| {
            if !target.contains("PractitionerRole") && !target.contains("_getpages") {
                return Answer::Resource(directory(target, practitioner(NURSE, json!({})), &[]));
            }
            let place = json!({ "organization": { "reference": format!("Organization/00{number}") } });
            let next = (number < last).then(|| format!("{base}?_getpages=7&_getpagesoffset={number}"));
            Answer::Resource(bundle(&[role(place)], next))
        });
        let read = client(&server).read(&nurse(), now());
        match code {
            None => {
                read.unwrap();
                let places =
                    server.asked().iter().filter(|one| one.target.contains("Organization?_id")).count();
                assert_eq!(places, 4, "one of each of the four pages");
            }
            Some(code) => assert_eq!(refused(read), code),
        }
    }
}

#[test]
fn a_structure_is_read_by_how_the_extracts_name_it() {
    let server = Server::answering(|_, _| Answer::Resource(bundle(&[organization(json!({}))], None)));
    let id: TechnicalStructureId = "F0B0193488".parse().unwrap();
    let found = client(&server).structure(&id).unwrap().unwrap();
    assert_eq!((found.corporate_name.as_str(), found.technical_id), ("CENTRE HOSPITALIER IMAGINAIRE", id));
    assert_eq!(found.finess.unwrap().as_str(), "0B0193488");
    // Whatever else is found under that question is not the structure.
    let other: TechnicalStructureId = "F0B0057881".parse().unwrap();
    assert_eq!(client(&server).structure(&other).unwrap(), None);
}

#[test]
fn whoever_is_not_found_is_nobody_and_that_is_an_answer() {
    let server = Server::answering(|_, _| Answer::Resource(bundle(&[], None)));
    let found = client(&server).read(&nurse(), now()).unwrap();
    assert_eq!((found.record, found.cause), (None, None));
}

#[test]
fn an_exercise_that_has_ended_has_ceased_and_one_that_will_end_has_not() {
    let nurse = Profession::from_code("60").unwrap();
    let living = |end: &str| {
        let more = json!({ "qualification": [exercise("60", "C", Some(end)), exercise("70", "C", None)] });
        reading(more, vec![]).unwrap().record.unwrap().living_exercise(nurse).is_some()
    };
    assert!(!living("2026-11-25") && !living("2026-11-26") && !living("2026-11-26T07:00:00+00:00"));
    assert!(living("2026-11-27") && living("2026-11-26T09:00:00+00:00"));
    // As the first version of the API says it: of a role.
    let code = json!([{ "coding": [
        coding("TRE_G15-ProfessionSante", "60"), coding("TRE_R09-CategorieProfessionnelle", "C"),
    ] }]);
    let of_role = |more: serde_json::Value| {
        let mut role = role(more);
        role["code"] = code.clone();
        let found = reading(json!({ "qualification": null }), vec![role]).unwrap();
        found.record.unwrap().living_exercise(nurse).is_some()
    };
    assert!(of_role(json!({})) && !of_role(json!({ "active": false })));
    assert!(!of_role(json!({ "period": { "end": "2026-11-01" } })));
}

#[test]
fn whoever_is_no_longer_active_has_ceased() {
    let record = reading(json!({ "active": false }), vec![]).unwrap().record.unwrap();
    assert_eq!(record.ceased_at.unwrap().to_string(), "2026-11-20T02:08:08Z");
}

/// The causes that the guide has a place for, and no other.
#[test]
fn why_somebody_left_is_said_where_the_directory_says_it() {
    let url =
        |name: &str| format!("https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/{name}");
    let motive = |code: &str| {
        let concept = json!({ "coding": [coding("TRE_R25-MotifFinActivite", code)] });
        role(json!({ "active": false, "extension": [
            { "url": url("as-ext-practitionerrole-end-cause"), "valueCodeableConcept": concept },
        ] }))
    };
    let registration = |end: Option<&str>| {
        json!({ "url": url("as-ext-registration"), "extension": [
            { "url": "isFirst", "valueBoolean": false },
            { "url": "period", "valuePeriod": { "start": "2010-01-01", "end": end } },
        ] })
    };
    let gone = json!({ "active": false });
    let cause = |more: &serde_json::Value, roles: Vec<serde_json::Value>| {
        reading(more.clone(), roles).unwrap().cause.map(EndCause::as_str)
    };
    for (code, said) in [
        ("DCD", Some("deceased")),
        ("RH", Some("retired")),
        ("RL", Some("retired")),
        ("RS", Some("retired")),
        ("ETR", None),
        ("CHP", None),
        ("AUT", None),
    ] {
        assert_eq!(cause(&gone, vec![motive(code)]), said, "{code}");
    }
    let with = |extensions: serde_json::Value| json!({ "active": false, "extension": extensions });
    let ended = registration(Some("2026-11-01"));
    assert_eq!(cause(&with(json!([ended])), vec![]), Some("struck-off"));
    assert_eq!(
        cause(&with(json!([ended, registration(None)])), vec![]),
        None,
        "of one council, not of the other"
    );
    assert_eq!(cause(&with(json!([registration(Some("2027-01-01"))])), vec![]), None, "not yet");
    assert_eq!(
        cause(&with(json!([ended])), vec![motive("RL")]),
        Some("retired"),
        "what is said counts first"
    );
    let died =
        json!([{ "url": url("as-ext-practitioner-deceased-date-time"), "valueDateTime": "2026-10-30" }]);
    assert_eq!(cause(&with(died), vec![]), Some("deceased"));
    assert_eq!(cause(&gone, vec![]), None);
}
