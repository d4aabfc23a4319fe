//! Cards in batches: what becomes of one card is not what becomes of the others.

use super::*;

fn certify(house: &mut House, worker: &mut Worker, cards: &[CardNumber]) -> CertifiedCards {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    let mut register = ImportedRegister;
    certify_cards(db, &mut worker.context(verifier, &mut register), cards, rng, &act).unwrap()
}

/// Three nurses and their cards, ready to be certified.
fn three_cards(house: &mut House) -> Vec<CardNumber> {
    [nurse(), other_nurse(), military_nurse()].iter().for_each(|holder| drop(house.approved(holder)));
    let cards = house.personalise();
    assert_eq!(cards.len(), 3);
    cards
}

/// The states of the certificates that were ever prepared for a card.
fn states(house: &mut House, card: &CardNumber) -> Vec<&'static str> {
    let attached = card::certificates::of_card(&mut house.db, card).unwrap();
    let state = |one: &card::certificates::CardCertificate| {
        let serial = one.serial.parse().unwrap();
        certificate::find(&mut house.db, &one.issuer, &serial).unwrap().unwrap().status.word()
    };
    attached.iter().map(state).collect()
}

#[test]
fn a_card_that_fails_is_reported_alone_and_nothing_is_signed_of_it() {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = three_cards(&mut house);
    let order = card::get(&mut house.db, &cards[1]).unwrap().order_number;
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    house.sql(&format!("UPDATE card_orders SET given_name = 'Eve' WHERE number = '{order}'")).unwrap();
    let mut done = certify(&mut house, &mut worker, &cards);
    assert_eq!(code(done.remove(&cards[1]).unwrap()), "approval-proof-invalid");
    for card in [&cards[0], &cards[2]] {
        assert_eq!(done.remove(card).unwrap().unwrap().certificates.len(), 2);
        assert_eq!(status(&mut house, card), CardStatus::Certified);
    }
    assert_eq!(states(&mut house, &cards[1]), [""; 0]);
    assert_eq!(status(&mut house, &cards[1]), CardStatus::Personalised);
}

#[test]
fn a_card_whose_second_key_fails_leaves_no_intention_for_the_first() {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = three_cards(&mut house);
    house.sql("DROP TRIGGER card_keys_are_never_changed").unwrap();
    let other = "SELECT proof FROM card_keys k WHERE k.card_number = card_keys.card_number";
    house
        .sql(&format!(
            "UPDATE card_keys SET proof = ({other} AND k.key_usage = 'authentication') \
             WHERE key_usage = 'signature' AND card_number = '{}'",
            cards[0]
        ))
        .unwrap();
    let mut done = certify(&mut house, &mut worker, &cards);
    assert_eq!(code(done.remove(&cards[0]).unwrap()), "certification-key-unproven");
    assert_eq!(states(&mut house, &cards[0]), [""; 0]);
    assert!(done.into_values().all(|outcome| outcome.is_ok()));
    assert!(!worker.epoch.has_unsettled(&mut house.db).unwrap());
}

#[test]
fn a_card_opposed_in_the_middle_of_a_batch_does_not_take_the_others_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
    let mut house = House::on(&url);
    let mut worker = house.worker();
    let cards = three_cards(&mut house);
    let (opposed, act) = (cards[1], house.officer("rita"));
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    worker.signer.meanwhile = Some(Box::new(move || {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        opposition::oppose(&mut db, &opposed, Ground::Stolen, &mut rng, &act).unwrap();
    }));
    let mut done = certify(&mut house, &mut worker, &cards);
    assert_eq!(code(done.remove(&opposed).unwrap()), "certificate-issuance-overtaken");
    assert_eq!(states(&mut house, &opposed), ["revoked", "revoked"]);
    assert_eq!(status(&mut house, &opposed), CardStatus::Opposed);
    assert!(done.into_values().all(|outcome| outcome.is_ok()));
    for card in [&cards[0], &cards[2]] {
        assert_eq!(states(&mut house, card), ["good", "good"]);
    }
}

#[test]
fn a_token_that_stops_half_way_leaves_whole_cards_certified_and_the_others_to_be_tried_again() {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = three_cards(&mut house);
    worker.signer.fail_after = Some(3);
    let done = certify(&mut house, &mut worker, &cards);
    let certified: Vec<CardNumber> =
        done.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(number, _)| *number).collect();
    assert_eq!(certified, [cards[0]]);
    assert_eq!(states(&mut house, &cards[2]), ["revoked", "revoked"]);
    worker.signer.fail_after = None;
    let again = certify(&mut house, &mut worker, &cards);
    assert!(again.into_values().all(|outcome| outcome.is_ok()));
    for card in &cards {
        assert_eq!(states(&mut house, card).iter().filter(|state| **state == "good").count(), 2);
    }
}
