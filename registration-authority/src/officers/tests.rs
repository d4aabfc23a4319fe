use card::CardKind;
use professional_registry::{Department, Profession};
use store::{Actor, Timestamp};

use super::*;
use crate::testing::{House, code};

#[test]
fn an_officer_is_found_with_his_role_also_after_his_end() {
    let mut house = House::new();
    let found = find(&mut house.db, "alice").unwrap().unwrap();
    assert_eq!((found.role, found.ended_at), (Role::RegistrationOfficer, None));
    assert!(found.had(Right::Decide, house.at));
    assert!(
        !found.had(Right::Decide, Timestamp::from_millis(house.at.millis() - 1)),
        "not before he was enrolled"
    );

    let operator = house.act(Actor::Operator("root".to_owned()));
    house.later(60);
    let ending = Act { at: house.at, ..operator };
    let House { db, rng, .. } = &mut house;
    db.write(|db| end(db, "alice", rng, &ending)).unwrap();
    let found = find(db, "alice").unwrap().unwrap();
    assert!(!found.had(Right::Decide, ending.at));
    assert!(
        found.had(Right::Decide, ending.at.minus(std::time::Duration::from_secs(1))),
        "what he decided stands"
    );
    assert_eq!(code(db.write(|db| end(db, "alice", rng, &ending))), "officer-unknown");
    let alice = house.officer("alice");
    assert_eq!(code(require(&mut house.db, Right::Submit, &alice)), "officer-unknown");
}

#[test]
fn a_scope_is_read_as_it_is_written_and_nothing_else_is_one() {
    for text in [
        "",
        "profession:10",
        "structure:F0B0193488",
        "profession:10 profession:60 structure:R102671",
        "department:2A department:971 card:CPS card:CPE",
        "profession:10 structure:R102671 department:01 card:CPF",
    ] {
        let scope: Scope = text.parse().unwrap();
        assert_eq!((scope.to_string().as_str(), scope.is_everything()), (text, text.is_empty()));
    }
    assert_eq!(
        "profession:60 profession:10".parse::<Scope>().unwrap().to_string(),
        "profession:10 profession:60"
    );
    let many = (0..51).map(|number| format!("structure:R{number}")).collect::<Vec<_>>().join(" ");
    let bad = [
        "10",
        "profession:",
        "profession:999",
        "structure:X1",
        "place:R1",
        "profession=10",
        "department:20",
        "department:9A",
        "card:CPX",
        &many,
    ];
    for text in bad {
        assert_eq!(code(text.parse::<Scope>()), "officer-field-invalid", "{text}");
    }
}

#[test]
fn a_scope_covers_what_is_of_its_professions_and_of_its_structures() {
    let exercise = |code: &str, places: &[&str]| Reach::Exercise {
        profession: Profession::from_code(code).unwrap(),
        structures: places.iter().map(|place| (*place).to_owned()).collect(),
        kind: Some(CardKind::Cps),
    };
    let structure = |place: &str| Reach::Structure { structure: place.to_owned(), kind: None };
    let (here, there) = ("R1", "R2");
    for (scope, reach, covered) in [
        ("", exercise("10", &[]), true),
        ("", Reach::Everything, true),
        ("profession:10", exercise("10", &[]), true),
        ("profession:10", exercise("60", &[here]), false),
        ("structure:R1", exercise("60", &[there, here]), true),
        ("structure:R1", exercise("60", &[there]), false),
        ("structure:R1", exercise("60", &[]), false),
        ("profession:10 structure:R1", exercise("10", &[there]), false),
        ("profession:10 structure:R1", exercise("60", &[here]), false),
        ("profession:10 structure:R1", exercise("10", &[here]), true),
        ("structure:R1", structure(here), true),
        ("structure:R1", structure(there), false),
        ("profession:10", structure(here), false),
        ("structure:R1", Reach::Everything, false),
        ("profession:10", Reach::Everything, false),
    ] {
        let said = scope.parse::<Scope>().unwrap().judge_in(&reach, &[]);
        assert_eq!(said == Covered::Yes, covered, "{scope}: {reach:?}");
    }
}

#[test]
fn a_scope_covers_what_is_in_its_departments_and_of_its_cards_and_nothing_of_unknown_place() {
    let exercise = |kind| Reach::Exercise {
        profession: Profession::from_code("60").unwrap(),
        structures: vec!["R1".to_owned()],
        kind,
    };
    let structure = Reach::Structure { structure: "R1".to_owned(), kind: Some(CardKind::Cpe) };
    let cps = || exercise(Some(CardKind::Cps));
    let (yes, no, unknown) = (Covered::Yes, Covered::No, Covered::PlaceUnknown);
    for (scope, reach, places, covered) in [
        ("department:2A", cps(), &["2A"][..], yes),
        ("department:2A", cps(), &["2B"], no),
        ("department:2A", cps(), &["75", "2A"], yes),
        ("department:2A", cps(), &[], unknown),
        ("department:971", cps(), &["9A"], yes),
        ("department:974", cps(), &["971"], no),
        ("department:2A", structure.clone(), &["2A"], yes),
        ("department:2A", structure.clone(), &[], unknown),
        ("department:2A", Reach::Everything, &[], no),
        ("card:CPS", cps(), &[], yes),
        ("card:CPS", structure.clone(), &[], no),
        ("card:CPE", structure.clone(), &[], yes),
        ("card:CPS", exercise(None), &[], no),
        ("card:CPS", Reach::Everything, &[], no),
        ("card:CPF department:2A", cps(), &[], no),
        ("card:CPS department:2A profession:60 structure:R1", cps(), &["2A"], yes),
        ("card:CPS department:2A profession:10", cps(), &["2A"], no),
    ] {
        let places: Vec<Department> =
            places.iter().map(|code| Department::from_code(code).unwrap()).collect();
        let said = scope.parse::<Scope>().unwrap().judge_in(&reach, &places);
        assert_eq!(said, covered, "{scope}: {reach:?} in {places:?}");
    }
}

#[test]
fn every_right_is_had_by_the_roles_of_its_table_and_by_no_other() {
    let mut house = House::new();
    let logins = ["agent", "alice", "rita", "admin", "audrey"];
    let table = [
        (Right::Submit, vec!["agent", "alice"]),
        (Right::Decide, vec!["alice"]),
        (Right::Oppose, vec!["alice", "rita"]),
        (Right::Deliver, vec!["alice"]),
        (Right::Plan, vec!["alice"]),
        (Right::Enrol, vec!["admin"]),
        (Right::ReadQueue, vec!["alice", "rita", "audrey"]),
        (Right::ReadInbox, vec!["alice", "rita", "admin"]),
        (Right::ReadDossier, vec!["alice", "rita", "audrey"]),
        (Right::ReadOwnDossier, vec!["agent", "alice", "rita", "audrey"]),
        (Right::ReadNotes, vec!["alice", "audrey"]),
        (Right::ReadCard, vec!["alice", "rita", "audrey"]),
        (Right::ReadCertificates, vec!["alice", "rita", "audrey"]),
        (Right::ReadTrail, vec!["audrey"]),
        (Right::ReadOperations, vec!["admin", "audrey"]),
    ];
    for (right, allowed) in table {
        for login in logins {
            let act = house.officer(login);
            let outcome = require(&mut house.db, right, &act);
            match allowed.contains(&login) {
                true => assert_eq!(outcome.unwrap().login, login, "{right:?}"),
                false if format!("{right:?}").starts_with("Read") => {
                    assert_eq!(code(outcome), "reading-not-allowed", "{right:?} {login}");
                }
                false => assert_eq!(code(outcome), "officer-role-missing", "{right:?} {login}"),
            }
        }
    }
}

#[test]
fn nobody_but_an_enrolled_officer_has_a_right() {
    let mut house = House::new();
    for actor in [
        Actor::Officer("mallory".to_owned()),
        Actor::Job("renewal"),
        Actor::Operator("root".to_owned()),
        Actor::Holder("899700000017".to_owned()),
    ] {
        let act = house.act(actor);
        assert_eq!(code(require(&mut house.db, Right::Submit, &act)), "officer-unknown");
    }
}

#[test]
fn under_a_clock_before_his_enrolment_an_officer_is_told_of_the_clock() {
    let mut house = House::new();
    let alice = house.officer("alice");
    let early = Act { at: house.at.minus(std::time::Duration::from_secs(3600)), ..alice };
    let refused = require(&mut house.db, Right::Submit, &early).unwrap_err();
    assert_eq!(refused.code().name, "officer-not-enrolled-yet");
    assert!(refused.to_string().contains(&early.at.to_string()), "{refused}");
}

#[test]
fn only_the_operator_and_an_administrator_enrol() {
    let mut house = House::new();
    let admin = house.officer("admin");
    let alice = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| enrol(db, "carol", "Carole Imaginaire", Role::Auditor, rng, &admin)).unwrap();
    let outcome = db.write(|db| enrol(db, "dave", "David", Role::Auditor, rng, &alice));
    assert_eq!(code(outcome), "officer-role-missing");
    let outcome = db.write(|db| enrol(db, "carol", "Carole", Role::Auditor, rng, &admin));
    assert_eq!(code(outcome), "officer-already-enrolled");
    assert_eq!(list(db).unwrap().len(), 8);
}

#[test]
fn a_login_that_could_pass_for_a_job_is_refused() {
    let mut house = House::new();
    let admin = house.officer("admin");
    let House { db, rng, .. } = &mut house;
    for login in ["", "job:renewal", "Alice", "a b", "é", &"a".repeat(65)] {
        let outcome = db.write(|db| enrol(db, login, "Nom", Role::Auditor, rng, &admin));
        assert_eq!(code(outcome), "officer-field-invalid", "{login:?}");
    }
    for name in ["", "a\nb", &"a".repeat(101)] {
        let outcome = db.write(|db| enrol(db, "eve", name, Role::Auditor, rng, &admin));
        assert_eq!(code(outcome), "officer-field-invalid", "{name:?}");
    }
    assert_eq!(code("chief".parse::<Role>()), "officer-field-invalid");
}
