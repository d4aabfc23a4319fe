use std::collections::BTreeMap;

use store::Fault;

use super::{bureau, close, print, read, refusal};
use crate::personalisation::bureau::personalise;
use crate::personalisation::{
    BatchFile, BatchId, BureauName, CloseBatchError, Commission, OrderDigest, Print, batch_file, close_batch,
    find_batch, give_up_batch, keys_of, open_batches,
};
use crate::testing::{act, card_in, commission, database, new_card, order_of, ordered, prefix, rng};
use crate::{CardLife, CardStatus, KeyUsage, faults, get, opposition};

fn bureau_a() -> BureauName {
    "Bureau A".parse().unwrap()
}

#[test]
fn a_batch_goes_to_its_bureau_and_comes_back_as_keys() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards = [ordered(&mut db, "order-1"), ordered(&mut db, "order-2")];
    let file = close(&mut db, bureau.key.name(), &[&cards[0], &cards[1]]);
    assert_eq!(open_batches(&mut db).unwrap().len(), 1);
    assert_eq!(get(&mut db, &cards[0].number).unwrap().life, CardLife::Batched { batch: file.batch.clone() });

    // As the bureau sees it: bytes in, bytes out.
    let sent = BatchFile::read(&file.to_json()).unwrap();
    assert_eq!(sent, file);
    assert_eq!(sent.cards[0].print.line("family_name"), Some("DUPONT"));
    let returned = personalise(&sent, &bureau.key, None, &mut rng()).unwrap();

    let outcome = read(&mut db, &returned, &[bureau.key.certificate().clone()]).unwrap();
    assert_eq!(outcome.personalised.len(), 2);
    assert!(outcome.skipped.is_empty());
    for (card, personalised) in cards.iter().zip(&outcome.personalised) {
        assert_eq!(personalised.number, card.number);
        assert_eq!(keys_of(&mut db, &card.number).unwrap(), personalised.keys);
        let usages: Vec<KeyUsage> = personalised.keys.iter().map(|key| key.usage).collect();
        assert_eq!(usages, KeyUsage::ALL);
        let life = get(&mut db, &card.number).unwrap().life;
        assert_eq!(life, CardLife::Personalised { batch: file.batch.clone() });
    }
    assert!(open_batches(&mut db).unwrap().is_empty());
    assert_eq!(find_batch(&mut db, &file.batch).unwrap().unwrap().returned_at, Some(act().at));
}

#[test]
fn a_batch_of_more_cards_than_one_statement_names_comes_back_whole() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards: Vec<_> = db
        .write(|db| {
            let order =
                |n: u32| crate::order(db, new_card(&format!("order-{n}")), prefix(), &mut rng(), &act());
            (0..601).map(order).collect::<Result<Vec<_>, _>>()
        })
        .unwrap();
    let file = close(&mut db, bureau.key.name(), &cards.iter().collect::<Vec<_>>());
    let returned = personalise(&file, &bureau.key, None, &mut rng()).unwrap();
    let outcome = read(&mut db, &returned, &[bureau.key.certificate().clone()]).unwrap();
    assert_eq!(outcome.personalised.len(), 601);
    for card in [&cards[0], &cards[499], &cards[500], &cards[600]] {
        assert_eq!(get(&mut db, &card.number).unwrap().life.status(), CardStatus::Personalised);
        assert_eq!(keys_of(&mut db, &card.number).unwrap().len(), 2);
    }
}

#[test]
fn only_ordered_cards_go_into_a_batch_and_one_that_is_not_keeps_all_out() {
    let mut db = database();
    let good = ordered(&mut db, "order-1");
    let bad = card_in(&mut db, CardStatus::Opposed, "order-2");
    let commissions =
        [(&good, "A"), (&bad, "B")].map(|(card, name)| (card.number, commission(card, print(name)))).into();
    let refused = db.write(|db| close_batch(db, &bureau_a(), commissions, &mut rng(), &act())).unwrap_err();
    assert_eq!(refused.code(), faults::BATCH_CARD);
    assert!(refused.to_string().contains(&bad.number.to_string()), "{refused}");
    assert_eq!(get(&mut db, &good.number).unwrap().life.status(), CardStatus::Ordered);
    assert!(open_batches(&mut db).unwrap().is_empty());
}

#[test]
fn a_batch_has_one_to_ten_thousand_cards() {
    let mut db = database();
    for count in [0, 10_001] {
        let blank = Commission { order: OrderDigest::of(b"order"), print: Print::default() };
        let commissions = (0..count)
            .map(|n| (format!("{:010}", 2_600_000_001_u64 + n).parse().unwrap(), blank.clone()))
            .collect();
        let refused =
            db.write(|db| close_batch(db, &bureau_a(), commissions, &mut rng(), &act())).unwrap_err();
        assert_eq!(refused.code(), faults::BATCH_SIZE, "{count}");
    }
}

#[test]
fn the_file_of_a_closed_batch_can_be_had_again() {
    let mut db = database();
    let card = ordered(&mut db, "order-1");
    let file = close(&mut db, &bureau_a(), &[&card]);
    let mut again = |id: &BatchId| {
        db.write(|db| {
            batch_file(db, id, |_, card| Ok::<_, CloseBatchError>(commission(card, print("DUPONT"))))
        })
    };
    assert_eq!(again(&file.batch).unwrap(), file);
    let refused = again(&"L-20000101-00000000".parse().unwrap()).unwrap_err();
    assert_eq!(refused.code(), faults::BATCH_NOT_FOUND);
}

#[test]
fn a_batch_given_up_lets_its_cards_wait_again_and_refuses_its_late_file() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let pinned = [bureau.key.certificate().clone()];
    let (card, opposed) = (ordered(&mut db, "order-1"), ordered(&mut db, "order-2"));
    let file = close(&mut db, bureau.key.name(), &[&card, &opposed]);
    drop(db.write(|db| opposition::oppose(db, &opposed.number, &mut rng(), &act())).unwrap());
    let late = personalise(&file, &bureau.key, None, &mut rng()).unwrap();
    let back = db.write(|db| give_up_batch(db, &file.batch, &mut rng(), &act())).unwrap();
    assert_eq!(back, [card.number]);
    assert_eq!(get(&mut db, &card.number).unwrap().life, CardLife::Ordered { at: card.ordered_at });
    assert_eq!(refusal(&mut db, &late, &pinned), "card-return-unknown-card");

    let second = close(&mut db, bureau.key.name(), &[&card]);
    assert_ne!(second.batch, file.batch);
    let returned = personalise(&second, &bureau.key, None, &mut rng()).unwrap();
    assert_eq!(read(&mut db, &returned, &pinned).unwrap().personalised.len(), 1);
    let refused = db.write(|db| give_up_batch(db, &second.batch, &mut rng(), &act())).unwrap_err();
    assert_eq!(refused.code(), faults::BATCH_RETURNED);
}

#[test]
fn a_card_opposed_or_cancelled_at_the_bureau_is_skipped_and_the_rest_goes_on() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards: Vec<_> = (0..3).map(|n| ordered(&mut db, &format!("order-{n}"))).collect();
    let file = close(&mut db, bureau.key.name(), &cards.iter().collect::<Vec<_>>());
    drop(db.write(|db| opposition::oppose(db, &cards[0].number, &mut rng(), &act())).unwrap());
    db.write(|db| crate::cancel(db, &cards[1].number, &mut rng(), &act())).unwrap();
    let returned = personalise(&file, &bureau.key, None, &mut rng()).unwrap();
    let outcome = read(&mut db, &returned, &[bureau.key.certificate().clone()]).unwrap();
    assert_eq!(
        outcome.skipped,
        [(cards[0].number, CardStatus::Opposed), (cards[1].number, CardStatus::Cancelled)]
    );
    assert_eq!(outcome.personalised.len(), 1);
    assert!(keys_of(&mut db, &cards[0].number).unwrap().is_empty());
    assert_eq!(keys_of(&mut db, &cards[2].number).unwrap().len(), 2);
    assert_eq!(get(&mut db, &cards[0].number).unwrap().life.status(), CardStatus::Opposed);
}

#[test]
fn a_batch_file_is_read_strictly() {
    let mut db = database();
    let card = ordered(&mut db, "order-1");
    let json = String::from_utf8(close(&mut db, &bureau_a(), &[&card]).to_json()).unwrap();
    let digest = order_of(&card).to_string();
    let upper_case = digest.to_uppercase();
    let entry = &json[json.find(r#"{"number""#).unwrap()..json.len() - 2];
    let changes = [
        (r#""version":2"#, r#""version":1"#, "version 1"),
        (r#""version":2"#, r#""version":2,"colour":"red""#, "unknown field `colour`"),
        (r#""order":""#, r#""order":"0"#, "64 lower-case hexadecimal digits"),
        (digest.as_str(), upper_case.as_str(), "64 lower-case hexadecimal digits"),
        (r#""P-256""#, r#""P-521""#, "P-521"),
        (r#""signature""#, r#""authentication""#, "one twice"),
        (r#"["authentication","signature"]"#, "[]", "no key"),
        (r#""family_name""#, r#""Family Name""#, "lower-case"),
        ("DUPONT", r"DU\nPONT", "control"),
        ("2600000001", "260000001", "10 digits"),
        (entry, "", "0 cards"),
        (entry, &format!("{entry},{entry}"), "twice"),
    ];
    for (old, new, message) in changes {
        assert!(json.contains(old));
        let refused = BatchFile::read(json.replace(old, new).as_bytes()).unwrap_err();
        assert!(refused.to_string().contains(message), "{refused}");
        assert_eq!(refused.code(), faults::BATCH_FILE_INVALID);
    }
    assert!(BatchFile::read(&vec![b' '; (32 << 20) + 1]).unwrap_err().to_string().contains("at most"));
}

#[test]
fn what_is_printed_is_bounded() {
    let lines = |count: usize, text: String| -> BTreeMap<String, String> {
        (0..count).map(|n| (format!("line_{n}"), text.clone())).collect()
    };
    assert!(Print::try_from(lines(16, "é".repeat(20))).is_ok());
    assert!(Print::try_from(lines(17, "x".into())).is_err());
    assert!(Print::try_from(lines(16, "x".repeat(70))).is_err());
    assert!(Print::try_from(lines(1, "x\u{7}".into())).is_err());
}

#[test]
fn batches_and_bureaux_have_names_of_one_form() {
    for text in ["L-20261121-9F3C21AB", "L-00000000-00000000"] {
        assert_eq!(text.parse::<BatchId>().unwrap().to_string(), text);
    }
    for text in
        ["", "L-20261121-9f3c21ab", "L-2026112-9F3C21AB", "M-20261121-9F3C21AB", "L-20261121-9F3C21AB-"]
    {
        assert!(text.parse::<BatchId>().is_err(), "{text:?}");
    }
    for text in ["", " A", "A/B", "Bureau\nA", "é", &"A".repeat(65)] {
        assert!(text.parse::<BureauName>().is_err(), "{text:?}");
    }
}
