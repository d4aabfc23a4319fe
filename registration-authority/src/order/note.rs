use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error::DatabaseError;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, order_notes};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::question::text;
use super::{OrderError, get};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

#[cfg(test)]
mod tests;

/// Most notes of an order; migration 0092 counts them again.
const MOST_NOTES: i64 = 200;

/// Orders whose notes one run takes away; the others are the next one's.
const A_RUN: i64 = 1000;

/// What an officer wrote about an order, for other officers and the auditor. Neither applicant nor holder reads it, and no
/// decision rests on it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = order_notes)]
pub struct Note {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The officer's login.
    pub written_by: String,
    /// When.
    pub written_at: Timestamp,
    /// His words, 2000 characters at most.
    pub note: String,
}

/// Why a note is not taken.
#[derive(Debug, Error)]
pub enum NoteError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The text is empty, too long, or no text.
    #[error("the text must have 1 to 2000 characters, none of them a control but line ends")]
    Text,
    /// The order has as many as one has.
    #[error("order {0} has {MOST_NOTES} notes, and no order has more")]
    Full(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for NoteError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Text => faults::ORDER_TEXT_INVALID,
            Self::Full(_) => faults::ORDER_NOTES_FULL,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes a note about an order that has fewer than two hundred, whatever became of it. The trail says that one was written, and not what. Inside the
/// caller's write transaction.
pub fn note(
    db: &mut Database,
    number: &str,
    note: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Note, NoteError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let words = text(note).ok_or(NoteError::Text)?.to_owned();
    get(db, number)?;
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let note = Note { id: hex::encode(id), written_by: officer.login, written_at: act.at, note: words };
    let inserted = diesel::insert_into(order_notes::table)
        .values((
            order_notes::id.eq(&note.id),
            order_notes::order_number.eq(number),
            order_notes::written_by.eq(&note.written_by),
            order_notes::written_at.eq(note.written_at),
            order_notes::note.eq(&note.note),
        ))
        .execute(db);
    match inserted {
        Err(DatabaseError(_, told)) if told.message().starts_with("full:") => {
            return Err(NoteError::Full(number.to_owned()));
        }
        inserted => inserted?,
    };
    let (subject, payload) = (format!("order {number}"), json!({ "note": note.id }));
    audit::record(db, audit::Event { action: "order.note-written", subject, payload }, rng, act)?;
    Ok(note)
}

/// The notes about an order, oldest first, for who may read them.
pub fn notes(db: &mut Database, number: &str, act: &Act) -> Result<Vec<Note>, NoteError> {
    officers::require(db, Right::ReadNotes, act)?;
    Ok(order_notes::table
        .filter(order_notes::order_number.eq(number))
        .order((order_notes::written_at, order_notes::id))
        .select(Note::as_select())
        .load(db)?)
}

/// Takes away the notes about orders that were closed longer ago than `kept_for`, each order's with an event of its own; how
/// many notes. Can be called any number of times. Needs the rights of the database's owner.
pub fn erase_notes(
    db: &mut Database,
    kept_for: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<usize> {
    let before = act.at.minus(kept_for);
    let due: Vec<String> = order_notes::table
        .inner_join(card_orders::table.on(card_orders::number.eq(order_notes::order_number)))
        .filter(order_notes::written_at.lt(before).and(card_orders::changed_at.lt(before)))
        .filter(card_orders::status.eq_any(["refused", "withdrawn", "ordered"]))
        .select(order_notes::order_number)
        .distinct()
        .order(order_notes::order_number)
        .limit(A_RUN)
        .load(db)?;
    let mut erased = 0;
    for number in due {
        erased += db.write(|db| {
            let of_order = order_notes::table
                .filter(order_notes::order_number.eq(&number))
                .filter(order_notes::written_at.lt(before));
            let gone = diesel::delete(of_order).execute(db)?;
            let (subject, payload) = (format!("order {number}"), json!({ "notes": gone }));
            audit::record(db, audit::Event { action: "order.notes-erased", subject, payload }, rng, act)?;
            Ok::<_, diesel::result::Error>(gone)
        })?;
    }
    Ok(erased)
}
