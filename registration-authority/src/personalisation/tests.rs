use card::CardKind;
use professional_registry::ImportedRegister;

use super::*;
use crate::order::OrderState;
use crate::testing::*;

fn close(house: &mut House) -> Result<ClosedBatch, BatchError> {
    let act = house.job();
    let House { db, rng, verifier, bureau, .. } = house;
    let prefix = "26".parse().unwrap();
    db.write(|db| close_batch(db, &mut ImportedRegister, verifier, prefix, bureau.name(), rng, &act))
}

#[test]
fn approved_orders_become_cards_in_one_batch() {
    let mut house = House::new();
    let first = house.approved(&nurse());
    house.later(1);
    let second = house.approved(&other_nurse());
    house.submit("alice", cps(&military_nurse(), "60")).unwrap();
    let closed = close(&mut house).unwrap();
    assert_eq!(closed.cards.len(), 2);
    assert_eq!(closed.cards[0].0, first.number, "oldest order first");
    let file = closed.file.unwrap();
    assert_eq!(file.cards[0].print.line("family_name"), Some("DURAND"));
    assert_eq!(file.cards[0].print.line("profession"), Some("Infirmier"));
    assert_eq!(
        file.cards[0].order,
        CanonicalOrder::of(&first).digest(),
        "the line carries what was approved"
    );
    assert_eq!(batch_again(&mut house.db, &file.batch).unwrap(), file);
    let card = card::get(&mut house.db, &closed.cards[1].1).unwrap();
    assert_eq!((card.kind, card.holder.as_str()), (CardKind::Cps, other_nurse().to_string().as_str()));
    assert_eq!((card.exercise.as_str(), card.order_number), ("profession:60", second.number.clone()));
    let state = order::get(&mut house.db, &second.number).unwrap().state;
    assert!(matches!(state, OrderState::Ordered { .. }));
    let again = close(&mut house).unwrap();
    assert!(again.file.is_none() && again.cards.is_empty(), "an order has one card");
}

#[test]
fn an_order_without_evidence_is_set_aside_and_holds_nobody_up() {
    let mut house = House::new();
    let forged = house.approved(&nurse());
    let honest = house.approved(&other_nurse());
    let unreadable = house.approved(&military_nurse());
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    let alter = |number: &str, what: &str| format!("UPDATE card_orders SET {what} WHERE number = '{number}'");
    house.sql(&alter(&forged.number, "family_name = 'MALLORY'")).unwrap();
    house.sql(&alter(&unreadable.number, "category = '?'")).unwrap();
    let closed = close(&mut house).unwrap();
    assert_eq!(closed.cards.len(), 1);
    assert_eq!(closed.cards[0].0, honest.number);
    let aside: Vec<_> = closed.set_aside.iter().map(|(number, code)| (number.clone(), code.name)).collect();
    assert!(aside.contains(&(forged.number, "approval-proof-invalid")), "{aside:?}");
    assert!(aside.contains(&(unreadable.number, "order-row-altered")), "{aside:?}");
}

#[test]
fn a_card_that_no_profile_certifies_is_not_made() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    // Approved by a version that had profiles for such a card.
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    house.sql(&format!("UPDATE card_orders SET kind = 'CDE' WHERE number = '{number}'")).unwrap();
    let subject = order::get(&mut house.db, &number).unwrap().decidable();
    let proof = hex::encode(house.proof("bob", &subject).encode());
    let at = house.at.millis();
    house
        .sql(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) VALUES ('card-order', '{number}', 1, 'bob', 'approve', {at}, 'demo', x'{proof}');
             UPDATE card_orders SET status = 'approved' WHERE number = '{number}'"
        ))
        .unwrap();
    let closed = close(&mut house).unwrap();
    assert!(closed.file.is_none());
    assert_eq!(closed.set_aside[0].1.name, "certification-no-profile");
}
