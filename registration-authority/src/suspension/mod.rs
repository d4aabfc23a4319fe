//! Suspension: a card is stopped while a doubt is looked into. Its certificates are held ([`ca_core::hold`]) until two
//! officers lift that, or the card is opposed, which is final. Only where the configuration allows it: the real IGC
//! Santé knows no suspension (docs/decisions/0033-holds.md).
//!
//! It stands beside the card's life: the card stays active, and is not on the opposition list.

mod card_state;
mod lift;
mod suspend;

#[cfg(test)]
mod tests;

use card::CardNumber;
use diesel::prelude::*;
use store::schema::{card_suspensions, decisions};
use store::{Act, Database, Timestamp};

use crate::approval::SubjectKind;
use crate::decision::{self, Decision, Standing};

pub use card_state::{CardState, state_of};
pub use lift::{LIFT_ENCODING_VERSION, LiftError, Lifted, decide, lift_released};
pub use suspend::{SuspendError, Suspended, SuspensionPolicy, suspend};

/// A card that is suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// `SU-` and 16 hexadecimal digits, drawn at random.
    pub number: String,
    /// Which card.
    pub card: CardNumber,
    /// Whose: IdNat_PS.
    pub holder: String,
    /// By whom: an [actor](store::Actor), as the trail names him.
    pub suspended_by: String,
    /// Since when.
    pub suspended_at: Timestamp,
    /// Who decided what about its end, every version of it.
    pub decisions: Vec<Decision>,
}

impl Suspension {
    /// The version that is decided on: a refusal ends one, and the next may be asked for.
    pub fn version(&self) -> i64 {
        self.decisions.iter().filter(|decision| !decision.approves()).fold(1, |version, _| version + 1)
    }

    /// Where its end stands.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.decisions, self.version())
    }
}

type Row = (String, String, String, Timestamp);

/// The suspension of this card, if it is suspended.
pub fn of_card(db: &mut Database, card: &CardNumber) -> QueryResult<Option<Suspension>> {
    let of_card = card_suspensions::card_number.eq(card.to_string());
    let row: Option<Row> = standing_rows().filter(of_card).first(db).optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// The suspension of this number, if it stands.
pub fn get(db: &mut Database, number: &str) -> Result<Suspension, LiftError> {
    let row: Option<Row> =
        standing_rows().filter(card_suspensions::number.eq(number)).first(db).optional()?;
    let row = row.ok_or_else(|| LiftError::Unknown(number.to_owned()))?;
    Ok(read(db, row)?)
}

/// The cards that are suspended, those first that have been for longest; `limit` at most.
pub fn open(db: &mut Database, limit: i64) -> QueryResult<Vec<Suspension>> {
    let rows: Vec<Row> = standing_rows()
        .order((card_suspensions::suspended_at, card_suspensions::number))
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The same, by number, after that of the number `after`.
pub fn open_after(db: &mut Database, after: &str, limit: i64) -> QueryResult<Vec<Suspension>> {
    let rows: Vec<Row> = standing_rows()
        .filter(card_suspensions::number.gt(after))
        .order(card_suspensions::number)
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The cards whose suspension some officer has decided on, which stays or waits for another; `limit` at most.
pub(crate) fn proposed(db: &mut Database, limit: i64) -> QueryResult<Vec<Suspension>> {
    let decided = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::SuspensionLift.as_str()))
        .filter(decisions::subject_number.eq(card_suspensions::number));
    let rows: Vec<Row> = standing_rows()
        .filter(diesel::dsl::exists(decided))
        .order((card_suspensions::suspended_at, card_suspensions::number))
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

#[diesel::dsl::auto_type(no_type_alias)]
fn standing_rows() -> _ {
    card_suspensions::table.filter(card_suspensions::outcome.is_null()).select((
        card_suspensions::number,
        card_suspensions::card_number,
        card_suspensions::suspended_by,
        card_suspensions::suspended_at,
    ))
}

fn read(db: &mut Database, (number, card, suspended_by, suspended_at): Row) -> QueryResult<Suspension> {
    let decisions = decision::of(db, SubjectKind::SuspensionLift, &number)?;
    let card = card.parse().map_err(|error: card::NotACardNumber| {
        diesel::result::Error::DeserializationError(Box::new(error))
    })?;
    // There is one: a suspension is of a card.
    let holder = card::find(db, &card)?.map(|card| card.holder).ok_or(diesel::result::Error::NotFound)?;
    Ok(Suspension { number, card, holder, suspended_by, suspended_at, decisions })
}

/// Ends the suspension of a card that is opposed, if there is one. Inside the opposition's transaction, which holds the
/// card's row.
pub(crate) fn close_as_opposed(db: &mut Database, card: &CardNumber, act: &Act) -> QueryResult<()> {
    end(db, card, "opposed", act).map(drop)
}

/// Whether there was one to end.
fn end(db: &mut Database, card: &CardNumber, outcome: &str, act: &Act) -> QueryResult<bool> {
    let ended = diesel::update(card_suspensions::table)
        .filter(card_suspensions::card_number.eq(card.to_string()).and(card_suspensions::outcome.is_null()))
        .set((
            card_suspensions::outcome.eq(outcome),
            card_suspensions::ended_at.eq(act.at),
            card_suspensions::ended_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    Ok(ended == 1)
}
