//! What a holder declares with his opposition code: he names his card or himself. The web role drops it in an inbox and
//! reads the answer; [`by_code`](super::by_code), in the worker, verifies and opposes.
//!
//! Every answer has the same shape, whether the card exists, has a code, is locked or not: opposed, or not recognised.

use std::fmt;
use std::str::FromStr;

use card::CardNumber;
use diesel::prelude::*;
use professional_registry::Rpps;
use rand_core::CryptoRng;
use store::schema::{holder_declarations, opposition_declarations};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::Ground;
use super::code::CodeDigest;
use super::code_letter::card_number;
use super::one_time;
use crate::faults;

/// How many declarations wait at most: who floods the public page does not fill the disk.
const MOST_WAITING: i64 = 500;

/// What a holder may declare by himself, as the table of requesters has it. Everything else has an officer's ground.
pub const GROUNDS: [Ground; 6] = [
    Ground::Lost,
    Ground::Stolen,
    Ground::CodesDisclosed,
    Ground::CardNotReceived,
    Ground::CodesNotReceived,
    Ground::Defective,
];

/// Whose card it is, as the declarer says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// The card.
    Card(CardNumber),
    /// The professional, one of whose cards it is.
    Person(Rpps),
}

impl Declared {
    /// Whether it names a card, and not a person.
    pub fn is_card(&self) -> bool {
        matches!(self, Self::Card(_))
    }
}

/// A text that is neither a card number nor an RPPS number.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("must be the ten digits of a card or the eleven digits of an RPPS number")]
pub struct NotDeclared;

impl Fault for NotDeclared {
    fn code(&self) -> Code {
        faults::OPPOSITION_IDENTIFIER_MALFORMED
    }
}

impl FromStr for Declared {
    type Err = NotDeclared;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.len() {
            10 => text.parse().map(Self::Card).map_err(|_| NotDeclared),
            11 => text.parse().map(Self::Person).map_err(|_| NotDeclared),
            _ => Err(NotDeclared),
        }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card(card) => card.fmt(f),
            Self::Person(rpps) => rpps.fmt(f),
        }
    }
}

/// With which code somebody declares.
pub(super) enum Presented<'a> {
    /// That of a letter, for this card or a card of this person.
    OfLetter(&'a Declared),
    /// One that was sent for this request.
    OneTime(&'a str),
}

/// Why a declaration is not taken.
#[derive(Debug, Error)]
pub enum DeclareError {
    /// A ground that only officers oppose for.
    #[error("a holder does not declare a card to be {0}")]
    Ground(Ground),
    /// Nobody asked for a one-time code under this address, or it is a day ago.
    #[error("no request for a one-time code has this address")]
    NoRequest,
    /// Too many wait.
    #[error("{MOST_WAITING} declarations wait for the worker")]
    Full,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DeclareError {
    fn code(&self) -> Code {
        match self {
            Self::Ground(_) => faults::OPPOSITION_GROUND_UNKNOWN,
            Self::NoRequest => faults::ONE_TIME_REQUEST_UNKNOWN,
            Self::Full => faults::OPPOSITION_INBOX_FULL,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Drops a declaration in the inbox, in a transaction of its own, also where the disk is full; 32 hexadecimal digits by
/// which its answer is found. Whoever the declarer is: nothing is looked up.
pub fn declare(
    db: &mut Database,
    declared: &Declared,
    code: &CodeDigest,
    ground: Ground,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, DeclareError> {
    drop_in(db, Presented::OfLetter(declared), code, ground, rng, act)
}

pub(super) fn drop_in(
    db: &mut Database,
    presented: Presented<'_>,
    code: &CodeDigest,
    ground: Ground,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, DeclareError> {
    if !GROUNDS.contains(&ground) {
        return Err(DeclareError::Ground(ground));
    }
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let id = hex::encode(id);
    let (identifier, request) = match presented {
        Presented::OfLetter(declared) => (Some(declared.to_string()), None),
        Presented::OneTime(request) => (None, Some(request)),
    };
    db.write_on_reserve(|db| {
        if let Some(request) = request
            && !one_time::stands(db, request)?
        {
            return Err(DeclareError::NoRequest);
        }
        let waiting: i64 = holder_declarations::table
            .filter(holder_declarations::outcome.is_null())
            .select(diesel::dsl::count(holder_declarations::id))
            .first(db)?;
        if waiting >= MOST_WAITING {
            return Err(DeclareError::Full);
        }
        diesel::insert_into(holder_declarations::table)
            .values((
                holder_declarations::id.eq(&id),
                holder_declarations::identifier.eq(&identifier),
                holder_declarations::request.eq(request),
                holder_declarations::code_digest.eq(code.0.as_slice()),
                holder_declarations::ground.eq(ground.as_str()),
                holder_declarations::received_at.eq(act.at),
            ))
            .execute(db)?;
        Ok(())
    })?;
    Ok(id)
}

/// What became of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The worker has not looked yet.
    Waiting,
    /// The card is opposed: by this declaration, or before it.
    Opposed(HolderReceipt),
    /// No card of this person, or of this number, has this code; or it may not be tried now.
    NotRecognised,
}

/// What a holder who proved himself is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderReceipt {
    /// `OP-…`
    pub receipt: String,
    /// The card that may never be used again.
    pub card: CardNumber,
    /// Since when.
    pub opposed_at: Timestamp,
    /// The event of the status log with which everything of it is revoked.
    pub status_sequence: i64,
}

/// The answer to a declaration; nothing where there is none of this identifier, or no longer.
pub fn look(db: &mut Database, id: &str) -> QueryResult<Option<Answer>> {
    type Row = (Option<String>, Option<String>, Option<i64>);
    let row: Option<Row> = holder_declarations::table
        .find(id)
        .select((
            holder_declarations::outcome,
            holder_declarations::receipt,
            holder_declarations::status_sequence,
        ))
        .first(db)
        .optional()?;
    Ok(match row {
        None => None,
        Some((None, ..)) => Some(Answer::Waiting),
        Some((_, Some(receipt), Some(status_sequence))) => {
            let (card, opposed_at): (String, Timestamp) = opposition_declarations::table
                .find(&receipt)
                .select((opposition_declarations::card_number, opposition_declarations::received_at))
                .first(db)?;
            let card = card_number(&card)?;
            Some(Answer::Opposed(HolderReceipt { receipt, card, opposed_at, status_sequence }))
        }
        Some(_) => Some(Answer::NotRecognised),
    })
}

/// Whether any declaration waits.
pub fn is_any_waiting(db: &mut Database) -> QueryResult<bool> {
    let waiting = holder_declarations::table.filter(holder_declarations::outcome.is_null());
    diesel::select(diesel::dsl::exists(waiting)).get_result(db)
}

/// When the declaration came that waits longest.
pub fn oldest_waiting(db: &mut Database) -> QueryResult<Option<Timestamp>> {
    holder_declarations::table
        .filter(holder_declarations::outcome.is_null())
        .select(diesel::dsl::min(holder_declarations::received_at))
        .first(db)
}

/// Forgets the answers that were given before `moment`: whoever asked has read his.
pub fn forget_answered(db: &mut Database, moment: Timestamp) -> QueryResult<usize> {
    db.write(|db| {
        diesel::delete(holder_declarations::table.filter(holder_declarations::answered_at.lt(moment)))
            .execute(db)
    })
}
