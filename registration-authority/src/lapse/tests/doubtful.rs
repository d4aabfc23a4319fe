//! A feed that ended more at once than a day usually brings may be cut behind a line, and be cut there again the next day: what rests on it
//! waits for two officers, however few the cards are.

use super::*;

/// A day's extract without that many of the crowd: of some seventy living, eleven are more than a twentieth and less than a fifth.
fn a_cut_day(house: &mut House, day: u64, gone: usize, warned: bool) {
    let report = house.try_import(day, &with_the_crowd(day, gone), None).unwrap();
    assert_eq!(!report.warnings.is_empty(), warned, "day {day}: {report:?}");
}

#[test]
fn a_cut_that_no_brake_stops_opposes_nobody_though_the_next_day_is_cut_alike() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        a_cut_day(house, 3, 11, true);
        assert_eq!(look(house).unwrap().found, 2);
        a_cut_day(house, 4, 11, false);
        look(house).unwrap();
        let done = oppose(house, ENOUGH);
        assert_eq!((done.opposed.len(), done.planned.len()), (0, 1), "{done:?}");
        assert_eq!(oppose(house, ENOUGH), Revalidation::default(), "planned once");
        // Whole again, but for one whom it may bring back without two officers: nobody has lost anything.
        let whole: Vec<Line> = with_the_crowd(5, 0).into_iter().filter(|line| line.person != 1010).collect();
        house.import_day(5, &whole);
        look(house).unwrap();
        assert_eq!(waiting(&mut house.db).unwrap(), []);
        assert!(cards.iter().all(|card| status(house, card) == CardStatus::Active));
    });
}

#[test]
fn what_two_officers_release_of_such_a_feed_is_opposed() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        for (day, warned) in [(3, true), (4, false)] {
            a_cut_day(house, day, 11, warned);
            look(house).unwrap();
        }
        let plan = oppose(house, ENOUGH).planned.remove(0);
        for officer in ["alice", "bob"] {
            assert_eq!(oppose(house, ENOUGH).opposed, []);
            released(house, officer, &plan, Verdict::Approve).unwrap();
        }
        assert_eq!(oppose(house, ENOUGH).opposed, cards);
    });
}

#[test]
fn a_cut_is_no_second_reading_of_who_had_left_before() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 1);
        a_cut_day(house, 3, 1, false);
        look(house).unwrap();
        a_cut_day(house, 4, 12, true);
        look(house).unwrap();
        let done = oppose(house, ENOUGH);
        assert_eq!((done.opposed.len(), done.planned.len()), (0, 1), "{done:?}");
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
    });
}

/// As `record` writes what the directory says: of one that it has still somebody, of the other that he is gone.
fn the_directory_says(house: &mut House, has: &CardNumber, has_not: &CardNumber) {
    let answer = "a".repeat(64);
    house
        .sql(&format!(
            "UPDATE card_lapses SET asked_at = 1 WHERE card_number = '{has}'; \
             UPDATE card_lapses SET asked_at = 1, second_answer = '{answer}' WHERE card_number = '{has_not}'"
        ))
        .unwrap();
}

#[test]
fn whoever_the_directory_still_has_loses_his_card_by_two_officers_and_not_by_the_next_feed() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 3);
        a_cut_day(house, 3, 3, false);
        look(house).unwrap();
        the_directory_says(house, &cards[0], &cards[1]);
        a_cut_day(house, 4, 3, false);
        look(house).unwrap();
        let done = oppose(house, ENOUGH);
        assert_eq!((&done.opposed[..], done.planned.len()), (&cards[1..], 1));
        let planned = get(&mut house.db, &done.planned[0]).unwrap();
        assert_eq!(planned.items.iter().map(|item| item.card).collect::<Vec<_>>(), cards[..1]);
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
    });
}

#[test]
fn what_the_directory_confirms_of_a_feed_that_was_cut_needs_nobody() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        a_cut_day(house, 3, 11, true);
        look(house).unwrap();
        the_directory_says(house, &cards[0], &cards[1]);
        assert_eq!(oppose(house, ENOUGH).opposed, cards[1..]);
    });
}
