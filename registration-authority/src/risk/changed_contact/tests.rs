use professional_registry::ImportedRegister;
use store::Fault;

use super::super::{Looked, look, recorded};
use super::*;
use crate::certification::verify_evidence;
use crate::order::{self, OrderState};
use crate::personalisation;
use crate::testing::*;

const FLAG: &str = "contact-changed";

const SECONDS_A_DAY: u64 = 86_400;

/// A feed brings this e-mail, a minute later.
fn contact(house: &mut House, email: &str) {
    house.later(60);
    import_contacts(house, &[(&nurse(), "0102030405", email)]);
}

/// The nurse's e-mail has changed, five days ago.
fn changed_lately(house: &mut House) {
    contact(house, "elise@exemple.fr");
    contact(house, "voleur@exemple.fr");
    house.later(5 * SECONDS_A_DAY);
}

/// An order for the nurse.
fn ordered(house: &mut House) -> String {
    house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned()
}

/// The same, with the date that a web process chose to write with it.
fn ordered_and_dated(house: &mut House, dated: Timestamp) -> String {
    let number = ordered(house);
    let dated = dated.millis();
    house
        .sql(&format!(
            "DROP TRIGGER card_orders_keep_their_submitter;
             UPDATE card_orders SET submitted_at = {dated} WHERE number = '{number}'"
        ))
        .unwrap();
    number
}

fn looked(house: &mut House) -> Vec<String> {
    let act = house.job();
    let Looked { flagged, failed } = look(&mut house.db, &act).unwrap();
    assert_eq!(failed, []);
    flagged
}

/// Whether this version bears the flag.
fn is_flagged(house: &mut House, number: &str, version: i64) -> bool {
    let flags = recorded(&mut house.db, number, version).unwrap();
    flags.iter().any(|one| one.flag == FLAG && one.second_officer)
}

/// What the worker would certify on: nothing, or the code of why it would not.
fn evidence(house: &mut House, number: &str) -> &'static str {
    let (at, House { db, verifier, .. }) = (house.at, house);
    match verify_evidence(db, &mut ImportedRegister, verifier, number, at) {
        Ok(_) => "",
        Err(error) => error.code().name,
    }
}

/// Cards that were made, and orders that went back.
fn batch(house: &mut House) -> (usize, Vec<String>) {
    let act = house.job();
    let House { db, rng, verifier, bureau, .. } = house;
    let (register, prefix) = (&mut ImportedRegister, "26".parse().unwrap());
    let closed =
        db.write(|db| personalisation::close_batch(db, register, verifier, prefix, bureau.name(), rng, &act));
    let closed = closed.unwrap();
    assert_eq!(closed.set_aside, []);
    (closed.cards.len(), closed.given_back)
}

#[test]
fn whose_contact_a_feed_changed_within_thirty_days_before_needs_two_officers_and_nothing_of_it_is_said() {
    on_both(|house| {
        changed_lately(house);
        let number = ordered(house);
        assert_eq!(looked(house), std::slice::from_ref(&number));
        let flags = recorded(&mut house.db, &number, 1).unwrap();
        let flag = flags.iter().find(|one| one.flag == FLAG).unwrap();
        assert!(flag.second_officer, "{flag:?}");
        // It stands for good: neither the address, nor which of two it is, nor the day.
        assert!(!flag.reason.contains('@') && !flag.reason.contains("courriel"), "{flag:?}");
        assert!(!flag.reason.contains('/'), "{flag:?}");
        assert_eq!(looked(house), Vec::<String>::new(), "a version is flagged once");
        assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
        assert!(matches!(house.approve("clara", &number).unwrap().state, OrderState::Approved { .. }));
        assert_eq!(evidence(house, &number), "");
    });
}

#[test]
fn a_contact_that_never_changed_or_long_before_is_no_flag() {
    on_both(|house| {
        contact(house, "elise@exemple.fr");
        contact(house, "elise@exemple.fr");
        let number = ordered(house);
        assert_eq!(looked(house), Vec::<String>::new(), "{number}: read twice, changed never");
        house.approve("bob", &number).unwrap();
        assert_eq!(evidence(house, &number), "");
    });
    on_both(|house| {
        changed_lately(house);
        house.later(26 * SECONDS_A_DAY);
        let number = ordered(house);
        assert_eq!(looked(house), Vec::<String>::new(), "{number}: thirty-one days before");
        house.approve("bob", &number).unwrap();
        assert_eq!(evidence(house, &number), "");
    });
}

#[test]
fn no_date_that_the_web_role_writes_takes_the_flag_away() {
    for (days_away, ahead) in [(400, false), (400, true), (2, true)] {
        let mut house = House::new();
        changed_lately(&mut house);
        let away = DAY * days_away;
        let dated = if ahead { house.at.plus(away) } else { house.at.minus(away) };
        let number = ordered_and_dated(&mut house, dated);
        house.approve("bob", &number).unwrap();
        assert_eq!(evidence(&mut house, &number), "approval-evidence-missing", "{days_away} {ahead}");
        assert_eq!(batch(&mut house), (0, vec![number.clone()]));
        assert!(is_flagged(&mut house, &number, 2));
    }
    let mut house = House::new();
    changed_lately(&mut house);
    let dated = house.at.minus(DAY * 400);
    let number = ordered_and_dated(&mut house, dated);
    assert_eq!(looked(&mut house), [number], "and before anybody decides");
}

#[test]
fn a_contact_that_changes_after_the_look_is_flagged_while_the_order_is_open() {
    on_both(|house| {
        contact(house, "elise@exemple.fr");
        let number = ordered(house);
        assert_eq!(looked(house), Vec::<String>::new());
        contact(house, "voleur@exemple.fr");
        assert_eq!(looked(house), std::slice::from_ref(&number));
        assert!(is_flagged(house, &number, 1));
        assert_eq!(looked(house), Vec::<String>::new(), "a version is flagged once");
        assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
    });
}

#[test]
fn however_often_it_changes_after_the_approval_and_however_late_the_card_waits_for_a_second_officer() {
    on_both(|house| {
        contact(house, "elise@exemple.fr");
        let number = ordered(house);
        looked(house);
        house.approve("bob", &number).unwrap();
        contact(house, "voleur@exemple.fr");
        contact(house, "autre@exemple.fr");
        house.later(60 * SECONDS_A_DAY);
        assert_eq!(batch(house), (0, vec![number.clone()]), "long after, and changed twice");
        assert!(is_flagged(house, &number, 2));
    });
}

#[test]
fn what_a_slow_import_brings_after_the_approval_reaches_the_officers() {
    on_both(|house| {
        let mut worker = house.worker();
        contact(house, "elise@exemple.fr");
        // The import begins, the order is submitted, looked at and approved, and the change stands.
        let begun = house.at.plus(DAY);
        house.at = begun.plus(DAY / 24);
        let number = ordered(house);
        assert_eq!(looked(house), Vec::<String>::new());
        assert!(matches!(house.approve("bob", &number).unwrap().state, OrderState::Approved { .. }));
        let now = house.at;
        house.at = begun;
        import_contacts(house, &[(&nurse(), "0102030405", "voleur@exemple.fr")]);
        house.at = now;
        // Before anybody is told that it was approved.
        assert_eq!(house.refused(), [""; 0]);
        assert_eq!(house.take_effect().told, Vec::<String>::new());
        let order = order::get(&mut house.db, &number).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        assert!(is_flagged(house, &number, 2));
        assert_eq!(batch(house), (0, vec![]), "it waits for its officers");

        assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
        assert!(matches!(house.approve("clara", &number).unwrap().state, OrderState::Approved { .. }));
        house.receive();
        assert_eq!(house.take_effect().told, std::slice::from_ref(&number));
        let card = house.personalise()[0];
        // What changes once the card is made is no matter of its order any more.
        contact(house, "encore@exemple.fr");
        house.certify(&mut worker, &card).unwrap();
    });
}

#[test]
fn a_change_once_the_card_is_made_keeps_no_card_from_being_certified() {
    on_both(|house| {
        let mut worker = house.worker();
        contact(house, "elise@exemple.fr");
        house.approved(&nurse());
        let card = house.personalise()[0];
        contact(house, "voleur@exemple.fr");
        house.certify(&mut worker, &card).unwrap();
    });
}

#[test]
fn a_change_is_forgotten_once_no_flag_can_need_it() {
    on_both(|house| {
        let forgotten = |house: &mut House| {
            let act = house.job();
            forget(&mut house.db, &act).unwrap()
        };
        changed_lately(house);
        let number = ordered(house);
        looked(house);
        assert_eq!(forgotten(house), 0, "within the thirty days");
        house.later(60 * SECONDS_A_DAY);
        assert_eq!(forgotten(house), 0, "an order waits, whose next version it flags too");
        let act = house.officer("agent");
        let House { db, rng, .. } = house;
        db.write(|db| order::withdraw(db, &number, rng, &act)).unwrap();
        assert_eq!(forgotten(house), 1);
        let left = contact::last_change(&mut house.db, &nurse().to_string()).unwrap();
        assert_eq!((left, forgotten(house)), (None, 0));
        contact(house, "encore@exemple.fr");
        let left = contact::last_change(&mut house.db, &nurse().to_string()).unwrap();
        assert_eq!((left, forgotten(house)), (Some(house.at), 0), "a change of now");
    });
}
