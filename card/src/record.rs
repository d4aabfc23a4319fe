//! A card as its row says it, and how cards are found.

use std::error::Error as StdError;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::database::MultiBackend;
use store::schema::cards;
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::personalisation::BatchId;
use crate::{CardKind, CardLife, CardNumber, CardStatus, faults};

/// The most that one call of [`list`] gives.
pub const MOST_LISTED: usize = 1000;

/// One card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub number: CardNumber,
    /// Its kind.
    pub kind: CardKind,
    /// The national identifier of its holder: `899700000123`.
    pub holder: String,
    /// What it is tied to: `profession:60`, or a structure.
    pub exercise: String,
    /// The card order it answers.
    pub order_number: String,
    /// The card it takes the place of.
    pub replaces: Option<CardNumber>,
    /// Lent until the real one comes: not counted by "one active card".
    pub temporary: bool,
    /// Where it stands.
    pub life: CardLife,
    /// Grows with each change, and each time the row is locked.
    pub version: i64,
    /// When it was ordered.
    pub ordered_at: Timestamp,
}

/// Which cards [`list`] gives: those that fit every part that is set.
#[derive(Clone, Debug, Default)]
pub struct CardFilter {
    /// In this state.
    pub status: Option<CardStatus>,
    /// Of this kind.
    pub kind: Option<CardKind>,
    /// Of this holder.
    pub holder: Option<String>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// With a greater number: where the page before ended.
    pub after: Option<CardNumber>,
}

/// Why [`get`] has no card to give.
#[derive(Debug, Error)]
pub enum GetError {
    /// No card has this number.
    #[error("card {0}: no such card")]
    NotFound(CardNumber),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for GetError {
    fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => faults::NOT_FOUND,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The card with this number, if there is one.
pub fn find(db: &mut Database, number: &CardNumber) -> QueryResult<Option<Card>> {
    let row = cards::table.find(number.to_string()).select(CardRow::as_select()).first(db).optional()?;
    row.map(Card::try_from).transpose()
}

/// The card with this number.
pub fn get(db: &mut Database, number: &CardNumber) -> Result<Card, GetError> {
    find(db, number)?.ok_or(GetError::NotFound(*number))
}

/// The card that answers this card order, if it was made.
pub fn of_order(db: &mut Database, order_number: &str) -> QueryResult<Option<Card>> {
    let row = cards::table
        .filter(cards::order_number.eq(order_number))
        .select(CardRow::as_select())
        .first(db)
        .optional()?;
    row.map(Card::try_from).transpose()
}

/// The one active card of this holder, kind and exercise, temporary ones apart (invariant 9).
pub fn active(db: &mut Database, holder: &str, kind: CardKind, exercise: &str) -> QueryResult<Option<Card>> {
    let row = cards::table
        .filter(cards::holder.eq(holder).and(cards::kind.eq(kind.as_str())).and(cards::exercise.eq(exercise)))
        .filter(cards::status.eq(CardStatus::Active.as_str()).and(cards::temporary.eq(false)))
        .select(CardRow::as_select())
        .first(db)
        .optional()?;
    row.map(Card::try_from).transpose()
}

/// Cards by number, at most `limit` and never more than [`MOST_LISTED`]: ask again with `after`
/// set to the last number for the rest.
pub fn list(db: &mut Database, filter: &CardFilter, limit: usize) -> QueryResult<Vec<Card>> {
    let mut query = cards::table.select(CardRow::as_select()).into_boxed::<MultiBackend>();
    if let Some(status) = filter.status {
        query = query.filter(cards::status.eq(status.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(cards::kind.eq(kind.as_str()));
    }
    if let Some(holder) = &filter.holder {
        query = query.filter(cards::holder.eq(holder));
    }
    if let Some(batch) = &filter.batch {
        query = query.filter(cards::batch.eq(batch.as_str()));
    }
    if let Some(after) = filter.after {
        query = query.filter(cards::number.gt(after.to_string()));
    }
    let rows: Vec<CardRow> = query.order(cards::number).limit(page(limit)).load(db)?;
    rows.into_iter().map(Card::try_from).collect()
}

/// `limit` as the database wants it, bounded.
pub(crate) fn page(limit: usize) -> i64 {
    i64::try_from(limit.min(MOST_LISTED)).unwrap_or(0)
}

/// A row of `cards`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cards)]
pub(crate) struct CardRow {
    number: String,
    kind: String,
    holder: String,
    exercise: String,
    order_number: String,
    replaces: Option<String>,
    temporary: bool,
    status: String,
    batch: Option<String>,
    version: i64,
    ordered_at: Timestamp,
    changed_at: Timestamp,
    expires_at: Option<Timestamp>,
    opposed_at: Option<Timestamp>,
}

impl TryFrom<CardRow> for Card {
    type Error = DieselError;

    fn try_from(row: CardRow) -> QueryResult<Self> {
        Ok(Self {
            number: parsed(&row.number)?,
            kind: parsed(&row.kind)?,
            replaces: row.replaces.as_deref().map(parsed).transpose()?,
            life: row.life()?,
            holder: row.holder,
            exercise: row.exercise,
            order_number: row.order_number,
            temporary: row.temporary,
            version: row.version,
            ordered_at: row.ordered_at,
        })
    }
}

impl CardRow {
    fn life(&self) -> QueryResult<CardLife> {
        let batch = || {
            let id = self.batch.as_deref().ok_or_else(|| unreadable(format!("no batch, {}", self.status)))?;
            parsed::<BatchId>(id)
        };
        let expires_at =
            || self.expires_at.ok_or_else(|| unreadable(format!("no end of certificates, {}", self.status)));
        let at = self.changed_at;
        Ok(match parsed(&self.status)? {
            CardStatus::Ordered => CardLife::Ordered { at: self.ordered_at },
            CardStatus::Batched => CardLife::Batched { batch: batch()? },
            CardStatus::Personalised => CardLife::Personalised { batch: batch()? },
            CardStatus::Certified => CardLife::Certified { batch: batch()?, expires_at: expires_at()? },
            CardStatus::Delivered => CardLife::Delivered { batch: batch()?, expires_at: expires_at()?, at },
            CardStatus::Active => CardLife::Active { batch: batch()?, expires_at: expires_at()?, at },
            CardStatus::Opposed => CardLife::Opposed {
                at: self.opposed_at.ok_or_else(|| unreadable("opposed, no date".into()))?,
            },
            CardStatus::Expired => CardLife::Expired { expires_at: expires_at()? },
            CardStatus::Cancelled => CardLife::Cancelled { at },
        })
    }
}

/// What the constraints of the schema make readable; anything else is a damaged database.
pub(crate) fn parsed<T: std::str::FromStr<Err: StdError + Send + Sync + 'static>>(
    text: &str,
) -> QueryResult<T> {
    text.parse().map_err(|error| DieselError::DeserializationError(Box::new(error)))
}

fn unreadable(what: String) -> DieselError {
    DieselError::DeserializationError(what.into())
}

#[cfg(test)]
mod tests;
