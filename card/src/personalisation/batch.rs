use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use store::schema::card_batches;
use store::{CryptoRng, Database, Timestamp};
use thiserror::Error;

use crate::record::parsed;

/// The most cards a batch has: an opposition never waits long behind it (invariant 7).
pub const MOST_CARDS: usize = 10_000;

/// A batch: the day it was closed and eight random hexadecimal digits, `L-20261121-9F3C21AB`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchId(String);

/// The name of a personalisation bureau: the common name of its certificate (at most 64
/// characters, RFC 5280 appendix A, ub-common-name).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BureauName(String);

/// Not a batch identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("batch: expected an identifier like L-20261121-9F3C21AB")]
pub struct NotABatchId;

/// Not the name of a bureau.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("bureau: expected 1 to 64 ASCII letters, digits, inner spaces, dots and dashes")]
pub struct NotABureauName;

impl store::Fault for NotABureauName {
    fn code(&self) -> store::Code {
        crate::faults::BUREAU_INVALID
    }
}

/// A batch as its row says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Which.
    pub id: BatchId,
    /// Who makes its cards.
    pub bureau: BureauName,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// When its return file was read, if it was.
    pub returned_at: Option<Timestamp>,
}

type BatchRow = (String, String, Timestamp, Option<Timestamp>);

const COLUMNS: (card_batches::id, card_batches::bureau, card_batches::closed_at, card_batches::returned_at) =
    (card_batches::id, card_batches::bureau, card_batches::closed_at, card_batches::returned_at);

/// The batch with this identifier, if there is one.
pub fn find_batch(db: &mut Database, id: &BatchId) -> QueryResult<Option<Batch>> {
    let row: Option<BatchRow> = card_batches::table.find(id.as_str()).select(COLUMNS).first(db).optional()?;
    row.map(Batch::try_from).transpose()
}

/// The batches that wait for their return file, the oldest first.
pub fn open_batches(db: &mut Database) -> QueryResult<Vec<Batch>> {
    let rows: Vec<BatchRow> = card_batches::table
        .filter(card_batches::status.eq("closed"))
        .order((card_batches::closed_at, card_batches::id))
        .select(COLUMNS)
        .load(db)?;
    rows.into_iter().map(Batch::try_from).collect()
}

impl TryFrom<BatchRow> for Batch {
    type Error = diesel::result::Error;

    fn try_from((id, bureau, closed_at, returned_at): BatchRow) -> QueryResult<Self> {
        Ok(Self { id: parsed(&id)?, bureau: parsed(&bureau)?, closed_at, returned_at })
    }
}

impl BatchId {
    /// A new identifier. The random part keeps two installations apart; a collision inside one is
    /// refused by the primary key.
    pub(super) fn draw(rng: &mut dyn CryptoRng, at: Timestamp) -> Self {
        let mut random = [0; 4];
        rng.fill_bytes(&mut random);
        let day = at.to_jiff().strftime("%Y%m%d");
        Self(format!("L-{day}-{}", hex::encode_upper(random)))
    }

    /// The identifier, as stored and as signed by chips.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BatchId {
    type Err = NotABatchId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let shape = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some("L"), Some(day), Some(random), None) = shape else { return Err(NotABatchId) };
        let upper_hex = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
        let fits = day.len() == 8
            && day.bytes().all(|byte| byte.is_ascii_digit())
            && random.len() == 8
            && random.bytes().all(upper_hex);
        fits.then(|| Self(text.to_owned())).ok_or(NotABatchId)
    }
}

impl FromStr for BureauName {
    type Err = NotABureauName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=64).contains(&text.len())
            && text.trim() == text
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-".contains(&byte));
        fits.then(|| Self(text.to_owned())).ok_or(NotABureauName)
    }
}

impl BureauName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BureauName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BatchId {
    type Error = NotABatchId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for BureauName {
    type Error = NotABureauName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BatchId> for String {
    fn from(id: BatchId) -> Self {
        id.0
    }
}

impl From<BureauName> for String {
    fn from(name: BureauName) -> Self {
        name.0
    }
}
