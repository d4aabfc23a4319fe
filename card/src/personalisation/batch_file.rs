use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use store::{Code, Fault, Timestamp};
use thiserror::Error;

use crate::{CardKind, CardNumber, KeyUsage, faults};

use super::{BatchId, BureauName, MOST_CARDS, OrderDigest, Print};

/// The largest batch file, in bytes.
pub const LARGEST_BATCH_FILE: usize = 32 << 20;

const VERSION: u32 = 2;

/// The file that goes to the bureau: which cards to make. JSON, version 2:
///
/// ```json
/// {"version":2,"batch":"L-20261121-9F3C21AB","bureau":"Bureau A","closed_at":"2026-11-21T10:00:00Z",
///  "key_algorithm":"P-256",
///  "cards":[{"number":"2600000001","order":"<SHA-256 of the approved order, hexadecimal>",
///            "kind":"CPS","usages":["authentication","signature"],
///            "print":{"family_name":"DUPONT"}}]}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchFile {
    version: u32,
    /// Which batch.
    pub batch: BatchId,
    /// For whom.
    pub bureau: BureauName,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// What keys the chips make.
    pub key_algorithm: KeyAlgorithm,
    /// The cards, by number.
    pub cards: Vec<CardToMake>,
}

/// A card in a batch file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardToMake {
    /// Its number.
    pub number: CardNumber,
    /// The order that was approved for it; its chip and the bureau sign this digest.
    pub order: OrderDigest,
    /// Its kind.
    pub kind: CardKind,
    /// The keys its chip makes.
    pub usages: Vec<KeyUsage>,
    /// What is printed on its body.
    pub print: Print,
}

/// What the registration authority wants made of a card: for which approved order, with what on its
/// body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    /// The order that was approved for it.
    pub order: OrderDigest,
    /// What is printed on its body.
    pub print: Print,
}

/// The kinds of keys that a chip of this generation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    /// ECDSA on P-256 (secp256r1, RFC 5480 §2.1.1.1).
    #[serde(rename = "P-256")]
    P256,
}

/// Not a batch file.
#[derive(Debug, Error)]
pub enum BatchFileError {
    /// Too large.
    #[error("batch file: {0} bytes, at most {LARGEST_BATCH_FILE}")]
    TooLarge(usize),
    /// Not of its form; the message names field, line and column.
    #[error("batch file: {0}")]
    Json(#[from] serde_json::Error),
    /// Of a version this program does not know.
    #[error("batch file: version {0}, expected {VERSION}")]
    Version(u32),
    /// No card, or too many.
    #[error("batch file: {0} cards, expected 1 to {MOST_CARDS}")]
    Size(usize),
    /// A card stands twice.
    #[error("batch file: card {0} stands twice")]
    Twice(CardNumber),
    /// A card has no usage, or one of them twice.
    #[error("batch file: card {0} asks for no key, or for one twice")]
    Usages(CardNumber),
}

impl Fault for BatchFileError {
    fn code(&self) -> Code {
        faults::BATCH_FILE_INVALID
    }
}

impl BatchFile {
    pub(super) fn new(
        batch: BatchId,
        bureau: BureauName,
        closed_at: Timestamp,
        cards: Vec<CardToMake>,
    ) -> Self {
        Self { version: VERSION, batch, bureau, closed_at, key_algorithm: KeyAlgorithm::P256, cards }
    }

    /// The bytes of the file.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a batch file has only strings as keys")
    }

    /// Reads the bytes of a file, strictly.
    pub fn read(bytes: &[u8]) -> Result<Self, BatchFileError> {
        if bytes.len() > LARGEST_BATCH_FILE {
            return Err(BatchFileError::TooLarge(bytes.len()));
        }
        let file: Self = serde_json::from_slice(bytes)?;
        if file.version != VERSION {
            return Err(BatchFileError::Version(file.version));
        }
        if !(1..=MOST_CARDS).contains(&file.cards.len()) {
            return Err(BatchFileError::Size(file.cards.len()));
        }
        let mut seen = BTreeSet::new();
        for card in &file.cards {
            if !seen.insert(card.number) {
                return Err(BatchFileError::Twice(card.number));
            }
            let usages: BTreeSet<KeyUsage> = card.usages.iter().copied().collect();
            if usages.is_empty() || usages.len() != card.usages.len() {
                return Err(BatchFileError::Usages(card.number));
            }
        }
        Ok(file)
    }
}
