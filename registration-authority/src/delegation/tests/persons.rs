//! Two signatures are two persons' only where nobody stands behind both.

use ca_core::certificate;
use card::{CardNumber, KeyUsage};

use super::*;
use crate::enrolment::{NewCredential, NewEnrolment};

/// These two logins are one person's, who signs in under each with a card of his own.
fn one_person(desk: &mut Desk, logins: [&str; 2]) {
    let house = &mut desk.house;
    let mut worker = house.worker();
    for (login, profession) in logins.into_iter().zip(["60", "70"]) {
        house.approved_for(&twofold(), profession);
        let card: CardNumber = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        house.activate(&card);
        let of_card = card::certificates::of_card(&mut house.db, &card).unwrap();
        let one = of_card.into_iter().find(|one| one.usage == KeyUsage::Authentication).unwrap();
        let recorded = certificate::find(&mut house.db, &one.issuer, &one.serial.parse().unwrap());
        let der = recorded.unwrap().unwrap().status.der().unwrap().to_vec();
        let officer = crate::officers::find(&mut house.db, login).unwrap().unwrap();
        let new = NewEnrolment {
            login: officer.login,
            display_name: officer.display_name,
            role: officer.role,
            scope: officer.scope,
            email: None,
            credential: NewCredential::Certificate(der),
        };
        let (act, roster) = (house.officer("admin"), house.verifier.roster(&mut house.db).unwrap());
        let House { db, rng, verifier, .. } = &mut *house;
        db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap();
    }
    house.later(1);
}

/// An order for a nurse of which somebody asked that two officers approve it.
fn for_two(desk: &mut Desk) -> String {
    let number = desk.for_nurse();
    let act = desk.house.officer("alice");
    let House { db, rng, .. } = &mut desk.house;
    db.write(|db| order::ask_second_officer(db, &number, 1, rng, &act)).unwrap();
    number
}

fn approve(desk: &mut Desk, login: &str, number: &str) -> Result<OrderState, &'static str> {
    let Desk { house, dora, eve, fay, .. } = desk;
    let key = match login {
        "dora" => dora,
        "eve" => eve,
        _ => fay,
    };
    house.approve_by((login, key), number).map(|order| order.state).map_err(|error| error.code().name)
}

#[test]
fn a_second_look_is_not_by_somebody_who_acts_in_the_name_of_the_first() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    let order = for_two(&mut desk);
    assert!(matches!(approve(&mut desk, "dora", &order), Ok(OrderState::Submitted)));
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("delegation-one-person"));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.by_hand(&order, Some(&number)), ["delegation-one-person"]);
    desk.given_back(&order);
}

#[test]
fn nor_by_who_delegated_to_whoever_looked_first() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    let order = for_two(&mut desk);
    assert_eq!(desk.approve_under(&order, Some(&number)), Ok(()));
    assert_eq!(approve(&mut desk, "dora", &order), Err("delegation-one-person"));
    // A third one, in her own name, is a second person.
    assert!(matches!(approve(&mut desk, "fay", &order), Ok(OrderState::Approved { .. })));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.evidence(&order), Ok(()));
}

#[test]
fn who_is_there_by_her_own_scope_decides_in_her_own_name_and_is_a_second_person() {
    let mut desk = Desk::new();
    let week = desk.week();
    desk.delegated(NewDelegation { delegate: "fay".to_owned(), ..week });
    let order = for_two(&mut desk);
    assert!(matches!(approve(&mut desk, "dora", &order), Ok(OrderState::Submitted)));
    assert!(matches!(approve(&mut desk, "fay", &order), Ok(OrderState::Approved { .. })));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.evidence(&order), Ok(()));
}

#[test]
fn nobody_decides_in_the_name_of_who_submitted_it() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    let order = desk.house.submit("dora", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("delegation-one-person"));
    let eve = desk.house.officer("eve");
    let inbox = crate::inbox::inbox(&mut desk.house.db, &hours(), &eve).unwrap();
    assert_eq!(inbox.to_sign, []);
    let House { db, rng, .. } = &mut desk.house;
    let filter = Filter::of(order::OrderStatus::Submitted);
    let next = db.write(|db| next(db, &hours(), &filter, rng, &eve));
    assert_eq!(code(next), "queue-empty");
    assert_eq!(desk.by_hand(&order, Some(&number)), ["delegation-one-person"]);
}

#[test]
fn a_delegate_cannot_tell_from_what_is_listed_who_looked_first() {
    for both in [false, true] {
        let mut desk = Desk::new();
        let week = desk.week();
        let number = desk.delegated(week.clone());
        if both {
            // Fay, who is there for both, delegates the same to eve.
            let by_fay = desk.propose("fay", week).unwrap().number;
            let subject = get(&mut desk.house.db, &by_fay).unwrap().decidable();
            let proof = desk.house.key_proof(("fay", &desk.fay), &subject);
            desk.sign_with("fay", &by_fay, &proof).unwrap();
            assert_eq!(desk.house.refused(), [""; 0]);
        }
        let eve = desk.house.officer("eve");
        let told = |desk: &mut Desk| {
            let House { db, rng, .. } = &mut desk.house;
            let inbox = crate::inbox::inbox(db, &hours(), &eve).unwrap();
            let filter = Filter::of(order::OrderStatus::Submitted);
            let next = db.write(|db| next(db, &hours(), &filter, rng, &eve));
            (inbox, next.map_err(|error| error.code().name))
        };
        let order = for_two(&mut desk);
        let before = told(&mut desk);
        assert_eq!(before.0.to_sign.len(), 1, "{before:?}");
        assert!(matches!(approve(&mut desk, "dora", &order), Ok(OrderState::Submitted)));
        assert_eq!(told(&mut desk), before, "dora has looked");
        // She is told when she signs, whoever else delegated to her.
        assert_eq!(desk.approve_under(&order, Some(&number)), Err("delegation-one-person"));
        assert!(matches!(approve(&mut desk, "fay", &order), Ok(OrderState::Approved { .. })));
    }
}

#[test]
fn who_delegated_does_not_look_again_at_what_was_approved_in_her_name() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    let order = desk.for_nurse();
    desk.approve_under(&order, Some(&number)).unwrap();
    let order = order::get(&mut desk.house.db, &order).unwrap();
    let about = review::About::Approval { version: order.version, order: Box::new(order), card: None };
    let at = desk.house.at;
    for (login, own) in [("dora", true), ("fay", false)] {
        let officer = crate::officers::find(&mut desk.house.db, login).unwrap().unwrap();
        let judged = review::may_conclude(&mut desk.house.db, &officer, "RL-0", &about, at);
        assert_eq!(judged.is_err(), own, "{login}");
    }
}

#[test]
fn what_is_near_to_who_delegated_is_not_for_her_delegate_to_sign_and_the_inbox_says_by_whose_delegation() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    let order = for_two(&mut desk);
    let inbox = |desk: &mut Desk| {
        let eve = desk.house.officer("eve");
        crate::inbox::inbox(&mut desk.house.db, &hours(), &eve).unwrap()
    };
    let before = inbox(&mut desk);
    let [waiting] = &before.to_sign[..] else { panic!("{before:?}") };
    let by = waiting.by.as_ref().expect("her own scope is not enough");
    assert_eq!((by.number.as_str(), by.delegator.as_str()), (number.as_str(), "dora"));
    // Dora is the nurse herself; eve is nobody to her.
    let named = order::get(&mut desk.house.db, &order).unwrap();
    desk.house.sql("DROP TRIGGER officers_keep_who_they_are").unwrap();
    let name = format!("{} {}", named.given_name, named.family_name);
    desk.house.sql(&format!("UPDATE officers SET display_name = '{name}' WHERE login = 'dora'")).unwrap();
    let after = inbox(&mut desk);
    assert_eq!((after.to_sign.len(), after.hidden.get(&crate::inbox::Why::Near)), (0, Some(&1)));
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("decision-on-oneself"));
}

#[test]
fn nor_in_the_name_of_a_person_who_looked_first_under_another_login() {
    let mut desk = Desk::new();
    one_person(&mut desk, ["dora", "fay"]);
    let week = desk.week();
    let number = desk.delegated(week);
    let order = for_two(&mut desk);
    assert!(matches!(approve(&mut desk, "fay", &order), Ok(OrderState::Submitted)));
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("delegation-one-person"));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.by_hand(&order, Some(&number)), ["delegation-one-person"]);
    desk.given_back(&order);
}

#[test]
fn nor_in_the_name_of_a_person_who_submitted_it_under_another_login() {
    let mut desk = Desk::new();
    one_person(&mut desk, ["dora", "fay"]);
    let week = desk.week();
    let number = desk.delegated(week);
    let order = desk.house.submit("fay", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("delegation-one-person"));
    assert_eq!(desk.by_hand(&order, Some(&number)), ["delegation-one-person"]);
}
