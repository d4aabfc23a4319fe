//! How a step becomes a row: lock, consume the old state, write the new one under a condition.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::cards;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::record::CardRow;
use crate::{Card, CardLife, CardNumber, CardStatus, NoSuchStep, Step, faults};

/// Why a card did not take a step.
#[derive(Debug, Error)]
pub enum TransitionError {
    /// No card has this number.
    #[error("card {0}: no such card")]
    NotFound(CardNumber),
    /// Its state does not allow it.
    #[error("card {number}: {cause}")]
    NotAllowed {
        /// Which card.
        number: CardNumber,
        /// Why.
        cause: NoSuchStep,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for TransitionError {
    fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => faults::NOT_FOUND,
            Self::NotAllowed { cause: NoSuchStep::Ended { .. }, .. } => faults::ENDED,
            Self::NotAllowed { cause: NoSuchStep::NotEnded { .. }, .. } => faults::NOT_ENDED,
            Self::NotAllowed { .. } => faults::WRONG_STATE,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// How many cards one statement names.
const CHUNK: usize = 500;

/// Locks the card's row until the caller's transaction ends, by growing its version: whoever
/// changes a card passes here first, so certification and opposition meet (invariant 15).
pub fn lock(db: &mut Database, number: &CardNumber) -> Result<Card, TransitionError> {
    lock_all(db, &[*number])?.pop().ok_or(TransitionError::NotFound(*number))
}

/// Locks many, and gives them by number. All of them are there, or this refuses.
pub(crate) fn lock_all(db: &mut Database, numbers: &[CardNumber]) -> Result<Vec<Card>, TransitionError> {
    debug_assert!(db.in_transaction(), "a lock lasts as long as the caller's transaction");
    let mut locked = Vec::with_capacity(numbers.len());
    for chunk in numbers.chunks(CHUNK) {
        let chunk: Vec<String> = chunk.iter().map(CardNumber::to_string).collect();
        let rows: Vec<CardRow> = diesel::update(cards::table.filter(cards::number.eq_any(chunk)))
            .set(cards::version.eq(cards::version + 1))
            .returning(cards::all_columns)
            .get_results(db)?;
        for row in rows {
            locked.push(Card::try_from(row)?);
        }
    }
    locked.sort_by_key(|card| card.number);
    let found = |number: &CardNumber| locked.binary_search_by_key(number, |card| card.number).is_ok();
    match numbers.iter().find(|number| !found(number)) {
        Some(missing) => Err(TransitionError::NotFound(*missing)),
        None => Ok(locked),
    }
}

/// Takes one step with one locked card: the card goes in, the changed one comes out.
pub(crate) fn apply(db: &mut Database, card: Card, step: Step, act: &Act) -> Result<Card, TransitionError> {
    let number = card.number;
    apply_all(db, vec![card], |_| step.clone(), act)?.pop().ok_or(TransitionError::NotFound(number))
}

/// Takes the same kind of step with many locked cards, or with none if one of them may not.
pub(crate) fn apply_all(
    db: &mut Database,
    cards: Vec<Card>,
    step: impl Fn(&Card) -> Step,
    act: &Act,
) -> Result<Vec<Card>, TransitionError> {
    let mut changed = Vec::with_capacity(cards.len());
    let mut from = None;
    for card in cards {
        let (number, step) = (card.number, step(&card));
        from = Some(card.life.status());
        let life =
            card.life.after(step, act.at).map_err(|cause| TransitionError::NotAllowed { number, cause })?;
        changed.push(Card { life, ..card });
    }
    let Some(from) = from else { return Ok(changed) };
    for chunk in changed.chunks(CHUNK) {
        // The rows are locked: only a caller outside a transaction could find one changed.
        if write(db, chunk, from, act)? != chunk.len() {
            return Err(DieselError::NotFound.into());
        }
    }
    Ok(changed)
}

/// Writes the state that all of `chunk` have come to, on the condition that they are still where
/// they came `from`; says how many were.
fn write(db: &mut Database, chunk: &[Card], from: CardStatus, act: &Act) -> QueryResult<usize> {
    let Some(Card { life, .. }) = chunk.first() else { return Ok(0) };
    let numbers: Vec<String> = chunk.iter().map(|card| card.number.to_string()).collect();
    let current = cards::table.filter(cards::number.eq_any(numbers).and(cards::status.eq(from.as_str())));
    let change = (cards::status.eq(life.status().as_str()), cards::changed_at.eq(act.at));
    // Each database role may write only the columns its steps need (migration 0007): name no other.
    match life {
        CardLife::Ordered { .. } => {
            diesel::update(current).set((change, cards::batch.eq(None::<String>))).execute(db)
        }
        CardLife::Batched { batch } => {
            diesel::update(current).set((change, cards::batch.eq(batch.as_str()))).execute(db)
        }
        CardLife::Certified { expires_at, .. } => {
            diesel::update(current).set((change, cards::expires_at.eq(*expires_at))).execute(db)
        }
        CardLife::Opposed { at } => {
            diesel::update(current).set((change, cards::opposed_at.eq(*at))).execute(db)
        }
        _ => diesel::update(current).set(change).execute(db),
    }
}
