//! Where a card meets its certificates.

use std::collections::BTreeSet;

use diesel::result::Error as DieselError;
use store::audit::{self, Event};
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use crate::{
    Card, CardNumber, CardStatus, KeyUsage, NoSuchStep, Step, TransitionError, certificates, faults,
    opposition, transition,
};

/// Why a card cannot be called certified.
#[derive(Debug, Error)]
pub enum RecordCertifiedError {
    /// A key of the card has no certificate.
    #[error("card {number}: no certificate for the {usage} key")]
    Incomplete {
        /// Which card.
        number: CardNumber,
        /// Which key.
        usage: KeyUsage,
    },
    /// The card did not take the step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl From<DieselError> for RecordCertifiedError {
    fn from(error: DieselError) -> Self {
        Self::Transition(error.into())
    }
}

impl Fault for RecordCertifiedError {
    fn code(&self) -> Code {
        match self {
            Self::Incomplete { .. } => faults::INCOMPLETE,
            Self::Transition(error) => error.code(),
        }
    }
}

/// Locks a personalised card until the caller's transaction ends, in which its certificates are
/// prepared and attached. An opposition either came before, and this refuses, or waits, and then
/// finds the certificates (invariant 15). What stands in the opposition list is opposed, whatever the
/// card's own row says (invariant 4). Called inside the caller's transaction.
pub fn lock_for_certification(db: &mut Database, number: &CardNumber) -> Result<Card, TransitionError> {
    let card = transition::lock(db, number)?;
    let from = if opposition::is_listed(db, number)? { CardStatus::Opposed } else { card.life.status() };
    if from == CardStatus::Personalised {
        return Ok(card);
    }
    let step = Step::Certify { expires_at: Timestamp::from_millis(0) };
    Err(TransitionError::NotAllowed { number: *number, cause: NoSuchStep::From { from, step } })
}

/// Records that every key of the card has its certificate, the first of which ends at
/// `expires_at`. Called inside the caller's transaction.
pub fn record_certified(
    db: &mut Database,
    number: &CardNumber,
    expires_at: Timestamp,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, RecordCertifiedError> {
    let card = transition::lock(db, number)?;
    let card = transition::apply(db, card, Step::Certify { expires_at }, act)?;
    let certificates = certificates::of_card(db, number)?;
    let certified: BTreeSet<KeyUsage> = certificates.iter().map(|certificate| certificate.usage).collect();
    if let Some(usage) = KeyUsage::ALL.into_iter().find(|usage| !certified.contains(usage)) {
        return Err(RecordCertifiedError::Incomplete { number: *number, usage });
    }
    audit::record(
        db,
        Event {
            action: "card.certified",
            subject: format!("card {number}"),
            payload: serde_json::json!({
                "expires_at": expires_at,
                "certificates": certificates,
            }),
        },
        rng,
        act,
    )?;
    Ok(card)
}
