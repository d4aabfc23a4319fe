mod attestations;
mod batches;
mod bureaux;
mod forgeries;

use std::collections::BTreeMap;

use openssl::x509::X509;
use store::{Database, Fault};
use tempfile::TempDir;

use crate::testing::{act, rng};
use crate::{Card, CardNumber};

use super::bureau::{BureauKey, personalise};
use super::return_file::{ReturnFile, ReturnedKey};
use super::{
    BatchFile, BureauName, PersonalisedBatch, Print, ReadReturnError, close_batch, read_return_file,
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
    let prints = cards.iter().map(|card| (card.number, print("DUPONT"))).collect();
    db.write(|db| close_batch(db, bureau, prints, &mut rng(), &act())).unwrap()
}

fn read(db: &mut Database, bytes: &[u8], pinned: &[X509]) -> Result<PersonalisedBatch, ReadReturnError> {
    db.write(|db| read_return_file(db, bytes, pinned, &mut rng(), &act()))
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
    super::verify_return_file(bytes, &[key.certificate().clone()]).unwrap().content
}

fn keys_of_card(file: &ReturnFile, number: &CardNumber) -> Vec<ReturnedKey> {
    file.keys.iter().filter(|key| key.card == *number).cloned().collect()
}
