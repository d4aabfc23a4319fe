//! A card that is renewed goes where the register says, and no officer reads its order: not where that changed lately.

use diesel::prelude::*;
use store::schema::outbox;

use super::*;
use crate::order::get as order_of;
use crate::personalisation;
use crate::risk::recorded;

fn contact(house: &mut House, email: &str) {
    house.later(60);
    import_contacts(house, &[(&nurse(), "0102030405", email)]);
}

/// A plan that renews the nurse's card, which bob has approved.
fn approved_plan(house: &mut House) -> (Worker, CardNumber, RenewalPlan) {
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    contact(house, "elise@exemple.fr");
    house.later(5 * YEAR / 2);
    let plan = plan_as(house, job()).unwrap().unwrap();
    approve_as(house, "bob", &plan).unwrap();
    (worker, card, plan)
}

/// How many times the nurse was written to that an order was received.
fn received(house: &mut House) -> i64 {
    outbox::table.filter(outbox::notice.eq("received")).count().get_result(&mut house.db).unwrap()
}

/// The order is open for officers: one of them leaves it so, the second approves it, and the card takes the place of `card`.
fn decided_by_two(house: &mut House, mut worker: Worker, number: &str, card: CardNumber) {
    let order = order_of(&mut house.db, number).unwrap();
    assert_eq!(
        (order.origin, order.state, order.replaces),
        (Origin::Officer, OrderState::Submitted, Some(card))
    );
    let flags = recorded(&mut house.db, number, 1).unwrap();
    assert!(flags.iter().any(|one| one.flag == "contact-changed" && one.second_officer), "{flags:?}");
    assert_eq!(house.approve("bob", number).unwrap().state, OrderState::Submitted);
    assert!(matches!(house.approve("clara", number).unwrap().state, OrderState::Approved { .. }));
    let successor = house.personalise()[0];
    house.certify(&mut worker, &successor).unwrap();
    assert_eq!(house.activate(&successor).predecessor.unwrap().card, card);
}

#[test]
fn a_card_whose_holders_contact_changed_before_the_plan_is_applied_waits_for_two_officers() {
    on_both(|house| {
        let (worker, card, plan) = approved_plan(house);
        contact(house, "voleur@exemple.fr");
        let before = received(house);
        let applied = apply_now(house, &plan.id).unwrap();
        assert_eq!((applied.ordered, applied.refused), (vec![], vec![]));
        assert_eq!(received(house), before, "whoever has the contact is not written to");
        let (of, number) = applied.submitted[0].clone();
        assert_eq!(of, card);
        assert!(plan_as(house, job()).unwrap().is_none(), "it has a successor");
        assert_eq!(apply_now(house, &plan.id).unwrap().already, 1);
        decided_by_two(house, worker, &number, card);
    });
}

#[test]
fn a_card_whose_holders_contact_changed_after_the_plan_was_applied_waits_for_two_officers() {
    on_both(|house| {
        let (worker, card, plan) = approved_plan(house);
        let planned = apply_now(house, &plan.id).unwrap().ordered[0].1.clone();
        contact(house, "voleur@exemple.fr");
        let (before, act) = (received(house), house.job());
        let House { db, rng, verifier, bureau, .. } = &mut *house;
        let (register, prefix) = (&mut ImportedRegister, "26".parse().unwrap());
        let closed = db
            .write(|db| {
                personalisation::close_batch(db, register, verifier, prefix, bureau.name(), rng, &act)
            })
            .unwrap();
        assert_eq!(
            (closed.cards, closed.set_aside, closed.given_back),
            (vec![], vec![], vec![planned.clone()])
        );
        assert!(matches!(order_of(&mut house.db, &planned).unwrap().state, OrderState::Withdrawn { .. }));
        assert_eq!(received(house), before, "whoever has the contact is not written to");
        let instead = order::of_holder(&mut house.db, &nurse().to_string()).unwrap();
        let open = instead.into_iter().find(|order| order.is_undecided()).unwrap();
        assert!(plan_as(house, job()).unwrap().is_none(), "it has a successor");
        decided_by_two(house, worker, &open.number, card);
    });
}

#[test]
fn a_card_whose_holders_contact_changed_long_ago_is_renewed_with_its_plan() {
    let mut house = House::new();
    let (_, card, plan) = approved_plan(&mut house);
    contact(&mut house, "voleur@exemple.fr");
    house.later(31 * 86_400);
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!((applied.ordered[0].0, applied.submitted), (card, vec![]));
    assert_eq!(house.personalise().len(), 1);
}
