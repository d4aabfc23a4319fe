//! From the bureau into the holder's hands, and from there into use.

use diesel::result::Error as DieselError;
use store::audit::{self, Event};
use store::{Act, Code, CryptoRng, Database, Fault};
use thiserror::Error;

use crate::{Card, CardNumber, Step, TransitionError, faults, record, transition};

/// Why a card was not activated.
#[derive(Debug, Error)]
pub enum ActivateError {
    /// The holder has another active card of this kind for this exercise: it must be opposed
    /// first, in the same transaction (invariant 9).
    #[error("card {number}: card {active} of the same holder, kind and exercise is active")]
    AnotherActive {
        /// The card to activate.
        number: CardNumber,
        /// The card in its way.
        active: CardNumber,
    },
    /// The same, found by the database itself because both were activated at once.
    #[error("card {0}: another card of the same holder, kind and exercise was activated at the same time")]
    JustActivated(CardNumber),
    /// The card did not take the step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl From<DieselError> for ActivateError {
    fn from(error: DieselError) -> Self {
        Self::Transition(error.into())
    }
}

impl Fault for ActivateError {
    fn code(&self) -> Code {
        match self {
            Self::AnotherActive { .. } | Self::JustActivated(_) => faults::ANOTHER_ACTIVE,
            Self::Transition(error) => error.code(),
        }
    }
}

/// Records that the holder has received the card. Called inside the caller's transaction.
pub fn deliver(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, TransitionError> {
    let card = transition::lock(db, number)?;
    let card = transition::apply(db, card, Step::Deliver, act)?;
    audit::record(db, event("card.delivered", &card), rng, act)?;
    Ok(card)
}

/// Makes the card usable. Called inside the caller's transaction, in which the caller has opposed
/// the card this one replaces, if that was active.
pub fn activate(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, ActivateError> {
    let card = transition::lock(db, number)?;
    let standing = match card.temporary {
        true => None,
        false => record::active(db, &card.holder, card.kind, &card.exercise)?,
    };
    // An active card is not in its own way: the table of steps has a better answer to that.
    if let Some(active) = standing.filter(|standing| standing.number != card.number) {
        return Err(ActivateError::AnotherActive { number: *number, active: active.number });
    }
    let card = transition::apply(db, card, Step::Activate, act).map_err(|error| match error {
        TransitionError::Database(ref cause) if store::database::is_unique_violation(cause) => {
            ActivateError::JustActivated(*number)
        }
        error => error.into(),
    })?;
    audit::record(db, event("card.activated", &card), rng, act)?;
    Ok(card)
}

fn event(action: &'static str, card: &Card) -> Event {
    Event {
        action,
        subject: format!("card {}", card.number),
        payload: serde_json::json!({ "kind": card.kind, "holder": card.holder, "exercise": card.exercise }),
    }
}
