//! A feed that does not say who has left, because a line of it names nobody that can be read: it ends nobody for having left, and keeps
//! nothing else from its end.

use super::*;

/// A day's extract with such a line.
fn a_mute_day(house: &mut House, day: u64, gone: usize) {
    let report = house.try_import_with(day, &with_the_crowd(day, gone), "8|\n").unwrap();
    assert_eq!(report.rows_unidentified, 1);
}

/// What stands of the second reading of a card that was opposed: the sequence of a feed.
fn second_reading(house: &mut House, card: &CardNumber) -> Option<i64> {
    card_lapses::table
        .filter(card_lapses::card_number.eq(card.to_string()).and(card_lapses::status.eq("confirmed")))
        .select(card_lapses::second_sequence)
        .first(&mut house.db)
        .unwrap()
}

#[test]
fn what_two_officers_have_released_ends_though_the_newest_feed_is_mute() {
    on_both(|house| {
        let (cards, plan) = too_many(house);
        let said_again = complete_feed(&mut house.db).unwrap().unwrap().sequence;
        a_mute_day(house, 5, 3);
        assert_eq!(look(house).unwrap().lifted, 0);
        assert_eq!(oppose(house, 2), Revalidation::default(), "nobody has released it");
        for officer in ["alice", "bob"] {
            released(house, officer, &plan, Verdict::Approve).unwrap();
        }
        let done = oppose(house, 2);
        assert_eq!((done.opposed, done.failed), (cards.clone(), Vec::new()));
        assert_eq!(second_reading(house, &cards[0]), Some(said_again), "the mute one is no reading");
    });
}

#[test]
fn what_the_directory_has_confirmed_ends_though_the_newest_feed_is_mute() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        a_day(house, 3, 2);
        look(house).unwrap();
        // As `record` writes what the directory says; of the other card it has said nothing.
        house
            .sql(&format!(
                "UPDATE card_lapses SET asked_at = 1, second_answer = '{}', second_ground = 'struck-off' \
                 WHERE card_number = '{}'",
                "a".repeat(64),
                cards[0]
            ))
            .unwrap();
        a_mute_day(house, 4, 2);
        assert_eq!(revalidate(house, ENOUGH), cards[..1]);
        assert_eq!(second_reading(house, &cards[0]), None);
        assert_eq!(status(house, &cards[1]), CardStatus::Active, "a mute feed is no second reading");
        a_day(house, 5, 2);
        assert_eq!(revalidate(house, ENOUGH), cards[1..]);
    });
}
