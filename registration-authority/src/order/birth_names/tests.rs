use professional_registry::ImportedRegister;
use store::DatabaseRole;

use super::*;
use crate::order::withdraw;
use crate::risk;
use crate::testing::*;
use crate::views;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// An order of the nurse DURAND Élise, whom the restricted feed says to be born so; the worker has looked at it.
fn looked_at(house: &mut House, family_name: &str, given_names: &str) -> String {
    import_civil_status(house, &[(&nurse(), family_name, given_names, "03/05/1984")]);
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let act = house.job();
    assert_eq!(risk::look(&mut house.db, &act).unwrap().failed, []);
    number
}

fn shown(house: &mut House, login: &str, number: &str) -> Option<BirthNames> {
    let act = house.officer(login);
    house.db.snapshot(|db| views::dossier(db, &mut ImportedRegister, number, &act)).unwrap().birth_names
}

fn others(family_name: &str, given_names: &str) -> Option<BirthNames> {
    let (family_name, given_names) = (family_name.to_owned(), given_names.to_owned());
    Some(BirthNames::Others { family_name, given_names })
}

#[test]
fn names_at_birth_that_differ_are_shown_to_who_reads_every_dossier_and_not_to_the_applicant() {
    on_both(|house| {
        let number = looked_at(house, "KERMAREC", "ELISE'MARIE");
        for login in ["bob", "audrey"] {
            assert_eq!(shown(house, login, &number), others("KERMAREC", "ELISE MARIE"), "{login}");
        }
        assert_eq!(shown(house, "agent", &number), None);
        let holder = {
            let act = house.officer("bob");
            house.db.snapshot(|db| views::holder(db, &mut ImportedRegister, &nurse(), &act)).unwrap()
        };
        assert_eq!(holder.birth_names, others("KERMAREC", "ELISE MARIE"));
    });
}

#[test]
fn of_names_that_are_those_in_practice_nothing_is_kept_twice() {
    for (family_name, given_names, kept) in [
        ("DURAND", "ELISE'MARIE", Some(BirthNames::AsInPractice)),
        ("Durand", "Marie'Élise", Some(BirthNames::AsInPractice)),
        ("DURAND", "MARIE", others("DURAND", "MARIE")),
        ("DURAND-PETIT", "ELISE", others("DURAND-PETIT", "ELISE")),
        ("", "", None),
    ] {
        let mut house = House::new();
        let number = looked_at(&mut house, family_name, given_names);
        assert_eq!(shown(&mut house, "bob", &number), kept, "{family_name} {given_names}");
    }
    // The open extract says no name at birth.
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let act = house.job();
    risk::look(&mut house.db, &act).unwrap();
    assert_eq!(shown(&mut house, "bob", &number), None);
}

#[test]
fn they_go_some_time_after_their_order_is_closed() {
    on_both(|house| {
        let number = looked_at(house, "KERMAREC", "ELISE");
        let by_hand =
            diesel::delete(order_birth_names::table).execute(&mut house.db).unwrap_err().to_string();
        assert!(by_hand.contains("of an open order"), "{by_hand}");
        let act = house.officer("agent");
        let House { db, rng, .. } = house;
        db.write(|db| withdraw(db, &number, rng, &act)).unwrap();
        house.later(YEAR.as_secs());
        let erased = |house: &mut House| {
            let act = house.job();
            let House { db, rng, .. } = house;
            erase_birth_names(db, YEAR, rng, &act).unwrap()
        };
        assert_eq!(erased(house), 0);
        house.later(1);
        assert_eq!((erased(house), erased(house)), (1, 0));
        assert_eq!(shown(house, "bob", &number), None);
    });
}

#[test]
fn the_web_role_reads_them_and_writes_none() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let number = looked_at(&mut house, "KERMAREC", "ELISE");
    let mut web = Database::open(&url, DatabaseRole::Web).unwrap();
    assert_eq!(birth_names(&mut web, &number).unwrap(), others("KERMAREC", "ELISE"));
    let written = diesel::delete(order_birth_names::table).execute(&mut web).unwrap_err().to_string();
    assert!(written.contains("permission denied"), "{written}");
}
