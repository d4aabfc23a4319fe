use diesel::prelude::*;
use openssl::pkey::PKey;
use openssl::x509::X509;
use store::Database;
use store::schema::card_keys;

use super::{
    Bureau, ReturnFile, bureau, close, content, p256, place_as_signed, prove, read, refusal, signed_again,
    tlv,
};
use crate::personalisation::attestation::{self, MadeKey};
use crate::personalisation::bureau::personalise;
use crate::personalisation::{BatchFile, BureauName, KeyPlace, OrderDigest, signature};
use crate::testing::{database, order_of, ordered, rng};
use crate::{Card, KeyUsage};

/// Two cards in a batch at one of two pinned bureaux.
struct Scene {
    db: Database,
    bureau: Bureau,
    other: Bureau,
    pinned: [X509; 2],
    cards: [Card; 2],
    batch: BatchFile,
}

fn scene() -> Scene {
    let mut db = database();
    let (bureau, other) = (bureau("Bureau A"), bureau("Bureau B"));
    let cards = [ordered(&mut db, "order-1"), ordered(&mut db, "order-2")];
    let batch = close(&mut db, bureau.key.name(), &[&cards[0], &cards[1]]);
    let pinned = [other.key.certificate().clone(), bureau.key.certificate().clone()];
    Scene { db, bureau, other, pinned, cards, batch }
}

impl Scene {
    /// The code that refuses the honest file with a change that the bureau signed and did not attest.
    fn refused(&mut self, change: impl FnOnce(&mut ReturnFile)) -> &'static str {
        let bytes = signed_again(&self.batch, &self.bureau.key, change);
        refusal(&mut self.db, &bytes, &self.pinned)
    }

    /// The first key of the file, attested by `by`.
    fn refused_from(&mut self, by: &Bureau) -> &'static str {
        self.refused(|file| {
            file.keys[0].attestation = by.key.attest(&file.keys[0].made_in(&file.batch)).unwrap();
        })
    }
}

#[test]
fn an_attestation_by_any_other_than_the_bureau_that_signed_the_file_is_refused() {
    let mut scene = scene();
    assert_eq!(scene.refused_from(&bureau("Bureau A")), "card-return-bad-attestation", "unpinned");
    let other = std::mem::replace(&mut scene.other, bureau("Bureau B"));
    assert_eq!(scene.refused_from(&other), "card-return-bad-attestation", "pinned, another bureau");
    // The chip's own key attests itself: that is what anyone can do.
    let chip = p256();
    let code = scene.refused(|file| {
        let (batch, key) = (&file.batch, &mut file.keys[0]);
        prove(key, &chip, batch);
        key.attestation = signature::sign(&chip, &key.made_in(batch).signed_bytes()).unwrap();
    });
    assert_eq!(code, "card-return-bad-attestation", "self-made");
}

#[test]
fn an_attestation_of_another_card_usage_or_batch_is_refused() {
    let mut scene = scene();
    let swap = |a: usize, b: usize| {
        move |file: &mut ReturnFile| {
            let first = file.keys[a].attestation.clone();
            file.keys[a].attestation = std::mem::replace(&mut file.keys[b].attestation, first);
        }
    };
    assert_eq!(scene.refused(swap(0, 2)), "card-return-bad-attestation");
    assert_eq!(scene.refused(swap(0, 1)), "card-return-bad-attestation");
    let (key, batch) = (&scene.bureau.key, "L-20200101-00000000".parse().unwrap());
    let bytes = signed_again(&scene.batch, key, |file| {
        file.keys[0].attestation = key.attest(&file.keys[0].made_in(&batch)).unwrap();
    });
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-bad-attestation");
}

#[test]
fn a_key_or_proof_put_in_the_place_of_the_attested_one_is_refused() {
    let mut scene = scene();
    let chip = p256();
    let code = scene.refused(|file| prove(&mut file.keys[0], &chip, &file.batch));
    assert_eq!(code, "card-return-bad-attestation");

    // Another proof by the same chip, as good as the first.
    let chips = tempfile::tempdir().unwrap();
    let bytes = personalise(&scene.batch, &scene.bureau.key, Some(chips.path()), &mut rng()).unwrap();
    let mut file = content(&bytes, &scene.bureau.key);
    let pem = std::fs::read(chips.path().join(format!("{}-authentication.pem", file.keys[0].card))).unwrap();
    let chip = PKey::private_key_from_pem(&pem).unwrap();
    prove(&mut file.keys[0], &chip, &file.batch);
    let bytes = scene.bureau.key.sign(&serde_json::to_vec(&file).unwrap()).unwrap();
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-bad-attestation");
}

#[test]
fn an_attestation_that_is_no_signature_is_refused() {
    let mut scene = scene();
    assert_eq!(scene.refused(|file| file.keys[3].attestation.push(0)), "card-return-bad-attestation");
    for bad in [vec![], vec![0x30, 0x00], vec![0xff; 300]] {
        assert_eq!(scene.refused(|file| file.keys[3].attestation = bad), "card-return-bad-attestation");
    }
}

#[test]
fn the_attestation_is_kept_with_its_key_and_holds_for_that_key_alone() {
    let mut scene = scene();
    let bytes = personalise(&scene.batch, &scene.bureau.key, None, &mut rng()).unwrap();
    read(&mut scene.db, &bytes, &scene.pinned).unwrap();
    let card = scene.cards[0].number;
    let (public_key, proof, attestation): (Vec<u8>, Vec<u8>, Vec<u8>) = card_keys::table
        .find((card.to_string(), KeyUsage::Signature.as_str()))
        .select((card_keys::public_key, card_keys::proof, card_keys::attestation))
        .first(&mut scene.db)
        .unwrap();
    let order = order_of(&scene.cards[0]);
    let place =
        KeyPlace { batch: &scene.batch.batch, card: &card, order: &order, usage: KeyUsage::Signature };
    let made = MadeKey { place, public_key: &public_key, proof: &proof };
    let [of_b, of_a] = scene.pinned.clone();
    let (a, b): (&BureauName, &BureauName) = (scene.bureau.key.name(), scene.other.key.name());
    let holds =
        |pinned: &[X509], bureau, made: &MadeKey<'_>| attestation::holds(pinned, bureau, made, &attestation);
    assert!(holds(&scene.pinned, a, &made));
    assert!(holds(std::slice::from_ref(&of_a), a, &made));
    // Not where its bureau is not pinned, nor for a batch that was another bureau's.
    assert!(!holds(&[], a, &made));
    assert!(!holds(std::slice::from_ref(&of_b), a, &made));
    assert!(!holds(&scene.pinned, b, &made));
    assert!(!holds(&[bureau("Bureau A").key.certificate().clone()], a, &made));
    let other_batch = "L-20200101-00000000".parse().unwrap();
    let other_order = order_of(&scene.cards[1]);
    for altered in [
        MadeKey { place: KeyPlace { batch: &other_batch, ..place }, ..made },
        MadeKey { place: KeyPlace { card: &scene.cards[1].number, ..place }, ..made },
        MadeKey { place: KeyPlace { order: &other_order, ..place }, ..made },
        MadeKey { place: KeyPlace { usage: KeyUsage::Authentication, ..place }, ..made },
        MadeKey { public_key: &proof, ..made },
        MadeKey { proof: &public_key, ..made },
    ] {
        assert!(!holds(&scene.pinned, a, &altered), "{altered:?}");
    }
}

#[test]
fn a_bureau_whose_certificate_replaces_another_under_its_name_keeps_both_while_both_are_pinned() {
    let scene = scene();
    let renewed = bureau("Bureau A");
    let bytes = personalise(&scene.batch, &scene.bureau.key, None, &mut rng()).unwrap();
    let file = content(&bytes, &scene.bureau.key);
    let made = file.keys[0].made_in(&file.batch);
    let both = [renewed.key.certificate().clone(), scene.bureau.key.certificate().clone()];
    assert!(attestation::holds(&both, &file.bureau, &made, &file.keys[0].attestation));
    assert!(!attestation::holds(&both[..1], &file.bureau, &made, &file.keys[0].attestation));
}

#[test]
fn the_bytes_a_bureau_attests_are_those_that_bureaux_implement() {
    let (batch, card) = ("L-20261121-9F3C21AB".parse().unwrap(), "2600000001".parse().unwrap());
    let order = OrderDigest::of(b"order");
    let place = KeyPlace { batch: &batch, card: &card, order: &order, usage: KeyUsage::Signature };
    let made = MadeKey { place, public_key: b"key", proof: b"proof" };
    // Known answer: under this context the encoding never changes.
    let fields = [
        tlv(0x0c, b"igc-card-key-attestation-v2"),
        place_as_signed(),
        tlv(0x04, b"key"),
        tlv(0x04, b"proof"),
    ];
    assert_eq!(made.signed_bytes(), tlv(0x30, &fields.concat()));
}
