//! Two readings follow each other: where a feed between them names again what the first no longer named, they are two first ones, though
//! nobody has looked meanwhile.

use super::*;

/// The day's register, with the second profession of who has two, or without it.
fn a_day_of_two(house: &mut House, day: u64, both: bool) {
    let gone = |line: &Line| !both && line.given_name == "Jean-Marc" && line.profession == "70";
    let lines: Vec<Line> = with_the_crowd(day, 0).into_iter().filter(|line| !gone(line)).collect();
    house.import_day(day, &lines);
}

#[test]
fn who_was_named_between_two_readings_that_nobody_looked_at_keeps_his_card() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        a_day(house, 3, 1);
        look(house).unwrap();
        let first = open(&mut house.db, 10).unwrap().remove(0).first_sequence;
        a_day(house, 4, 0);
        a_day(house, 5, 1);
        let looked = look(house).unwrap();
        assert_eq!((looked.found, looked.lifted), (1, 1), "what was read before is worth nothing");
        assert_eq!(oppose(house, ENOUGH), Revalidation::default());
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((lapse.card, lapse.first_sequence), (cards[0], first + 2));
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
        // One that says it next is the second.
        a_day(house, 6, 1);
        assert_eq!(revalidate(house, ENOUGH), cards[..1]);
    });
}

#[test]
fn feeds_that_all_leave_somebody_out_follow_each_other_though_nobody_looked_at_one() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        a_day(house, 4, 1);
        a_day(house, 5, 1);
        assert_eq!(revalidate(house, ENOUGH), cards);
    });
}

#[test]
fn an_exercise_that_was_named_between_two_readings_keeps_its_card() {
    on_both(|house| {
        a_day_of_two(house, 2, true);
        let mut worker = house.worker();
        let number = house.submit("alice", cps(&twofold(), "70")).unwrap().number().to_owned();
        house.approve("bob", &number).unwrap();
        let card = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        house.activate(&card);
        a_day_of_two(house, 3, false);
        assert_eq!(look(house).unwrap().found, 1);
        a_day_of_two(house, 4, true);
        a_day_of_two(house, 5, false);
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(status(house, &card), CardStatus::Active);
        a_day_of_two(house, 6, false);
        assert_eq!(revalidate(house, ENOUGH), [card]);
    });
}

#[test]
fn a_plan_that_was_released_opposes_nobody_whom_a_feed_has_named_since() {
    on_both(|house| {
        let (cards, plan) = too_many(house);
        a_day(house, 5, 2);
        a_day(house, 6, 3);
        look(house).unwrap();
        for officer in ["alice", "bob"] {
            released(house, officer, &plan, Verdict::Approve).unwrap();
        }
        assert_eq!(oppose(house, 2).opposed, cards[..2]);
        assert_eq!(status(house, &cards[2]), CardStatus::Active);
    });
}
