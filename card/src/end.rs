//! The ends of a card that are not an opposition.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::audit::{self, Event};
use store::schema::cards;
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use crate::record::{CardRow, page};
use crate::{Card, CardNumber, CardStatus, Step, TransitionError, certificates, faults, transition};

/// Why a card was not cancelled.
#[derive(Debug, Error)]
pub enum CancelError {
    /// Certificates were prepared for it: it must be opposed, so that they are revoked.
    #[error("card {0}: certificates were prepared for it; oppose it, so that they are revoked")]
    HasCertificates(CardNumber),
    /// The card did not take the step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl From<DieselError> for CancelError {
    fn from(error: DieselError) -> Self {
        Self::Transition(error.into())
    }
}

impl Fault for CancelError {
    fn code(&self) -> Code {
        match self {
            Self::HasCertificates(_) => faults::HAS_CERTIFICATES,
            Self::Transition(error) => error.code(),
        }
    }
}

/// Gives a card up before any certificate was prepared for it. Called inside the caller's
/// transaction.
pub fn cancel(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, CancelError> {
    let card = transition::lock(db, number)?;
    let card = transition::apply(db, card, Step::Cancel, act)?;
    if !certificates::of_card(db, number)?.is_empty() {
        return Err(CancelError::HasCertificates(*number));
    }
    audit::record(db, event("card.cancelled", &card), rng, act)?;
    Ok(card)
}

/// A job: the cards whose certificates have ended by the moment of the act become expired, at most
/// `limit` (and [`crate::MOST_LISTED`]) a call. Called inside the caller's transaction; ask again
/// until nothing comes back.
pub fn expire_due(
    db: &mut Database,
    limit: usize,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<CardNumber>, TransitionError> {
    let due: Vec<CardRow> = cards::table
        .filter(cards::status.eq_any([
            CardStatus::Certified.as_str(),
            CardStatus::Delivered.as_str(),
            CardStatus::Active.as_str(),
        ]))
        .filter(cards::expires_at.le(act.at))
        .order(cards::number)
        .limit(page(limit))
        .select(CardRow::as_select())
        .load(db)?;
    let mut expired = Vec::with_capacity(due.len());
    for row in due {
        let card = transition::lock(db, &Card::try_from(row)?.number)?;
        match transition::apply(db, card, Step::Expire, act) {
            Ok(card) => {
                audit::record(db, event("card.expired", &card), rng, act)?;
                expired.push(card.number);
            }
            // Opposed between the reading and the lock: that says more than an expiry.
            Err(TransitionError::NotAllowed { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(expired)
}

/// Active cards whose certificates end before `before`, by number, from after `after` on; at most
/// `limit` (and [`crate::MOST_LISTED`]).
pub fn expiring(
    db: &mut Database,
    before: Timestamp,
    after: Option<CardNumber>,
    limit: usize,
) -> QueryResult<Vec<Card>> {
    let after = after.map(|number| number.to_string()).unwrap_or_default();
    let rows: Vec<CardRow> = cards::table
        .filter(cards::status.eq(CardStatus::Active.as_str()))
        .filter(cards::expires_at.lt(before).and(cards::number.gt(after)))
        .order(cards::number)
        .limit(page(limit))
        .select(CardRow::as_select())
        .load(db)?;
    rows.into_iter().map(Card::try_from).collect()
}

fn event(action: &'static str, card: &Card) -> Event {
    Event {
        action,
        subject: format!("card {}", card.number),
        payload: serde_json::json!({ "kind": card.kind, "holder": card.holder }),
    }
}
