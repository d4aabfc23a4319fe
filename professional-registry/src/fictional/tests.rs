use std::collections::HashSet;

use store::Timestamp;

use super::*;
use crate::extract::{Encoding, Form, Header, Lines, Row};
use crate::nomenclature::InForce;

fn written(register: &FictionalRegister) -> Vec<u8> {
    let mut out = Vec::new();
    register.write(&mut out).unwrap();
    out
}

/// Hands every row to `look`.
fn each_row(file: &[u8], mut look: impl FnMut(&Row<'_>)) {
    let mut lines = Lines::new(file, Encoding::Utf8);
    let header = Header::read(
        Form::ACTIVITIES,
        lines.next().unwrap().unwrap().1,
        InForce::at(Timestamp::from_seconds(1_795_000_000)),
    )
    .unwrap();
    while let Some((number, line)) = lines.next().unwrap() {
        let row = Row::read(header, number, line).unwrap_or_else(|error| panic!("{error}"));
        assert!(row.dropped.is_empty(), "{:?}", row.dropped);
        look(&row);
    }
}

#[test]
fn the_same_seed_writes_the_same_file_and_another_seed_another() {
    let first = written(&FictionalRegister::new(200, 42));
    assert_eq!(first, written(&FictionalRegister::new(200, 42)));
    assert_ne!(first, written(&FictionalRegister::new(200, 43)));
}

#[test]
fn every_line_reads_without_a_remark_and_stays_in_the_test_ranges() {
    let file = written(&FictionalRegister::new(3000, 7));
    let mut persons = HashSet::new();
    each_row(&file, |row| {
        assert!(row.id_nat.parse::<crate::IdNatPs>().unwrap().rpps().unwrap().is_test());
        assert!(row.profession.is_active(Timestamp::from_seconds(1_795_000_000)));
        if let Some(place) = row.structure {
            assert!(place.finess.is_empty() || place.finess.starts_with("0B"), "{place:?}");
            assert!(place.siret.is_empty() || place.siret.starts_with("000000000"), "{place:?}");
        }
        persons.insert(row.id_nat.to_owned());
    });
    assert_eq!(persons.len(), 3000);
}

#[test]
fn the_register_holds_what_makes_a_real_one_hard() {
    let file = written(&FictionalRegister::new(3000, 7));
    let mut seen: HashSet<&str> = HashSet::new();
    let mut professions: std::collections::HashMap<String, HashSet<&str>> = Default::default();
    let mut last = String::new();
    let mut closed = HashSet::new();
    let mut structures: std::collections::HashMap<String, String> = Default::default();
    each_row(&file, |row| {
        seen.insert(["S", "L", "B", ""].into_iter().find(|mode| *mode == row.mode).unwrap());
        seen.insert(row.category.code());
        if row.structure.is_some_and(|place| place.corporate_name.chars().count() > 40) {
            seen.insert("long corporate name");
        }
        for (mark, name) in
            [("'", "apostrophe"), ("-", "hyphen"), (" ", "space"), ("É", "accent"), ("Œ", "ligature")]
        {
            if row.family_name.contains(mark) {
                seen.insert(name);
            }
        }
        if row.id_nat != last {
            if closed.contains(row.id_nat) {
                seen.insert("lines apart");
            }
            closed.insert(std::mem::replace(&mut last, row.id_nat.to_owned()));
        }
        let of_person = professions.entry(row.id_nat.to_owned()).or_default();
        of_person.insert(row.profession.code());
        if of_person.len() > 1 {
            seen.insert("two professions");
        }
        if let Some(place) = row.structure {
            let text = format!("{place:?}");
            let standing = structures.entry(place.technical_id.to_owned()).or_insert_with(|| text.clone());
            if place.technical_id.starts_with(['F', 'C']) {
                assert_eq!(*standing, text, "a structure is the same for everybody");
            }
        }
    });
    for wanted in [
        "S",
        "L",
        "B",
        "C",
        "M",
        "E",
        "long corporate name",
        "apostrophe",
        "hyphen",
        "space",
        "accent",
        "ligature",
        "lines apart",
        "two professions",
    ] {
        assert!(seen.contains(wanted), "no {wanted}");
    }
}

#[test]
fn a_day_changes_ceases_and_brings_about_its_share() {
    let today = FictionalRegister::new(5000, 3);
    let (tomorrow, day) = today.next_day(0.04);
    assert_eq!((tomorrow.clone(), day.clone()), today.next_day(0.04));
    for (found, wanted) in [(day.new.len(), 50), (day.ceased.len(), 50), (day.changed.len(), 100)] {
        assert!((wanted / 2..=wanted * 2).contains(&found), "{found} instead of about {wanted}");
    }
    let before: HashSet<_> = today.professionals().collect();
    let after: HashSet<_> = tomorrow.professionals().collect();
    assert!(day.ceased.iter().all(|rpps| before.contains(rpps) && !after.contains(rpps)));
    assert!(day.new.iter().all(|rpps| !before.contains(rpps) && after.contains(rpps)));
    assert_eq!(today.next_day(0.0).0.living, today.living);
}

#[test]
fn a_person_struck_off_is_absent_from_then_on() {
    let mut register = FictionalRegister::new(20, 3);
    let person = register.professionals().nth(4).unwrap();
    assert_eq!(register.strike_off(std::slice::from_ref(&person)), 1);
    assert_eq!(register.strike_off(std::slice::from_ref(&person)), 0);
    assert!(!String::from_utf8(written(&register)).unwrap().contains(person.as_str()));
    assert!(!register.next_day(0.5).0.professionals().any(|rpps| rpps == person));
}
