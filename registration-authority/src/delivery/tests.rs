use card::CardNumber;
use store::Actor;

use super::*;
use crate::order::NewCardOrder;
use crate::testing::*;

fn successor(house: &mut House, worker: &mut Worker, replaced: CardNumber) -> CardNumber {
    let new = NewCardOrder { replaces: Some(replaced), ..cps(&nurse(), "60") };
    let number = house.submit("alice", new).unwrap().number().to_owned();
    house.approve("bob", &number).unwrap();
    let card = house.personalise()[0];
    house.certify(worker, &card).unwrap();
    card
}

#[test]
fn a_successor_takes_the_place_of_its_predecessor_in_one_step() {
    let mut house = House::new();
    let mut worker = house.worker();
    let old = house.active_card(&mut worker, &nurse());
    let new = successor(&mut house, &mut worker, old);
    assert_eq!(card::get(&mut house.db, &old).unwrap().life.status(), CardStatus::Active, "until then");
    let activation = house.activate(&new);
    let opposition = activation.predecessor.unwrap();
    assert_eq!((opposition.card, opposition.certificates.len()), (old, 2));
    assert_eq!(card::get(&mut house.db, &old).unwrap().life.status(), CardStatus::Opposed);
    assert_eq!(activation.card.life.status(), CardStatus::Active);
}

#[test]
fn when_the_successor_cannot_be_activated_the_predecessor_stays_active() {
    let mut house = House::new();
    let mut worker = house.worker();
    let old = house.active_card(&mut worker, &nurse());
    let new = successor(&mut house, &mut worker, old);
    house.accept_terms(&new);
    let act = house.officer("alice");
    // It was not handed over.
    let outcome = activate(&mut house.db, &new, TERMS, &mut house.rng, &act);
    assert_eq!(code(outcome), "card-wrong-state");
    assert_eq!(card::get(&mut house.db, &old).unwrap().life.status(), CardStatus::Active);
}

#[test]
fn a_predecessor_that_was_opposed_before_is_left_as_it_is() {
    let mut house = House::new();
    let mut worker = house.worker();
    let old = house.active_card(&mut worker, &nurse());
    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &old, Ground::Lost, &mut house.rng, &act).unwrap();
    let new = successor(&mut house, &mut worker, old);
    assert!(house.activate(&new).predecessor.is_none());
}

#[test]
fn orders_see_the_cards_that_stand_in_their_way() {
    let mut house = House::new();
    let mut worker = house.worker();
    let old = house.active_card(&mut worker, &nurse());
    assert_eq!(code(house.submit("alice", cps(&nurse(), "60"))), "order-card-active");
    let unknown = NewCardOrder { replaces: Some("2699999999".parse().unwrap()), ..cps(&nurse(), "60") };
    assert_eq!(code(house.submit("alice", unknown)), "order-replaces-another");
    let anothers = NewCardOrder { replaces: Some(old), ..cps(&other_nurse(), "60") };
    assert_eq!(code(house.submit("alice", anothers)), "order-replaces-another");
    let new = successor(&mut house, &mut worker, old);
    let again = NewCardOrder { replaces: Some(old), ..cps(&nurse(), "60") };
    assert_eq!(code(house.submit("alice", again)), "order-replaced-already");
    assert_eq!(code(house.submit("alice", cps(&nurse(), "60"))), "order-card-active");
    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &old, Ground::Lost, &mut house.rng, &act).unwrap();
    assert_eq!(code(house.submit("alice", cps(&nurse(), "60"))), "order-card-in-production");
    opposition::oppose(&mut house.db, &new, Ground::CardNotReceived, &mut house.rng, &act).unwrap();
    house.submit("alice", cps(&nurse(), "60")).expect("nothing stands in the way any more");
}

#[test]
fn an_officer_hands_over_and_the_holder_activates_his_own() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    house.accept_terms(&card);
    let holder = house.act(Actor::Holder(nurse().to_string()));
    let stranger = house.act(Actor::Holder(other_nurse().to_string()));
    let (rita, alice) = (house.officer("rita"), house.officer("alice"));
    let House { db, rng, .. } = &mut house;
    assert_eq!(code(deliver(db, &card, TERMS, rng, &holder)), "officer-unknown");
    assert_eq!(code(deliver(db, &card, TERMS, rng, &rita)), "officer-role-missing");
    deliver(db, &card, TERMS, rng, &alice).unwrap();
    assert_eq!(code(activate(db, &card, TERMS, rng, &stranger)), "delivery-not-yours");
    activate(db, &card, TERMS, rng, &holder).unwrap();
}
