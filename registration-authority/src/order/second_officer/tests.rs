use diesel::prelude::*;
use professional_registry::ImportedRegister;
use store::schema::audit_events;

use super::*;
use crate::order::{self, OrderState};
use crate::testing::*;

fn asks(house: &mut House, login: &str, number: &str, version: i64) -> Result<CardOrder, SecondOfficerError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| ask_second_officer(db, number, version, rng, &act))
}

fn state(house: &mut House, number: &str) -> OrderState {
    get(&mut house.db, number).unwrap().state
}

fn asked(house: &mut House, number: &str) -> i64 {
    audit_events::table
        .filter(audit_events::action.eq("order.second-officer-asked"))
        .filter(audit_events::subject.eq(format!("order {number}")))
        .count()
        .get_result(&mut house.db)
        .unwrap()
}

#[test]
fn an_order_about_which_one_officer_is_in_doubt_is_approved_by_two() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        asks(house, "bob", &number, 1).unwrap();
        house.approve("bob", &number).unwrap();
        assert_eq!(state(house, &number), OrderState::Submitted, "he is the first of two");
        assert_eq!(code(house.approve("bob", &number)), "order-second-officer");
        asks(house, "clara", &number, 1).unwrap();
        assert_eq!(asked(house, &number), 1, "whoever asks again changes nothing");
        house.approve("clara", &number).unwrap();
        assert_eq!(state(house, &number), OrderState::Approved { at: house.at });
        assert_eq!(code(asks(house, "bob", &number, 1)), "order-not-open");
    });
}

#[test]
fn an_applicant_who_answers_does_not_shake_the_second_officer_off() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        asks(house, "bob", &number, 1).unwrap();
        let (officer, agent) = (house.officer("bob"), house.officer("agent"));
        let House { db, rng, .. } = house;
        db.write(|db| order::ask(db, &number, 1, "Pourquoi ?", rng, &officer)).unwrap();
        db.write(|db| order::answer(db, &mut ImportedRegister, &number, "Parce que.", rng, &agent)).unwrap();
        house.approve("bob", &number).unwrap();
        assert_eq!(state(house, &number), OrderState::Submitted);
    });
}

#[test]
fn who_may_not_decide_asks_for_nobody_and_of_what_was_not_read_nothing_is_asked() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    for login in ["agent", "rita", "admin", "audrey"] {
        assert_eq!(code(asks(&mut house, login, &number, 1)), "officer-role-missing", "{login}");
    }
    assert_eq!(code(asks(&mut house, "bob", &number, 2)), "order-not-open");
    assert_eq!(code(asks(&mut house, "bob", "CO-2026-999999", 1)), "order-unknown");
    assert_eq!(asked(&mut house, &number), 0);
}
