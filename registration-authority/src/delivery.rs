//! From the bureau into the holder's hands, and into use.

use card::{ActivateError as CardActivateError, Card, CardNumber, CardStatus, TransitionError};
use rand_core::CryptoRng;
use store::{Act, Actor, BrokenRule, Code, Database, Fault, crash_point};
use thiserror::Error;

use crate::eligibility::NotEligible;
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::opposition::requester::Requested;
use crate::opposition::{self, Ground, OpposeError, Opposition};
use crate::outbox::{self, Notice};
use crate::structure_notices;
use crate::terms;

#[cfg(test)]
mod tests;

/// Why a card is not handed over, or not activated.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A holder activates his own cards only.
    #[error("card {0} is not a card of {1}")]
    NotYours(CardNumber, String),
    /// The holder has not accepted the terms.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// The card is not where this step begins.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The card cannot become active.
    #[error(transparent)]
    Activate(#[from] CardActivateError),
    /// Its predecessor cannot be opposed.
    #[error(transparent)]
    Predecessor(#[from] OpposeError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DeliveryError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(..) => faults::DELIVERY_NOT_YOURS,
            Self::NotEligible(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Transition(error) => error.code(),
            Self::Activate(error) => error.code(),
            Self::Predecessor(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// A card that can be used, and what became of the one before it.
#[derive(Clone, Debug)]
pub struct Activation {
    /// The card.
    pub card: Card,
    /// The opposition of its predecessor, where that was still active.
    pub predecessor: Option<Opposition>,
}

/// Hands a certified card over, in a transaction of its own, to a holder who has accepted these `terms`. By an officer, the
/// operator or a job.
pub fn deliver(
    db: &mut Database,
    number: &CardNumber,
    terms: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, DeliveryError> {
    let card = db.write(|db| {
        authorise(db, number, false, act)?;
        let kind = card::get(db, number)?.kind;
        terms::require(db, number, kind, terms)?;
        let card = card::deliver(db, number, rng, act)?;
        notify(db, &card, Notice::CardDelivered, rng, act)?;
        structure_notices::tell_of_card(db, &card, Notice::StaffCardDelivered, None, rng, act)?;
        Ok::<_, DeliveryError>(card)
    })?;
    crash_point("delivery.delivered");
    Ok(card)
}

/// Activates a delivered card whose holder has accepted these `terms`, in a transaction of its own: the card it replaces, if active, is opposed as
/// renewed in the same one, so that there is never a moment with two active cards, or with none.
pub fn activate(
    db: &mut Database,
    number: &CardNumber,
    terms: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Activation, DeliveryError> {
    let activation = db.write(|db| {
        authorise(db, number, true, act)?;
        let kind = card::get(db, number)?.kind;
        terms::require(db, number, kind, terms)?;
        let predecessor = match active_predecessor(db, number)? {
            // The older row first, always: two activations in a chain cannot wait for each other.
            Some(old) => {
                let why = (Ground::Renewed, &Requested::by_authority(act));
                Some(opposition::oppose_within(db, &old, why, rng, act)?)
            }
            None => None,
        };
        crash_point("delivery.predecessor-ended");
        let card = card::activate(db, number, rng, act)?;
        notify(db, &card, Notice::CardActivated, rng, act)?;
        Ok::<_, DeliveryError>(Activation { card, predecessor })
    })?;
    crash_point("delivery.activated");
    Ok(activation)
}

fn active_predecessor(db: &mut Database, number: &CardNumber) -> Result<Option<CardNumber>, DeliveryError> {
    let Some(replaced) = card::get(db, number)?.replaces else { return Ok(None) };
    let replaced = card::get(db, &replaced)?;
    let active = replaced.life.status() == CardStatus::Active;
    Ok(active.then_some(replaced.number))
}

fn authorise(
    db: &mut Database,
    number: &CardNumber,
    holder_may: bool,
    act: &Act,
) -> Result<(), DeliveryError> {
    match &act.actor {
        Actor::Job(_) | Actor::Operator(_) => Ok(()),
        Actor::Holder(id) if holder_may => match card::get(db, number)?.holder == *id {
            true => Ok(()),
            false => Err(DeliveryError::NotYours(*number, id.clone())),
        },
        _ => {
            officers::require(db, Right::Deliver, act)?;
            Ok(())
        }
    }
}

fn notify(
    db: &mut Database,
    card: &Card,
    notice: Notice,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), diesel::result::Error> {
    outbox::tell_holder(db, &card.holder, notice, &card.number, rng, act)
}
