use diesel::prelude::*;
use store::Fault;
use store::schema::card_number_counter;

use crate::testing::{act, card_in, database, new_card, ordered, prefix, rng};
use crate::{CardLife, CardNumberPrefix, CardStatus, NewCard, OrderError, faults, get, order};

fn order_in(
    db: &mut store::Database,
    new: NewCard,
    prefix: CardNumberPrefix,
) -> Result<crate::Card, OrderError> {
    db.write(|db| order(db, new, prefix, &mut rng(), &act()))
}

#[test]
fn cards_are_numbered_one_after_the_other_behind_their_prefix() {
    let mut db = database();
    let other: CardNumberPrefix = "31".parse().unwrap();
    let numbers: Vec<String> = [prefix(), prefix(), other, prefix()]
        .into_iter()
        .enumerate()
        .map(|(n, prefix)| {
            order_in(&mut db, new_card(&format!("order-{n}")), prefix).unwrap().number.to_string()
        })
        .collect();
    assert_eq!(numbers, ["2600000001", "2600000002", "3100000001", "2600000003"]);
}

#[test]
fn an_ordered_card_is_stored_as_it_was_ordered() {
    let mut db = database();
    let first = card_in(&mut db, CardStatus::Active, "order-1");
    let new = NewCard { replaces: Some(first.number), temporary: true, ..new_card("order-2") };
    let card = order_in(&mut db, new, prefix()).unwrap();
    assert_eq!(get(&mut db, &card.number).unwrap(), card);
    assert_eq!(card.life, CardLife::Ordered { at: act().at });
    assert_eq!(card.replaces, Some(first.number));
    assert_eq!(crate::of_order(&mut db, "order-2").unwrap().unwrap().number, card.number);
}

#[test]
fn one_card_order_gives_one_card() {
    let mut db = database();
    let first = ordered(&mut db, "order-1");
    let again = order_in(&mut db, new_card("order-1"), prefix()).unwrap_err();
    assert_eq!(again.code(), faults::ALREADY_ORDERED);
    assert!(again.to_string().contains(&first.number.to_string()));
    // The refused order took no number.
    assert_eq!(ordered(&mut db, "order-2").number.to_string(), "2600000002");
}

#[test]
fn a_card_replaces_only_a_card_of_the_same_holder() {
    let mut db = database();
    let first = ordered(&mut db, "order-1");
    for new in [
        NewCard { holder: "899700000222".into(), replaces: Some(first.number), ..new_card("order-2") },
        NewCard { replaces: Some("2699999999".parse().unwrap()), ..new_card("order-2") },
    ] {
        assert_eq!(order_in(&mut db, new, prefix()).unwrap_err().code(), faults::REPLACES_ANOTHER);
    }
    let renumbered = NewCard {
        holder: "899700000222".into(),
        former_holder: vec![first.holder.clone()],
        replaces: Some(first.number),
        ..new_card("order-2")
    };
    assert_eq!(order_in(&mut db, renumbered, prefix()).unwrap().replaces, Some(first.number));
}

#[test]
fn a_text_that_is_empty_long_or_not_visible_is_refused_by_its_name() {
    let mut db = database();
    for (text, holder) in [("holder", String::new()), ("holder", "8".repeat(65)), ("holder", "8 9".into())] {
        let refused = order_in(&mut db, NewCard { holder, ..new_card("order-1") }, prefix()).unwrap_err();
        assert_eq!(refused.code(), faults::INVALID);
        assert!(refused.to_string().starts_with(text));
    }
    let refused =
        order_in(&mut db, NewCard { exercise: "é".into(), ..new_card("order-1") }, prefix()).unwrap_err();
    assert!(refused.to_string().starts_with("exercise"));
}

#[test]
fn when_the_numbers_of_a_prefix_are_used_up_no_card_is_ordered() {
    let mut db = database();
    let narrow: CardNumberPrefix = "2699".parse().unwrap();
    diesel::insert_into(card_number_counter::table)
        .values((card_number_counter::prefix.eq("2699"), card_number_counter::last.eq(999_998)))
        .execute(&mut db)
        .unwrap();
    assert_eq!(order_in(&mut db, new_card("order-1"), narrow).unwrap().number.to_string(), "2699999999");
    let refused = order_in(&mut db, new_card("order-2"), narrow).unwrap_err();
    assert_eq!(refused.code(), faults::NUMBERS_EXHAUSTED);
}
