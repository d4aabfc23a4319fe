//! Publishes `full.bin`, the compact list.

use ca_core::signer::Signer;
use diesel::prelude::*;
use opposition_list_reader::CompactList;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::cards;
use store::{Act, CryptoRng, Database, Timestamp};

use super::detached_signature::ListSigner;
use super::list_content::OppositionList;
use super::list_file::ListFile;
use super::list_verifier::ListVerifier;
use super::opposition_list::{OppositionListError, SignedFile};
use crate::compact_list::{CompactListError, Snapshot, encode};
use crate::folder::PublicFolder;
use crate::policy::PublicationPolicy;

/// How many card numbers are read at once.
const BATCH: i64 = 100_000;

/// Writes the compact form of `list` where the one that stands is of another sequence, or older than the policy
/// says: cards that were made since are covered from then on. Says whether it did.
#[allow(clippy::too_many_arguments, reason = "the house's parameter order")]
pub(super) fn publish(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    verifier: &ListVerifier,
    list: &OppositionList,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, OppositionListError> {
    let standing = Standing::read(folder, verifier)?;
    if standing.is_some_and(|standing| {
        standing.says(list) && act.at < standing.produced_at.plus(policy.opposition_list.every)
    }) {
        return Ok(false);
    }
    let octets = written(db, list)?;
    let subject = format!("compact-opposition-list {}", list.sequence);
    let list_signer = ListSigner::load(db, act.at)?;
    let size = octets.len();
    let file = SignedFile::sign(db, signer, &list_signer, &subject, (ListFile::Compact, octets), act)?;
    db.write(|db| {
        let event =
            Event { action: "compact-opposition-list.issued", subject, payload: json!({ "octets": size }) };
        audit::record(db, event, rng, act)
    })?;
    let turn = folder.turn()?;
    let quicker = Standing::read(folder, verifier)?.is_some_and(|standing| standing.sequence > list.sequence);
    if !quicker {
        file.replace(folder, &turn)?;
    }
    Ok(!quicker)
}

fn written(db: &mut Database, list: &OppositionList) -> Result<Vec<u8>, OppositionListError> {
    let mut opposed: Vec<u64> =
        list.oppositions.iter().map(|entry| number(&entry.card_number)).collect::<Result<_, _>>()?;
    opposed.sort_unstable();
    let mut issued = numbers_given(db)?;
    // A card that a restored database does not even know was given once.
    let unknown: Vec<u64> =
        opposed.iter().copied().filter(|card| issued.binary_search(card).is_err()).collect();
    if !unknown.is_empty() {
        issued.extend(unknown);
        issued.sort_unstable();
    }
    let snapshot = Snapshot {
        sequence: list.sequence.unsigned_abs(),
        produced_at: list.issued_at,
        next_update: list.next_update,
        issued: &issued,
        opposed: &opposed,
    };
    Ok(encode(&snapshot)?)
}

/// Every card number that was ever given, ascending. They lie in memory as numbers, eight octets each.
fn numbers_given(db: &mut Database) -> Result<Vec<u64>, OppositionListError> {
    let mut issued = Vec::new();
    let mut last = String::new();
    loop {
        let batch: Vec<String> = cards::table
            .filter(cards::number.gt(&last))
            .order(cards::number)
            .limit(BATCH)
            .select(cards::number)
            .load(db)?;
        for card in &batch {
            issued.push(number(card)?);
        }
        match batch.into_iter().next_back() {
            Some(card) => last = card,
            None => return Ok(issued),
        }
    }
}

fn number(card: &str) -> Result<u64, CompactListError> {
    card.parse().map_err(|_| CompactListError::Snapshot("card numbers are digits"))
}

/// What the compact list that stands says of itself.
#[derive(Clone, Copy)]
struct Standing {
    sequence: i64,
    opposed: usize,
    produced_at: Timestamp,
}

impl Standing {
    fn read(folder: &PublicFolder, verifier: &ListVerifier) -> Result<Option<Self>, OppositionListError> {
        let Some(octets) = verifier.read(folder, ListFile::Compact)? else { return Ok(None) };
        let Ok(list) = CompactList::read(&octets) else { return Ok(None) };
        Ok(Some(Self {
            sequence: i64::try_from(list.sequence()).unwrap_or(i64::MAX),
            opposed: list.opposed() as usize,
            produced_at: Timestamp::from_seconds(i64::try_from(list.produced_at()).unwrap_or(0)),
        }))
    }

    fn says(self, list: &OppositionList) -> bool {
        self.sequence == list.sequence && self.opposed == list.oppositions.len()
    }
}
