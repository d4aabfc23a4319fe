use card::CardKind;
use professional_registry::ImportedRegister;

use super::*;
use crate::certification::verify_evidence;
use crate::order::{OrderState, get};
use crate::testing::*;

fn run(house: &mut House, most_a_day: u32) -> Entered {
    let act = house.act(store::Actor::Job(JOB));
    let House { db, rng, .. } = house;
    order_for_entered(db, &mut ImportedRegister, most_a_day, rng, &act).unwrap()
}

/// The register of the second day, with that many nurses more.
fn with_crowd(count: u32) -> Vec<Line> {
    let mut lines = second_day();
    lines.extend(crowd(count));
    lines
}

#[test]
fn who_is_entered_in_the_register_has_his_card_ordered_once_and_an_officer_decides() {
    on_both(|house| {
        assert_eq!(run(house, 10), Entered::default(), "who was in the first feed was there before");
        house.import_day(2, &with_crowd(2));
        let done = run(house, 10);
        assert_eq!(done.ordered.len(), 2, "{done:?}");
        assert_eq!(run(house, 10), Entered::default(), "once");

        let order = get(&mut house.db, &done.ordered[0]).unwrap();
        assert_eq!((order.kind, &order.origin), (CardKind::Cps, &Origin::Register));
        assert_eq!((order.submitted_by.as_str(), order.state), ("job:registration", OrderState::Submitted));
        assert_eq!(order.register.record().unwrap().feed, order.register.feed, "the feed that says so");
        house.approve("alice", &order.number).unwrap();
        let (at, House { db, verifier, .. }) = (house.at, house);
        verify_evidence(db, &mut ImportedRegister, verifier, &order.number, at).unwrap();
    });
}

#[test]
fn no_more_are_ordered_within_a_day_than_the_configuration_says_and_none_where_it_is_off() {
    let mut house = House::new();
    house.import_day(2, &with_crowd(5));
    assert_eq!(run(&mut house, 0), Entered::default());
    let first = run(&mut house, 3);
    assert_eq!((first.ordered.len(), first.waiting), (3, 2));
    assert_eq!(run(&mut house, 3).ordered.len(), 0, "the same day");
    house.later(86_401);
    assert_eq!(run(&mut house, 3).ordered.len(), 2);
}

#[test]
fn nobody_is_ordered_for_again_after_a_refusal_nor_without_a_council_nor_as_a_student() {
    let mut house = House::new();
    let mut lines = second_day();
    let of = |number: u32, profession, category| Line {
        person: 1000 + number,
        family_name: "DUVAL",
        given_name: "Ange",
        profession,
        category,
    };
    lines.extend([of(0, "60", "C"), of(1, "91", "C"), of(2, "10", "E")]);
    house.import_day(2, &lines);
    let ordered = run(&mut house, 10).ordered;
    assert_eq!(ordered.len(), 1, "the nurse; not the speech therapist, nor the student");
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &ordered[0], rng, &act)).unwrap();
    assert_eq!(run(&mut house, 10), Entered::default());
}

#[test]
fn who_was_entered_long_ago_is_an_officers_matter() {
    let mut house = House::new();
    house.import_day(2, &with_crowd(1));
    house.later(31 * 86_400);
    assert_eq!(run(&mut house, 10), Entered::default());
}
