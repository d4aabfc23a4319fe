//! Cards are held against the register, and the program is killed.

use card::CardStatus;
use diesel::prelude::*;
use store::schema::card_lapses;
use store::{Database, DatabaseRole};

use super::scenes::{GONE, words};
use crate::scenarios::workshop::Workshop;

/// The demonstration's register twice more, without the holder of one of its cards.
pub fn a_holder_is_gone_from_two_feeds(workshop: &Workshop) -> Vec<String> {
    let card = workshop.cards(CardStatus::Active)[0];
    let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
    // No two extracts are the same: somebody else is gone from the second one too.
    workshop.a_day_comes(1, &[&holder[1..]]);
    workshop.import(&workshop.extract(2, &[&holder[1..], GONE])).expect_exit(0);
    words(&["job", "run", "revalidation"])
}

pub fn no_opposition_comes_by_itself(workshop: &Workshop) -> Vec<String> {
    workshop.configure("register", "oppositions_a_day", 0);
    a_holder_is_gone_from_two_feeds(workshop)
}

pub fn his_card_is_opposed_once(_: &Workshop, db: &mut Database) {
    let settled: Vec<(String, Option<i64>)> =
        card_lapses::table.select((card_lapses::status, card_lapses::second_sequence)).load(db).unwrap();
    assert_eq!(settled, [("confirmed".to_owned(), Some(3))]);
}

pub fn his_card_stands_in_one_plan(_: &Workshop, db: &mut Database) {
    let plans = registration_authority::lapse::waiting(db).unwrap();
    assert_eq!(plans.iter().map(|plan| plan.items.len()).collect::<Vec<_>>(), [1]);
}
