//! Opposition: a card is refused for ever, and everybody can know it.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use serde::Serialize;
use store::audit::{self, Event};
use store::schema::{card_opposition_counter, card_oppositions};
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use crate::certificates::{self, CardCertificate};
use crate::record::parsed;
use crate::{CardLife, CardNumber, Step, TransitionError, faults, transition};

/// A card that was just opposed. Its certificates are still to be revoked, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "every certificate of an opposed card is revoked in the same transaction"]
pub struct OpposedCard {
    /// Which card.
    pub number: CardNumber,
    /// Its place in the opposition list.
    pub sequence: i64,
    /// When.
    pub opposed_at: Timestamp,
    /// Every certificate ever prepared for it, whatever its state.
    pub certificates: Vec<CardCertificate>,
}

/// A line of the opposition list: never a name, never a ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OppositionEntry {
    /// Grows by one with each opposition, in the order of their commits.
    pub sequence: i64,
    /// Which card.
    pub card_number: CardNumber,
    /// When.
    pub opposed_at: Timestamp,
}

/// Why a card was not opposed.
#[derive(Debug, Error)]
pub enum OpposeError {
    /// It was before: an opposition is definitive, and the first one stands.
    #[error("card {number}: opposed since {since}, sequence {sequence}")]
    AlreadyOpposed {
        /// Which card.
        number: CardNumber,
        /// Since when.
        since: Timestamp,
        /// Its place in the opposition list.
        sequence: i64,
    },
    /// The card did not take the step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl From<DieselError> for OpposeError {
    fn from(error: DieselError) -> Self {
        Self::Transition(error.into())
    }
}

impl Fault for OpposeError {
    fn code(&self) -> Code {
        match self {
            Self::AlreadyOpposed { .. } => faults::ALREADY_OPPOSED,
            Self::Transition(error) => error.code(),
        }
    }
}

/// Opposes a card, for ever. Called inside the caller's transaction, in which the caller revokes
/// the certificates that come back.
///
/// The card's row is locked first, then the counter's: certificates are read after the lock, so
/// none can be attached behind this back (invariant 15), and the order of the sequences is that of
/// the commits.
pub fn oppose(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<OpposedCard, OpposeError> {
    let card = transition::lock(db, number)?;
    if let CardLife::Opposed { at } = card.life {
        let sequence = card_oppositions::table
            .filter(card_oppositions::card_number.eq(number.to_string()))
            .select(card_oppositions::sequence)
            .first(db)?;
        return Err(OpposeError::AlreadyOpposed { number: *number, since: at, sequence });
    }
    let before = card.life.status();
    transition::apply(db, card, Step::Oppose, act)?;
    let certificates = certificates::of_card(db, number)?;
    let sequence: i64 = diesel::update(card_opposition_counter::table.find(1))
        .set(card_opposition_counter::last.eq(card_opposition_counter::last + 1))
        .returning(card_opposition_counter::last)
        .get_result(db)?;
    diesel::insert_into(card_oppositions::table)
        .values((
            card_oppositions::sequence.eq(sequence),
            card_oppositions::card_number.eq(number.to_string()),
            card_oppositions::opposed_at.eq(act.at),
        ))
        .execute(db)?;
    audit::record(
        db,
        Event {
            action: "card.opposed",
            subject: format!("card {number}"),
            payload: serde_json::json!({
                "sequence": sequence,
                "was": before,
                "certificates": certificates,
            }),
        },
        rng,
        act,
    )?;
    Ok(OpposedCard { number: *number, sequence, opposed_at: act.at, certificates })
}

/// How many numbers behind the newest published one stay empty where a backup was restored: whoever follows the changes was told
/// of an opposition before it was published, and it may be lost.
const PASSED_OVER: i64 = 1000;

/// Moves the counter so that the next opposition stands behind `published`, the newest sequence that was published, and behind what
/// may have been told since. After a restored backup these numbers would otherwise be given to other cards, which nobody would see who
/// follows the list by its sequence. Says whether it moved. Called inside the caller's transaction.
///
/// The counter grows one by one, as its trigger has it; the numbers that are passed over stay empty.
pub fn continue_after(
    db: &mut Database,
    published: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let before: i64 = card_opposition_counter::table.select(card_opposition_counter::last).first(db)?;
    if before >= published {
        return Ok(false);
    }
    let last = published.saturating_add(PASSED_OVER);
    while diesel::update(card_opposition_counter::table.filter(card_opposition_counter::last.lt(last)))
        .set(card_opposition_counter::last.eq(card_opposition_counter::last + 1))
        .execute(db)?
        > 0
    {}
    let event = Event {
        action: "opposition-list.continued",
        subject: format!("opposition-list {published}"),
        payload: serde_json::json!({ "database": before }),
    };
    audit::record(db, event, rng, act)?;
    Ok(true)
}

/// The oppositions after `since` (0: all of them), by sequence.
pub fn list(db: &mut Database, since: i64) -> QueryResult<Vec<OppositionEntry>> {
    page(db, since, i64::MAX)
}

/// The same, `limit` at most.
pub fn page(db: &mut Database, since: i64, limit: i64) -> QueryResult<Vec<OppositionEntry>> {
    let rows: Vec<(i64, String, Timestamp)> = card_oppositions::table
        .filter(card_oppositions::sequence.gt(since))
        .order(card_oppositions::sequence)
        .limit(limit)
        .load(db)?;
    rows.into_iter()
        .map(|(sequence, card_number, opposed_at)| {
            Ok(OppositionEntry { sequence, card_number: parsed(&card_number)?, opposed_at })
        })
        .collect()
}

/// Whether the card stands in the opposition list.
pub(crate) fn is_listed(db: &mut Database, number: &CardNumber) -> QueryResult<bool> {
    let entries = card_oppositions::table.filter(card_oppositions::card_number.eq(number.to_string()));
    diesel::select(diesel::dsl::exists(entries)).get_result(db)
}

#[cfg(test)]
mod tests;
