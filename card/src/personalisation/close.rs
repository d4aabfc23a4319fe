//! Closing a batch, making its file again, giving it up.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::audit::{self, Event};
use store::schema::{card_batches, cards};
use store::{Act, Code, CryptoRng, Database, Fault};
use thiserror::Error;

use crate::record::{CardRow, parsed};
use crate::{Card, CardNumber, CardStatus, KeyUsage, Step, TransitionError, faults, transition};

use super::batch::{Batch, find_batch};
use super::{BatchFile, BatchId, BureauName, CardToMake, Commission, MOST_CARDS};

/// Why a batch was not closed, not given again, or not given up.
#[derive(Debug, Error)]
pub enum CloseBatchError {
    /// No card, or too many.
    #[error("batch: {0} cards, expected 1 to {MOST_CARDS}")]
    Size(usize),
    /// A card does not wait for a bureau.
    #[error("batch: {0}")]
    Card(TransitionError),
    /// No batch has this identifier.
    #[error("batch {0}: no such batch")]
    NotFound(BatchId),
    /// Its return file was read.
    #[error("batch {0}: returned already")]
    Returned(BatchId),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for CloseBatchError {
    fn code(&self) -> Code {
        match self {
            Self::Size(_) => faults::BATCH_SIZE,
            Self::Card(TransitionError::NotAllowed { .. }) => faults::BATCH_CARD,
            Self::Card(error) => error.code(),
            Self::NotFound(_) => faults::BATCH_NOT_FOUND,
            Self::Returned(_) => faults::BATCH_RETURNED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Sends ordered cards to `bureau` in one batch; gives the file to send. All of them or none.
/// Called inside the caller's transaction.
pub fn close_batch(
    db: &mut Database,
    bureau: &BureauName,
    commissions: BTreeMap<CardNumber, Commission>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<BatchFile, CloseBatchError> {
    if !(1..=MOST_CARDS).contains(&commissions.len()) {
        return Err(CloseBatchError::Size(commissions.len()));
    }
    let id = BatchId::draw(rng, act.at);
    diesel::insert_into(card_batches::table)
        .values((
            card_batches::id.eq(id.as_str()),
            card_batches::bureau.eq(bureau.as_str()),
            card_batches::status.eq("closed"),
            card_batches::closed_at.eq(act.at),
        ))
        .execute(db)?;
    let numbers: Vec<CardNumber> = commissions.keys().copied().collect();
    let made = transition::lock_all(db, &numbers)
        .and_then(|cards| transition::apply_all(db, cards, |_| Step::Batch(id.clone()), act))
        .map_err(CloseBatchError::of_card)?;
    // Both are ordered by number, and have the same ones.
    let to_make = made
        .iter()
        .zip(commissions.into_values())
        .map(|(card, commission)| to_be_made(card, commission))
        .collect();
    record_event(
        db,
        "card-batch.closed",
        &id,
        serde_json::json!({ "bureau": bureau, "cards": numbers }),
        rng,
        act,
    )?;
    Ok(BatchFile::new(id, bureau.clone(), act.at, to_make))
}

/// The file of a closed batch again, for one that was lost before it was sent: cards opposed or
/// cancelled since stay in it, as the bureau returns the whole batch. `commission` says what each
/// card is made to, and its failure is this function's.
pub fn batch_file<E: From<CloseBatchError>>(
    db: &mut Database,
    id: &BatchId,
    mut commission: impl FnMut(&mut Database, &Card) -> Result<Commission, E>,
) -> Result<BatchFile, E> {
    let batch = find_closed(db, id)?;
    let mut to_make = Vec::new();
    for card in cards_of(db, id)? {
        let commission = commission(db, &card)?;
        to_make.push(to_be_made(&card, commission));
    }
    Ok(BatchFile::new(batch.id, batch.bureau, batch.closed_at, to_make))
}

fn find_closed(db: &mut Database, id: &BatchId) -> Result<Batch, CloseBatchError> {
    match find_batch(db, id)? {
        None => Err(CloseBatchError::NotFound(id.clone())),
        Some(batch) if batch.returned_at.is_some() => Err(CloseBatchError::Returned(id.clone())),
        Some(batch) => Ok(batch),
    }
}

fn cards_of(db: &mut Database, id: &BatchId) -> Result<Vec<Card>, CloseBatchError> {
    let rows: Vec<CardRow> = cards::table
        .filter(cards::batch.eq(id.as_str()))
        .order(cards::number)
        .select(CardRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Card::try_from).collect::<QueryResult<_>>()?)
}

/// Gives up a batch that its bureau will not return: its cards wait for another batch, and a
/// return file that still comes is refused, for it has cards that the batch no longer has. Gives
/// the cards that wait again. Called inside the caller's transaction.
pub fn give_up_batch(
    db: &mut Database,
    id: &BatchId,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<CardNumber>, CloseBatchError> {
    // Writes what stands, for the lock: giving up and reading a return file meet on this row.
    let locked =
        diesel::update(card_batches::table.find(id.as_str()).filter(card_batches::status.eq("closed")))
            .set(card_batches::status.eq("closed"))
            .execute(db)?;
    if locked != 1 {
        return Err(match find_batch(db, id)? {
            Some(_) => CloseBatchError::Returned(id.clone()),
            None => CloseBatchError::NotFound(id.clone()),
        });
    }
    let numbers = numbers_of(db, id)?;
    let mut cards = transition::lock_all(db, &numbers).map_err(CloseBatchError::of_card)?;
    // Those opposed or cancelled meanwhile stay where they are.
    cards.retain(|card| card.life.status() == CardStatus::Batched);
    let back: Vec<CardNumber> = cards.iter().map(|card| card.number).collect();
    transition::apply_all(db, cards, |card| Step::TakeBack { ordered_at: card.ordered_at }, act)
        .map_err(CloseBatchError::of_card)?;
    record_event(db, "card-batch.given-up", id, serde_json::json!({ "cards": back }), rng, act)?;
    Ok(back)
}

/// The numbers of the cards of a batch, whatever became of them, in order: whoever locks several
/// locks them in this order.
pub(super) fn numbers_of(db: &mut Database, id: &BatchId) -> QueryResult<Vec<CardNumber>> {
    let numbers: Vec<String> = cards::table
        .filter(cards::batch.eq(id.as_str()))
        .order(cards::number)
        .select(cards::number)
        .load(db)?;
    numbers.iter().map(|number| parsed(number)).collect()
}

/// One event for the batch, not one a card: it is one act.
pub(super) fn record_event(
    db: &mut Database,
    action: &'static str,
    id: &BatchId,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    audit::record(db, Event { action, subject: format!("card-batch {id}"), payload }, rng, act)
}

fn to_be_made(card: &Card, commission: Commission) -> CardToMake {
    let Commission { order, print } = commission;
    CardToMake { number: card.number, order, kind: card.kind, usages: KeyUsage::ALL.to_vec(), print }
}

impl CloseBatchError {
    fn of_card(error: TransitionError) -> Self {
        match error {
            TransitionError::Database(error) => error.into(),
            error => Self::Card(error),
        }
    }
}
