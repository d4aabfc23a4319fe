use std::time::Duration;

use professional_registry::ImportedRegister;

use super::*;
use crate::order::{self, NewDocument};
use crate::testing::*;

/// What `login` is told who had read so.
fn told(
    house: &mut House,
    login: &str,
    number: &str,
    read: Read,
) -> Vec<(&'static str, Option<String>, i64)> {
    let act = house.officer(login);
    let db = &mut house.db;
    let (_, changes) = db.snapshot(|db| changes(db, &mut ImportedRegister, number, &read, &act)).unwrap();
    assert!(changes.is_sorted_by_key(|one| one.at));
    changes.into_iter().map(|one| (one.what.as_str(), one.by, one.version)).collect()
}

fn version(version: i64) -> Read {
    Read { version: Some(version), ..Read::default() }
}

fn by(what: &'static str, login: &str, version: i64) -> (&'static str, Option<String>, i64) {
    (what, Some(login.to_owned()), version)
}

fn ask(house: &mut House, login: &str, number: &str, version: i64) {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| order::ask(db, number, version, "Quel contrat ?", rng, &act)).unwrap();
}

fn answer(house: &mut House, login: &str, number: &str) {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| order::answer(db, &mut ImportedRegister, number, "Le nouveau.", rng, &act)).unwrap();
}

fn attach(house: &mut House, login: &str, number: &str) {
    let act = house.officer(login);
    let new = NewDocument { name: "contrat.pdf".to_owned(), content: b"%PDF-1.7\nfictif".to_vec() };
    let House { db, rng, .. } = house;
    db.write(|db| order::attach(db, &mut ImportedRegister, number, &new, rng, &act)).unwrap();
}

fn refresh(house: &mut House, login: &str, number: &str, version: i64) {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| order::refresh(db, &mut ImportedRegister, number, version, rng, &act)).unwrap();
}

fn take_back(house: &mut House, login: &str, number: &str, version: i64) {
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| order::take_back(db, &mut ImportedRegister, verifier, number, version, rng, &act)).unwrap();
}

#[test]
fn whoever_comes_too_late_is_told_who_asked_answered_attached_and_refreshed_since_he_read() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        house.later(60);
        let read_at = house.at;
        house.later(60);
        ask(house, "bob", &number, 1);
        let asked = by("question-asked", "bob", 1);
        assert_eq!(told(house, "clara", &number, version(1)), std::slice::from_ref(&asked));
        let waiting = Read { waiting: true, ..version(1) };
        assert_eq!(told(house, "clara", &number, waiting), [], "he has read that it waits");
        let at = Read { at: Some(house.at.plus(Duration::from_secs(1))), ..version(1) };
        assert_eq!(told(house, "clara", &number, at), [], "and so has who read it afterwards");
        house.later(60);
        attach(house, "agent", &number);
        let while_it_waits = by("document-attached", "agent", 1);
        house.later(60);
        answer(house, "agent", &number);
        let answered = by("question-answered", "agent", 1);
        house.later(60);
        attach(house, "agent", &number);
        let attached = by("document-attached", "agent", 2);
        house.later(60);
        refresh(house, "alice", &number, 3);
        let refreshed = by("refreshed", "alice", 3);

        let all = [asked, while_it_waits, answered, attached.clone(), refreshed.clone()];
        let read = Read { at: Some(read_at), ..version(1) };
        assert_eq!(told(house, "clara", &number, read), all);
        assert_eq!(told(house, "clara", &number, Read { version: None, ..read }), all, "by the moment alone");
        assert_eq!(told(house, "clara", &number, version(2)), [attached, refreshed.clone()]);
        // However long ago: the sequencer gave it its place meanwhile.
        let job = house.job();
        place_leaves(&mut house.db, &job);
        house.later(3600);
        assert_eq!(told(house, "clara", &number, version(3)), [refreshed]);
        assert_eq!(told(house, "clara", &number, version(4)), []);

        let act = house.officer("agent");
        let House { db, rng, .. } = house;
        db.write(|db| order::withdraw(db, &number, rng, &act)).unwrap();
        assert_eq!(told(house, "clara", &number, version(4)), [by("withdrawn", "agent", 4)]);
    });
}

#[test]
fn whoever_looks_for_himself_is_told_what_happened_but_of_no_other_look() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let flag = |house: &mut House, version: i64| {
        let flag = format!(
            "INSERT INTO order_flags VALUES ('{number}', {version}, 'similar-person', 'orange', TRUE, 'x', 0)"
        );
        house.sql(&flag).unwrap();
    };
    flag(&mut house, 1);
    house.approve("bob", &number).unwrap();
    house.later(60);
    take_back(&mut house, "bob", &number, 1);
    flag(&mut house, 2);
    house.later(60);
    attach(&mut house, "agent", &number);
    flag(&mut house, 3);
    house.approve("bob", &number).unwrap();
    let attached = by("document-attached", "agent", 2);
    assert_eq!(told(&mut house, "clara", &number, version(1)), std::slice::from_ref(&attached));
    assert_eq!(
        told(&mut house, "clara", &number, version(2)),
        std::slice::from_ref(&attached),
        "whatever came before"
    );
    let all = [by("taken-back", "bob", 1), attached, by("approved", "bob", 3)];
    assert_eq!(told(&mut house, "bob", &number, version(1)), all, "what he did himself he knows");
    house.approve("clara", &number).unwrap();
    let told = told(&mut house, "clara", &number, version(3));
    assert_eq!(told, [by("approved", "bob", 3), by("approved", "clara", 3)], "once it is decided");
}

#[test]
fn what_the_worker_gave_back_is_told_as_its_own_act() {
    let mut house = House::new();
    import_contacts(&mut house, &[(&nurse(), "0102030405", "elise@exemple.fr")]);
    let number = house.approved(&nurse()).number;
    house.later(60);
    import_contacts(&mut house, &[(&nurse(), "0102030405", "voleur@exemple.fr")]);
    house.receive();
    assert_eq!(told(&mut house, "audrey", &number, version(1)), [("given-back", None, 1)]);
}
