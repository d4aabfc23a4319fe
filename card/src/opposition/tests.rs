use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use store::Fault;

use super::{OpposeError, PASSED_OVER, continue_after, list, oppose};
use crate::testing::{act, act_at, attach_made_up_certificates, card_in, database, ordered, rng};
use crate::{CardLife, CardNumber, CardStatus, certificates, faults, get, lock_for_certification};

fn oppose_in(db: &mut store::Database, number: &CardNumber) -> Result<super::OpposedCard, OpposeError> {
    db.write(|db| oppose(db, number, &mut rng(), &act()))
}

#[test]
fn an_opposed_card_gives_its_certificates_and_stands_in_the_list() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Active, "order-1");
    let opposed = oppose_in(&mut db, &card.number).unwrap();
    assert_eq!((opposed.sequence, opposed.opposed_at), (1, act().at));
    assert_eq!(opposed.certificates, certificates::of_card(&mut db, &card.number).unwrap());
    assert_eq!(opposed.certificates.len(), 2);
    assert_eq!(get(&mut db, &card.number).unwrap().life, CardLife::Opposed { at: act().at });

    let other = ordered(&mut db, "order-2");
    assert_eq!(oppose_in(&mut db, &other.number).unwrap().sequence, 2);
    let all: Vec<_> =
        list(&mut db, 0).unwrap().iter().map(|entry| (entry.sequence, entry.card_number)).collect();
    assert_eq!(all, [(1, card.number), (2, other.number)]);
    assert_eq!(list(&mut db, 1).unwrap().len(), 1);
    assert!(list(&mut db, 2).unwrap().is_empty());
}

#[test]
fn the_first_opposition_stands_and_the_second_says_so() {
    let mut db = database();
    let card = ordered(&mut db, "order-1");
    drop(oppose_in(&mut db, &card.number).unwrap());
    let later = act_at(act().at.plus(std::time::Duration::from_secs(60)));
    let again = db.write(|db| oppose(db, &card.number, &mut rng(), &later)).unwrap_err();
    assert_eq!(again.code(), faults::ALREADY_OPPOSED);
    let OpposeError::AlreadyOpposed { since, sequence, .. } = again else { panic!("{again}") };
    assert_eq!((since, sequence), (act().at, 1));
    assert_eq!(list(&mut db, 0).unwrap().len(), 1);
}

#[test]
fn an_unknown_card_is_not_opposed() {
    let refused = oppose_in(&mut database(), &"2600000001".parse().unwrap()).unwrap_err();
    assert_eq!(refused.code(), faults::NOT_FOUND);
}

#[test]
fn no_certificate_is_attached_to_an_opposed_card() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Personalised, "order-1");
    drop(oppose_in(&mut db, &card.number).unwrap());
    let locked = db.write(|db| lock_for_certification(db, &card.number)).unwrap_err();
    assert_eq!(locked.code(), faults::WRONG_STATE);
    let usage = crate::KeyUsage::Signature;
    let attached = certificates::attach(&mut db, &card.number, usage, "ACI-FO-PP", "00").unwrap_err();
    assert_eq!(attached.code(), faults::WRONG_STATE);
}

#[test]
fn a_card_with_certificates_is_opposed_and_never_cancelled() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Personalised, "order-1");
    db.write(|db| {
        attach_made_up_certificates(db, &card.number);
        Ok::<_, diesel::result::Error>(())
    })
    .unwrap();
    let refused = db.write(|db| crate::cancel(db, &card.number, &mut rng(), &act())).unwrap_err();
    assert_eq!(refused.code(), faults::HAS_CERTIFICATES);
    assert_eq!(get(&mut db, &card.number).unwrap().life.status(), CardStatus::Personalised);
    assert_eq!(oppose_in(&mut db, &card.number).unwrap().certificates.len(), 2);
}

#[test]
fn a_certificate_leads_to_its_card() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Certified, "order-1");
    for certificate in certificates::of_card(&mut db, &card.number).unwrap() {
        let found = certificates::card_of(&mut db, &certificate.issuer, &certificate.serial).unwrap();
        assert_eq!(found, Some(card.number));
    }
    assert_eq!(certificates::card_of(&mut db, "ACI-FO-PP", "FF").unwrap(), None);
}

#[test]
fn many_certificates_lead_to_their_cards_at_once() {
    let mut db = database();
    let cards = ["order-1", "order-2"].map(|order| card_in(&mut db, CardStatus::Certified, order).number);
    let mut expected = HashMap::new();
    for card in cards {
        for certificate in certificates::of_card(&mut db, &card).unwrap() {
            expected.insert((certificate.issuer, certificate.serial), card);
        }
    }
    assert_eq!(expected.len(), 4);
    let asked = expected.keys().map(|(issuer, serial)| (issuer.as_str(), serial.as_str()));
    let asked: Vec<_> = asked.chain([("ACI-FO-PP", "FF"), ("ACR-FO", "FF")]).collect();
    assert_eq!(certificates::cards_of(&mut db, &asked).unwrap(), expected);
    let one: Vec<_> = asked.into_iter().take(1).collect();
    let found = certificates::cards_of(&mut db, &one).unwrap();
    assert_eq!(found.into_keys().collect::<Vec<_>>(), [(one[0].0.to_owned(), one[0].1.to_owned())]);
    assert!(certificates::cards_of(&mut db, &[]).unwrap().is_empty());
}

#[test]
fn a_card_is_certified_only_when_each_of_its_keys_is() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Personalised, "order-1");
    let end = crate::testing::END;
    let refused =
        db.write(|db| crate::record_certified(db, &card.number, end, &mut rng(), &act())).unwrap_err();
    assert_eq!(refused.code(), faults::INCOMPLETE);
    assert_eq!(get(&mut db, &card.number).unwrap().life.status(), CardStatus::Personalised);
}

#[test]
fn a_successor_is_activated_only_once_the_active_card_is_opposed() {
    let mut db = database();
    let first = card_in(&mut db, CardStatus::Active, "order-1");
    let second = card_in(&mut db, CardStatus::Delivered, "order-2");
    let refused = db.write(|db| crate::activate(db, &second.number, &mut rng(), &act())).unwrap_err();
    assert_eq!(refused.code(), faults::ANOTHER_ACTIVE);
    assert!(refused.to_string().contains(&first.number.to_string()));
    // The database says the same to whoever does not ask first.
    let forced = crate::testing::force_status(&mut db, &second.number, CardStatus::Active).unwrap_err();
    assert!(store::database::is_unique_violation(&forced), "{forced}");
    // Both in one transaction, as the registration authority does.
    db.write(|db| {
        drop(oppose(db, &first.number, &mut rng(), &act()).unwrap());
        crate::activate(db, &second.number, &mut rng(), &act())
    })
    .unwrap();
    assert_eq!(get(&mut db, &second.number).unwrap().life.status(), CardStatus::Active);
}

#[test]
fn a_card_in_the_list_is_never_certified_whatever_its_row_says() {
    let mut db = database();
    let card = card_in(&mut db, CardStatus::Personalised, "order-1");
    drop(oppose_in(&mut db, &card.number).unwrap());
    db.batch_execute(
        "DROP TRIGGER cards_go_one_way; DROP TRIGGER cards_keep_what_was_ordered;
         UPDATE cards SET status = 'personalised', opposed_at = NULL;",
    )
    .unwrap();
    assert_eq!(get(&mut db, &card.number).unwrap().life.status(), CardStatus::Personalised);
    let refused = db.write(|db| lock_for_certification(db, &card.number)).unwrap_err();
    assert!(refused.to_string().contains("from the state opposed"), "{refused}");
}

#[test]
fn no_card_takes_a_number_that_was_published_before_a_backup_was_restored() {
    let mut db = database();
    let [first, second] = ["order-1", "order-2"].map(|order| ordered(&mut db, order));
    assert_eq!(oppose_in(&mut db, &first.number).unwrap().sequence, 1);
    let go_on = |db: &mut store::Database, published| {
        db.write(|db| continue_after(db, published, &mut rng(), &act())).unwrap()
    };
    assert!(!go_on(&mut db, 1), "the database knows all that was published");
    assert!(go_on(&mut db, 40));
    assert!(!go_on(&mut db, 40));
    assert_eq!(oppose_in(&mut db, &second.number).unwrap().sequence, 41 + PASSED_OVER);
    assert_eq!(list(&mut db, 1).unwrap().len(), 1, "the numbers between stay empty");
}
