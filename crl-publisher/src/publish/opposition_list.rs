//! The opposition list: every card that was opposed, for systems that read cards off line.
//!
//! It says the card's number, the date and the sequence, never the ground.

use ca_core::signer::Signer;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::{self, Event};
use store::schema::card_oppositions;
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp, crash_point, fault};
use thiserror::Error;

use super::detached_signature::ListSigner;
pub use super::detached_signature::SignatureError;
use crate::faults;
use crate::folder::{FolderError, PublicFolder};
use crate::policy::PublicationPolicy;

/// One opposed card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable)]
pub struct OppositionEntry {
    /// Grows with each opposition, in the order of commits.
    pub sequence: i64,
    /// The card.
    pub card_number: String,
    /// When it was opposed.
    pub opposed_at: Timestamp,
}

/// `full.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OppositionList {
    /// When the list was made.
    pub issued_at: Timestamp,
    /// The newest sequence on it; zero where no card is opposed. Ask for the changes since this one.
    pub sequence: i64,
    /// Every opposed card, oldest first.
    pub oppositions: Vec<OppositionEntry>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OppositionListReport {
    /// False where the published list says the same and is recent enough, or already knows more.
    pub written: bool,
    /// The newest sequence on it.
    pub sequence: i64,
    /// How many cards stand on it.
    pub entries: u64,
}

/// An opposition list that could not be published; what is published stays.
#[derive(Debug, Error)]
pub enum OppositionListError {
    /// It could not be signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The published list holds a card that the database does not know as opposed.
    #[error("card {card_number} stands on the published opposition list and the database has forgotten it")]
    Lost {
        /// The card.
        card_number: String,
    },
    /// The list does not encode.
    #[error("the list does not encode: {0}")]
    Encoding(#[from] serde_json::Error),
    /// The public folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OppositionListError {
    fn code(&self) -> Code {
        match self {
            Self::Signature(error) => match error {
                SignatureError::NoSigner | SignatureError::Key(_) | SignatureError::Der(_) => {
                    faults::LIST_SIGNER
                }
                SignatureError::Signer(error) => error.code(),
                SignatureError::Wrong(_) => faults::LIST_SIGNATURE,
                SignatureError::Authority(error) => error.code(),
                SignatureError::Database(_) => fault::DATABASE,
            },
            Self::Lost { .. } => faults::LIST_ENTRY_LOST,
            Self::Encoding(_) => faults::FOLDER,
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// Publishes `oppositions/full.csv` and `full.json`, each with its detached signature beside it,
/// where a card was opposed since, or the list is older than the policy says.
pub fn publish_opposition_list(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<OppositionListReport, OppositionListError> {
    let oppositions = since(db, 0, i64::MAX)?;
    let list = OppositionList {
        issued_at: act.at.whole_second(),
        sequence: oppositions.last().map_or(0, |entry| entry.sequence),
        oppositions,
    };
    let entries = list.oppositions.len() as u64;
    let report = |written| OppositionListReport { written, sequence: list.sequence, entries };
    if let Some(standing) = published(folder)? {
        check_nothing_is_lost(&standing, &list)?;
        let recent = act.at < standing.issued_at.plus(policy.opposition_list_every);
        if recent && standing.oppositions == list.oppositions && complete(folder)? {
            return Ok(report(false));
        }
    }

    let csv = csv(&list);
    let json = serde_json::to_vec(&list)?;
    let list_signer = ListSigner::load(db, act.at)?;
    let subject = format!("opposition-list {}", list.sequence);
    let csv_signature = list_signer.sign(db, signer, &subject, csv.as_bytes(), act)?;
    let json_signature = list_signer.sign(db, signer, &subject, &json, act)?;
    db.write(|db| {
        let event = Event {
            action: "opposition-list.issued",
            subject: subject.clone(),
            payload: json!({ "entries": entries }),
        };
        audit::record(db, event, rng, act)
    })?;
    crash_point("opposition-list.recorded");
    let turn = folder.turn()?;
    if published(folder)?.is_some_and(|standing| standing.sequence > list.sequence) {
        return Ok(report(false)); // another worker was quicker, and knows more
    }
    // full.json last: it is what the next run compares with, so that a crash before it is repaired.
    for (name, bytes) in [
        ("full.csv", csv.as_bytes()),
        ("full.csv.p7s", &csv_signature),
        ("full.json.p7s", &json_signature),
        ("full.json", &json),
    ] {
        turn.replace(&folder.oppositions_path(name), bytes)?;
    }
    Ok(report(true))
}

/// The sequence of the newest opposition; zero where no card is opposed.
pub fn newest(db: &mut Database) -> QueryResult<i64> {
    let newest: Option<i64> =
        card_oppositions::table.select(diesel::dsl::max(card_oppositions::sequence)).first(db)?;
    Ok(newest.unwrap_or(0))
}

/// The oppositions after `sequence`, oldest first, at most `limit`.
pub fn since(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<OppositionEntry>> {
    let mut entries: Vec<OppositionEntry> = card_oppositions::table
        .filter(card_oppositions::sequence.gt(sequence))
        .order(card_oppositions::sequence)
        .limit(limit)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .load(db)?;
    // As the lists say it, so that what was published compares equal.
    entries.iter_mut().for_each(|entry| entry.opposed_at = entry.opposed_at.whole_second());
    Ok(entries)
}

fn csv(list: &OppositionList) -> String {
    let mut csv = String::with_capacity(48 * (list.oppositions.len() + 1));
    csv.push_str("sequence;card_number;opposed_at\n");
    for entry in &list.oppositions {
        csv += &format!("{};{};{}\n", entry.sequence, entry.card_number, entry.opposed_at);
    }
    csv
}

/// The published list; nothing where there is none, or it does not read and must be replaced.
fn published(folder: &PublicFolder) -> Result<Option<OppositionList>, FolderError> {
    let bytes = folder.read(&folder.oppositions_path("full.json"))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn complete(folder: &PublicFolder) -> Result<bool, FolderError> {
    for name in ["full.csv", "full.csv.p7s", "full.json.p7s"] {
        if folder.read(&folder.oppositions_path(name))?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An opposition is definitive: what was public stays public, a restored backup included.
fn check_nothing_is_lost(
    standing: &OppositionList,
    list: &OppositionList,
) -> Result<(), OppositionListError> {
    let known: std::collections::HashSet<&str> =
        list.oppositions.iter().map(|entry| entry.card_number.as_str()).collect();
    match standing.oppositions.iter().find(|entry| !known.contains(entry.card_number.as_str())) {
        Some(lost) => Err(OppositionListError::Lost { card_number: lost.card_number.clone() }),
        None => Ok(()),
    }
}
