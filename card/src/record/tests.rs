use crate::testing::{END, act, card_in, database, new_card, ordered, prefix, rng};
use crate::{CardFilter, CardKind, CardNumber, CardStatus, NewCard, active, expiring, find, list, order};

#[test]
fn cards_are_listed_page_by_page_in_the_order_of_their_numbers() {
    let mut db = database();
    let all: Vec<CardNumber> = (0..7).map(|n| ordered(&mut db, &format!("order-{n}")).number).collect();
    let mut seen = Vec::new();
    let mut filter = CardFilter::default();
    loop {
        let page = list(&mut db, &filter, 3).unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        filter.after = Some(last.number);
        seen.extend(page.into_iter().map(|card| card.number));
    }
    assert_eq!(seen, all);
}

#[test]
fn every_part_of_a_filter_counts() {
    let mut db = database();
    let mine = card_in(&mut db, CardStatus::Active, "order-1");
    let other = NewCard { kind: CardKind::Cpf, holder: "899700000222".into(), ..new_card("order-2") };
    let other = db.write(|db| order(db, other, prefix(), &mut rng(), &act())).unwrap();
    let mut numbers = |filter: CardFilter| -> Vec<CardNumber> {
        list(&mut db, &filter, 10).unwrap().iter().map(|card| card.number).collect()
    };
    let all = CardFilter::default;
    assert_eq!(numbers(all()), [mine.number, other.number]);
    assert_eq!(numbers(CardFilter { status: Some(CardStatus::Ordered), ..all() }), [other.number]);
    assert_eq!(numbers(CardFilter { kind: Some(CardKind::Cps), ..all() }), [mine.number]);
    assert_eq!(numbers(CardFilter { holder: Some(other.holder.clone()), ..all() }), [other.number]);
    assert_eq!(numbers(CardFilter { batch: mine.life.batch().cloned(), ..all() }), [mine.number]);
    assert_eq!(numbers(CardFilter { after: Some(mine.number), ..all() }), [other.number]);
    let none = CardFilter { holder: Some(other.holder), kind: Some(CardKind::Cps), ..all() };
    assert!(numbers(none).is_empty());
}

#[test]
fn the_active_card_of_a_holder_is_found_and_a_temporary_one_is_not() {
    let mut db = database();
    let temporary = NewCard { temporary: true, ..new_card("order-1") };
    drop(db.write(|db| order(db, temporary, prefix(), &mut rng(), &act())).unwrap());
    let card = card_in(&mut db, CardStatus::Active, "order-2");
    let found = active(&mut db, &card.holder, card.kind, &card.exercise).unwrap().unwrap();
    assert_eq!(found, card);
    assert_eq!(active(&mut db, &card.holder, CardKind::Cpf, &card.exercise).unwrap(), None);
    assert_eq!(active(&mut db, &card.holder, card.kind, "profession:10").unwrap(), None);
}

#[test]
fn only_active_cards_that_end_before_the_horizon_are_expiring() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Active, "order-1");
    card_in(&mut db, CardStatus::Delivered, "order-2");
    let after = END.plus(std::time::Duration::from_millis(1));
    assert_eq!(expiring(&mut db, after, None, 10).unwrap(), std::slice::from_ref(&card));
    assert!(expiring(&mut db, END, None, 10).unwrap().is_empty());
    assert!(expiring(&mut db, after, Some(card.number), 10).unwrap().is_empty());
    assert!(expiring(&mut db, after, None, 0).unwrap().is_empty());
}

#[test]
fn an_unknown_number_is_not_found() {
    assert_eq!(find(&mut database(), &"2600000001".parse().unwrap()).unwrap(), None);
}
