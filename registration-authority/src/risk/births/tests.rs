use professional_registry::ImportedRegister;
use store::DatabaseRole;

use super::super::recorded;
use super::*;
use crate::certification::verify_evidence;
use crate::order::OrderState;
use crate::testing::*;

fn looked(house: &mut House) -> Vec<String> {
    let act = house.job();
    let looked = look(&mut house.db, &act).unwrap();
    assert_eq!(looked.failed, []);
    looked.flagged
}

/// The nurse has a card; the other nurse, who was born on that day under that name, orders one.
fn entered_twice(house: &mut House, others_name: &str, others_day: &str) -> String {
    let (nurse, other) = (nurse(), other_nurse());
    let born = [(&nurse, "DURAND", "ELISE'MARIE", "03/05/1984"), (&other, others_name, "ELISE", others_day)];
    import_civil_status(house, &born);
    house.approved(&nurse);
    house.personalise();
    house.later(1);
    house.submit("agent", cps(&other, "60")).unwrap().number().to_owned()
}

#[test]
fn who_was_born_on_the_same_day_under_almost_the_same_name_needs_two_officers() {
    on_both(|house| {
        let number = entered_twice(house, "DURANT", "03/05/1984");
        assert_eq!(looked(house), std::slice::from_ref(&number));
        let flags = recorded(&mut house.db, &number, 1).unwrap();
        let flag = flags.iter().find(|one| one.flag == "same-person").unwrap();
        assert!(flag.second_officer, "{flag:?}");
        assert!(flag.reason.contains("la carte 26") && !flag.reason.contains("1984"), "{flag:?}");
        assert_eq!(looked(house), Vec::<String>::new(), "a version is looked at once");
        assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
        assert!(matches!(house.approve("clara", &number).unwrap().state, OrderState::Approved { .. }));
        let (at, House { db, verifier, .. }) = (house.at, house);
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).unwrap();
    });
}

#[test]
fn another_day_or_another_name_is_another_person() {
    for (name, day) in [("DURANT", "04/05/1984"), ("DURANT", ""), ("KERMAREC", "03/05/1984")] {
        let mut house = House::new();
        entered_twice(&mut house, name, day);
        assert_eq!(looked(&mut house), Vec::<String>::new(), "{name} {day}");
    }
}

#[test]
fn the_worker_finds_who_is_entered_twice_whatever_the_web_role_wrote() {
    let mut house = House::new();
    let number = entered_twice(&mut house, "DURANT", "03/05/1984");
    // Before the worker has looked, and nobody else knows.
    house.approve("bob", &number).unwrap();
    let (at, House { db, verifier, .. }) = (house.at, &mut house);
    let error = verify_evidence(db, &mut ImportedRegister, verifier, &number, at).unwrap_err();
    assert!(error.to_string().contains("second officer"), "{error}");
}

#[test]
fn the_web_role_reads_no_date_of_birth_and_no_look() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    entered_twice(&mut house, "DURANT", "03/05/1984");
    let mut web = Database::open(&url, DatabaseRole::Web).unwrap();
    let refused = same_birth(&mut web, &nurse().to_string()).unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    let mut worker = Database::open(&url, DatabaseRole::Worker).unwrap();
    let act = house.job();
    assert_eq!(look(&mut worker, &act).unwrap().flagged.len(), 1);
}

#[test]
fn orders_that_cannot_be_read_are_passed_by_however_many_there_are() {
    let mut house = House::new();
    let number = entered_twice(&mut house, "DURANT", "03/05/1984");
    // Older than it, and of no kind: what the web role can write.
    house
        .sql(&format!(
            "CREATE TEMP TABLE forged AS SELECT * FROM card_orders WHERE number = '{number}';
             UPDATE forged SET category = 'X', submitted_at = 1;"
        ))
        .unwrap();
    for at in 0..MOST {
        let holder = format!("8{:011}", at);
        house
            .sql(&format!(
                "UPDATE forged SET number = 'CO-1999-{at:06}', holder = '{holder}', profession = '{at}';
                 INSERT INTO card_orders SELECT * FROM forged;"
            ))
            .unwrap();
    }
    let act = house.job();
    let first = look(&mut house.db, &act).unwrap();
    assert_eq!((first.flagged.len(), first.failed.len() as i64), (0, MOST));
    let second = look(&mut house.db, &act).unwrap();
    assert_eq!((second.flagged, second.failed), (vec![number], vec![]));
}
