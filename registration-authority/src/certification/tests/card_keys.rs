//! What somebody who can write `card_keys` gets certified: nothing.

use card::personalisation::attestation::MadeKey;
use card::personalisation::bureau::BureauKey;
use card::personalisation::{BatchId, BureauName, KeyPlace, OrderDigest, proof};
use card::{CardNumber, KeyUsage};
use diesel::prelude::*;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::x509::X509;
use store::schema::card_keys;
use tempfile::TempDir;

use crate::order::{self, CanonicalOrder};
use crate::testing::*;

const PLANTED: KeyUsage = KeyUsage::Authentication;

/// A house with a personalised card, and an intruder who has taken the triggers of `card_keys` away.
fn intruded() -> (House, Worker, CardNumber) {
    let mut house = House::new();
    let worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    house.sql("DROP TRIGGER card_keys_are_never_changed; DROP TRIGGER card_keys_are_never_deleted").unwrap();
    (house, worker, card)
}

/// Puts the intruder's own key in the place of the card's, proven as well as any chip proves one, with what
/// `attest` makes of it.
fn plant(house: &mut House, card: &CardNumber, attest: impl FnOnce(&MadeKey<'_>) -> Vec<u8>) {
    let (batch, order) = (batch_of(house, card), order_of(house, card));
    let place = KeyPlace { batch: &batch, card, order: &order, usage: PLANTED };
    let own = p256();
    let public_key = own.public_key_to_der().unwrap();
    let proof = signed(&own, &proof::signed_bytes(&place, &public_key));
    assert!(proof::holds(&place, &public_key, &proof), "the chip's proof is not what refuses it");
    let made = MadeKey { place, public_key: &public_key, proof: &proof };
    let attestation = attest(&made);
    let planted = house.sql(&format!(
        "DELETE FROM card_keys WHERE card_number = '{card}' AND key_usage = '{PLANTED}';
         INSERT INTO card_keys (card_number, key_usage, batch, public_key, proof, attestation, received_at) VALUES
         ('{card}', '{PLANTED}', '{batch}', x'{}', x'{}', x'{}', 0)",
        hex::encode(&public_key),
        hex::encode(&proof),
        hex::encode(attestation)
    ));
    planted.unwrap();
}

fn batch_of(house: &mut House, card: &CardNumber) -> BatchId {
    card::get(&mut house.db, card).unwrap().life.batch().unwrap().clone()
}

/// The order that stands behind a card.
fn order_of(house: &mut House, card: &CardNumber) -> OrderDigest {
    let number = card::get(&mut house.db, card).unwrap().order_number;
    CanonicalOrder::of(&order::get(&mut house.db, &number).unwrap()).digest()
}

fn attestation_of(house: &mut House, card: &CardNumber, usage: KeyUsage) -> Vec<u8> {
    card_keys::table
        .find((card.to_string(), usage.as_str()))
        .select(card_keys::attestation)
        .first(&mut house.db)
        .unwrap()
}

fn p256() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn signed(key: &PKey<Private>, bytes: &[u8]) -> Vec<u8> {
    Signer::new(MessageDigest::sha256(), key).unwrap().sign_oneshot_to_vec(bytes).unwrap()
}

/// A bureau that signs whatever it is given.
struct Bureau {
    key: PKey<Private>,
    certificate: X509,
    _home: TempDir,
}

impl Bureau {
    fn called(name: &str, house: &mut House) -> Self {
        let home = tempfile::tempdir().unwrap();
        let name: BureauName = name.parse().unwrap();
        let made = BureauKey::create(home.path(), name, &mut house.rng, house.at).unwrap();
        let pem = std::fs::read(home.path().join("bureau-key.pem")).unwrap();
        let key = PKey::private_key_from_pem(&pem).unwrap();
        Self { key, certificate: made.certificate().clone(), _home: home }
    }

    fn attests(&self) -> impl FnOnce(&MadeKey<'_>) -> Vec<u8> {
        |made| signed(&self.key, &made.signed_bytes())
    }
}

fn refused(house: &mut House, worker: &mut Worker, card: &CardNumber) {
    assert_eq!(code(house.certify(worker, card)), "certification-key-unattested");
    assert_eq!(card::certificates::of_card(&mut house.db, card).unwrap(), [], "nothing was even intended");
}

#[test]
fn a_planted_key_with_a_valid_proof_and_no_attestation_is_not_certified() {
    let (mut house, mut worker, card) = intruded();
    let honest = attestation_of(&mut house, &card, PLANTED);
    for attestation in [vec![], vec![0x30, 0x00], honest] {
        plant(&mut house, &card, |_| attestation);
        refused(&mut house, &mut worker, &card);
    }
}

#[test]
fn a_planted_key_that_attests_itself_or_that_an_unpinned_bureau_attests_is_not_certified() {
    let (mut house, mut worker, card) = intruded();
    plant(&mut house, &card, |made| signed(&p256(), &made.signed_bytes()));
    refused(&mut house, &mut worker, &card);
    // Of the very name that is pinned; the name is no key.
    let impostor = Bureau::called("Bureau A", &mut house);
    plant(&mut house, &card, impostor.attests());
    refused(&mut house, &mut worker, &card);
    // Once its certificate is pinned, the same row is certified: nothing else refused it.
    worker.bureaus.push(impostor.certificate);
    house.certify(&mut worker, &card).unwrap();
}

#[test]
fn a_planted_key_that_a_bureau_attests_to_whom_the_batch_was_not_sent_is_not_certified() {
    let (mut house, mut worker, card) = intruded();
    let other = Bureau::called("Bureau B", &mut house);
    worker.bureaus.push(other.certificate.clone());
    plant(&mut house, &card, other.attests());
    refused(&mut house, &mut worker, &card);
}

#[test]
fn an_attestation_of_another_card_or_use_is_none() {
    let (mut house, mut worker, card) = intruded();
    house.approved(&other_nurse());
    let other = house.personalise()[0];
    for (of, usage) in [(other, PLANTED), (card, KeyUsage::Signature)] {
        let borrowed = attestation_of(&mut house, &of, usage);
        house
            .sql(&format!(
                "UPDATE card_keys SET attestation = x'{}' WHERE card_number = '{card}' AND key_usage = '{PLANTED}'",
                hex::encode(borrowed)
            ))
            .unwrap();
        refused(&mut house, &mut worker, &card);
    }
    // The other card's own key, with all that was said of it: its chip proved it for that card.
    house
        .sql(&format!(
            "CREATE TEMPORARY TABLE stolen AS SELECT * FROM card_keys WHERE card_number = '{other}';
             DELETE FROM card_keys;
             INSERT INTO card_keys SELECT '{card}', key_usage, batch, public_key, proof, attestation, received_at FROM stolen;
             DROP TRIGGER cards_keep_what_was_ordered;
             UPDATE cards SET batch = (SELECT batch FROM cards WHERE number = '{other}') WHERE number = '{card}'"
        ))
        .unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "certification-key-unproven");
}

#[test]
fn a_card_whose_row_names_another_approved_order_is_not_certified() {
    let (mut house, mut worker, card) = intruded();
    let of_row = |house: &mut House| card::get(&mut house.db, &card).unwrap().order_number;
    let ordered = of_row(&mut house);
    // Another order for the very same card, as well approved, while the first one is out of its way.
    house.sql("DROP TRIGGER cards_keep_what_was_ordered; UPDATE cards SET temporary = TRUE").unwrap();
    let other = house.approved(&nurse());
    house.sql("UPDATE cards SET temporary = FALSE").unwrap();
    let tie = |number: &str| format!("UPDATE cards SET order_number = '{number}' WHERE number = '{card}'");
    house.sql(&tie(&other.number)).unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "certification-key-unproven");
    assert_eq!(card::certificates::of_card(&mut house.db, &card).unwrap(), [], "nothing was even intended");
    // Back at its own order it is certified: nothing else refused it.
    house.sql(&tie(&ordered)).unwrap();
    house.certify(&mut worker, &card).unwrap();
}

#[test]
fn a_key_that_was_attested_for_another_order_is_not_certified() {
    let (mut house, mut worker, card) = intruded();
    let bureau = Bureau::called("Bureau A", &mut house);
    worker.bureaus.push(bureau.certificate.clone());
    // The attestation of a bureau that made the key for the order of another version.
    let mine = order_of(&mut house, &card);
    let other = OrderDigest::of(b"another version");
    assert_ne!(mine, other);
    plant(&mut house, &card, |made| {
        let place = KeyPlace { order: &other, ..made.place };
        signed(&bureau.key, &MadeKey { place, ..*made }.signed_bytes())
    });
    refused(&mut house, &mut worker, &card);
    plant(&mut house, &card, bureau.attests());
    house.certify(&mut worker, &card).unwrap();
}

#[test]
fn the_keys_of_a_bureau_whose_pin_was_taken_away_are_no_longer_certified() {
    let (mut house, mut worker, card) = intruded();
    let pinned = std::mem::take(&mut worker.bureaus);
    refused(&mut house, &mut worker, &card);
    worker.bureaus = pinned;
    house.certify(&mut worker, &card).unwrap();
}
