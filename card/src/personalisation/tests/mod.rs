mod attestations;
mod batches;
mod bureaux;
mod forgeries;

use std::collections::BTreeMap;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use store::{Code, Database, Fault};
use tempfile::TempDir;

use crate::testing::{act, commission, order_of, rng};
use crate::{Card, CardFilter, CardNumber, MOST_LISTED};

use super::bureau::{BureauKey, personalise};
use super::return_file::{ReturnFile, ReturnedKey};
use super::{
    BatchFile, BatchId, BureauName, PersonalisedBatch, Print, ReadReturnError, ReturnFileError, close_batch,
    proof, record_return, signature, verify_return_file,
};

/// A bureau with its own directory.
struct Bureau {
    key: BureauKey,
    directory: TempDir,
}

fn bureau(name: &str) -> Bureau {
    let directory = tempfile::tempdir().unwrap();
    let key = BureauKey::create(directory.path(), name.parse().unwrap(), &mut rng(), act().at).unwrap();
    Bureau { key, directory }
}

fn print(family_name: &str) -> Print {
    BTreeMap::from([("family_name".to_owned(), family_name.to_owned())]).try_into().unwrap()
}

fn close(db: &mut Database, bureau: &BureauName, cards: &[&Card]) -> BatchFile {
    let commissions = cards.iter().map(|card| (card.number, commission(card, print("DUPONT")))).collect();
    db.write(|db| close_batch(db, bureau, commissions, &mut rng(), &act())).unwrap()
}

/// Why a return file was not taken, whoever found it.
#[derive(Debug)]
enum Refused {
    File(ReturnFileError),
    Content(ReadReturnError),
}

impl Fault for Refused {
    fn code(&self) -> Code {
        match self {
            Self::File(error) => error.code(),
            Self::Content(error) => error.code(),
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Content(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

/// Verifies a return file and records it, as whoever receives one does.
fn read(db: &mut Database, bytes: &[u8], pinned: &[X509]) -> Result<PersonalisedBatch, Refused> {
    let verified = verify_return_file(bytes, pinned).map_err(Refused::File)?;
    let cards = crate::list(db, &CardFilter::default(), MOST_LISTED).unwrap();
    let orders = cards.iter().map(|card| (card.number, order_of(card))).collect();
    db.write(|db| record_return(db, verified, &orders, &mut rng(), &act())).map_err(Refused::Content)
}

/// The code with which a return file is refused; the database must be as it was before.
fn refusal(db: &mut Database, bytes: &[u8], pinned: &[X509]) -> &'static str {
    let before = state(db);
    let code = read(db, bytes, pinned).unwrap_err().code().name;
    assert_eq!(state(db), before, "a refused file ({code}) left something behind");
    code
}

/// All that a return file may change.
fn state(db: &mut Database) -> String {
    use diesel::prelude::*;
    use store::schema::{audit_events, card_batches, card_keys, cards};
    let cards: Vec<(String, String, i64)> = cards::table
        .select((cards::number, cards::status, cards::version))
        .order(cards::number)
        .load(db)
        .unwrap();
    let keys: i64 = card_keys::table.count().get_result(db).unwrap();
    let events: i64 = audit_events::table.count().get_result(db).unwrap();
    let batches: Vec<(String, String)> = card_batches::table
        .select((card_batches::id, card_batches::status))
        .order(card_batches::id)
        .load(db)
        .unwrap();
    format!("{cards:?} {keys} {events} {batches:?}")
}

/// What a dishonest bureau sends: the honest file, changed, attested and signed again by `key`.
fn dishonest(batch: &BatchFile, key: &BureauKey, change: impl FnOnce(&mut ReturnFile)) -> Vec<u8> {
    signed_again(batch, key, |file| {
        change(file);
        for returned in &mut file.keys {
            returned.attestation = key.attest(&returned.made_in(&file.batch)).unwrap();
        }
    })
}

/// The honest file, changed and signed again by `key`; the attestations are those of the honest file.
fn signed_again(batch: &BatchFile, key: &BureauKey, change: impl FnOnce(&mut ReturnFile)) -> Vec<u8> {
    let bytes = personalise(batch, key, None, &mut rng()).unwrap();
    let mut file = content(&bytes, key);
    change(&mut file);
    key.sign(&serde_json::to_vec(&file).unwrap()).unwrap()
}

/// The signed content of a file that is known to be good.
fn content(bytes: &[u8], key: &BureauKey) -> ReturnFile {
    verify_return_file(bytes, &[key.certificate().clone()]).unwrap().content
}

fn keys_of_card(file: &ReturnFile, number: &CardNumber) -> Vec<ReturnedKey> {
    file.keys.iter().filter(|key| key.card == *number).cloned().collect()
}

fn p256() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

/// Puts the key of `chip` into a line of a return file, proven as any chip proves its own.
fn prove(key: &mut ReturnedKey, chip: &PKey<Private>, batch: &BatchId) {
    key.public_key = chip.public_key_to_der().unwrap();
    let signed = proof::signed_bytes(&key.place_in(batch), &key.public_key);
    key.proof = signature::sign(chip, &signed).unwrap();
}

/// The place of a signature key, made in batch L-20261121-9F3C21AB for card 2600000001 and the order
/// `b"order"`, as the ASN.1 module says it.
fn place_as_signed() -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let fields = [
        tlv(0x0c, b"L-20261121-9F3C21AB"),
        tlv(0x0c, b"2600000001"),
        tlv(0x04, &Sha256::digest(b"order")),
        tlv(0x0c, b"signature"),
    ];
    tlv(0x30, &fields.concat())
}

/// Tag, length, content, in DER.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match content.len() {
        0..=127 => vec![length[1]],
        128..=255 => vec![0x81, length[1]],
        _ => vec![0x82, length[0], length[1]],
    };
    [&[tag], length.as_slice(), content].concat()
}
