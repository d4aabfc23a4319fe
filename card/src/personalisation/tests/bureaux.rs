use std::os::unix::fs::PermissionsExt;

use openssl::pkey::PKey;
use store::Fault;

use super::{bureau, close, content, place_as_signed, read, refusal, tlv};
use crate::personalisation::bureau::{BureauKey, personalise};
use crate::personalisation::{KeyPlace, OrderDigest, keys_of, proof, signature};
use crate::testing::{act, database, order_of, ordered, rng};
use crate::{KeyUsage, faults};

#[test]
fn two_bureaux_each_return_their_own_batch_and_not_the_others() {
    let mut db = database();
    let (a, b) = (bureau("Bureau A"), bureau("Bureau B"));
    let pinned = [a.key.certificate().clone(), b.key.certificate().clone()];
    let cards = [ordered(&mut db, "order-1"), ordered(&mut db, "order-2")];
    let for_a = close(&mut db, a.key.name(), &[&cards[0]]);
    let for_b = close(&mut db, b.key.name(), &[&cards[1]]);

    // B, honest, is not asked to make A's batch.
    let refused = personalise(&for_a, &b.key, None, &mut rng()).unwrap_err();
    assert_eq!(refused.code(), faults::PERSONALISE_OTHER_BUREAU);
    // B, dishonest, makes it under A's name, or under its own.
    let mut stolen = for_a.clone();
    stolen.bureau = b.key.name().clone();
    let as_b = personalise(&stolen, &b.key, None, &mut rng()).unwrap();
    assert_eq!(refusal(&mut db, &as_b, &pinned), "card-return-other-bureau");
    let mut file = content(&as_b, &b.key);
    file.bureau = a.key.name().clone();
    let as_a = b.key.sign(&serde_json::to_vec(&file).unwrap()).unwrap();
    assert_eq!(refusal(&mut db, &as_a, &pinned), "card-return-other-bureau");

    for (batch, bureau) in [(&for_a, &a), (&for_b, &b)] {
        let returned = personalise(batch, &bureau.key, None, &mut rng()).unwrap();
        assert_eq!(read(&mut db, &returned, &pinned).unwrap().personalised.len(), 1);
    }
}

#[test]
fn a_bureaus_key_is_kept_for_its_owner_alone_and_read_back() {
    let bureau = bureau("Bureau A");
    let directory = bureau.directory.path();
    let mode = |file: &str| std::fs::metadata(directory.join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("bureau-key.pem"), 0o600);
    let again = BureauKey::open(directory).unwrap();
    assert_eq!(again.name(), bureau.key.name());
    assert_eq!(again.certificate(), bureau.key.certificate());

    let replaced = BureauKey::create(directory, "Bureau B".parse().unwrap(), &mut rng(), act().at);
    assert_eq!(replaced.err().unwrap().code(), faults::BUREAU_KEY);
    assert_eq!(BureauKey::open(directory).unwrap().name().as_str(), "Bureau A");

    // The certificate of another key.
    let other = super::bureau("Bureau A");
    let certificate = directory.join("bureau-certificate.pem");
    std::fs::write(&certificate, other.key.certificate().to_pem().unwrap()).unwrap();
    assert!(BureauKey::open(directory).err().unwrap().to_string().contains("with this key"));
}

#[test]
fn a_chip_that_is_kept_has_the_private_half_of_the_key_that_was_returned() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let card = ordered(&mut db, "order-1");
    let file = close(&mut db, bureau.key.name(), &[&card]);
    let chips = tempfile::tempdir().unwrap();
    let returned = personalise(&file, &bureau.key, Some(chips.path()), &mut rng()).unwrap();
    read(&mut db, &returned, &[bureau.key.certificate().clone()]).unwrap();
    for key in keys_of(&mut db, &card.number).unwrap() {
        let path = chips.path().join(format!("{}-{}.pem", card.number, key.usage));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let private = PKey::private_key_from_pem(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(private.public_key_to_der().unwrap(), key.public_key);
        let public = PKey::public_key_from_der(&key.public_key).unwrap().ec_key().unwrap();
        let signed = signature::sign(&private, b"a document").unwrap();
        assert!(signature::verify(&public, b"a document", &signed));
    }
    // A chip is never made twice over another.
    let again = personalise(&file, &bureau.key, Some(chips.path()), &mut rng()).unwrap_err();
    assert_eq!(again.code(), faults::PERSONALISE);
}

#[test]
fn every_card_and_usage_has_a_key_of_its_own() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards: Vec<_> = (0..20).map(|n| ordered(&mut db, &format!("order-{n}"))).collect();
    let file = close(&mut db, bureau.key.name(), &cards.iter().collect::<Vec<_>>());
    let returned = content(&personalise(&file, &bureau.key, None, &mut rng()).unwrap(), &bureau.key);
    let different: std::collections::BTreeSet<_> = returned.keys.iter().map(|key| &key.public_key).collect();
    assert_eq!(different.len(), 40);
}

#[test]
fn a_proof_holds_for_its_own_batch_card_order_usage_and_key_alone() {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards = [ordered(&mut db, "order-1"), ordered(&mut db, "order-2")];
    let file = close(&mut db, bureau.key.name(), &[&cards[0], &cards[1]]);
    let returned = content(&personalise(&file, &bureau.key, None, &mut rng()).unwrap(), &bureau.key);
    let [first, second, ..] = returned.keys.as_slice() else { panic!("four keys") };
    let other_batch = "L-20200101-00000000".parse().unwrap();
    let place = first.place_in(&file.batch);
    let (key, made) = (first.public_key.as_slice(), first.proof.as_slice());
    assert!(proof::holds(&place, key, made));
    assert!(!proof::holds(&KeyPlace { batch: &other_batch, ..place }, key, made));
    assert!(!proof::holds(&KeyPlace { card: &cards[1].number, ..place }, key, made));
    assert!(!proof::holds(&KeyPlace { order: &order_of(&cards[1]), ..place }, key, made));
    assert!(!proof::holds(&KeyPlace { usage: second.usage, ..place }, key, made));
    assert!(!proof::holds(&place, &second.public_key, made));
    assert!(!proof::holds(&place, key, &second.proof));
}

#[test]
fn the_bytes_a_chip_signs_are_those_that_bureaux_implement() {
    let (batch, card) = ("L-20261121-9F3C21AB".parse().unwrap(), "2600000001".parse().unwrap());
    let order = OrderDigest::of(b"order");
    let place = KeyPlace { batch: &batch, card: &card, order: &order, usage: KeyUsage::Signature };
    // Known answer: under this context the encoding never changes.
    let fields = [tlv(0x0c, b"igc-card-key-proof-v2"), place_as_signed(), tlv(0x04, b"key")];
    assert_eq!(proof::signed_bytes(&place, b"key"), tlv(0x30, &fields.concat()));
}
