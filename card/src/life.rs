//! The life of a card: which step leads from where to where, and what each state knows.

use store::Timestamp;
use thiserror::Error;

use crate::CardStatus;
use crate::personalisation::BatchId;

/// Where a card stands, with what is known there and only there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardLife {
    /// Numbered, not yet sent to a bureau.
    Ordered {
        /// When it was ordered.
        at: Timestamp,
    },
    /// In a batch that a bureau works on.
    Batched {
        /// Which.
        batch: BatchId,
    },
    /// Its keys are known.
    Personalised {
        /// In which batch they came.
        batch: BatchId,
    },
    /// Its certificates stand.
    Certified {
        /// In which batch it was made.
        batch: BatchId,
        /// When its certificates end.
        expires_at: Timestamp,
    },
    /// In its holder's hands.
    Delivered {
        /// In which batch it was made.
        batch: BatchId,
        /// When its certificates end.
        expires_at: Timestamp,
        /// Since when.
        at: Timestamp,
    },
    /// Usable.
    Active {
        /// In which batch it was made.
        batch: BatchId,
        /// When its certificates end.
        expires_at: Timestamp,
        /// Since when.
        at: Timestamp,
    },
    /// Definitively refused.
    Opposed {
        /// Since when.
        at: Timestamp,
    },
    /// Past the end of its certificates.
    Expired {
        /// When they ended.
        expires_at: Timestamp,
    },
    /// Given up before it carried a certificate.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

/// What can happen to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It goes to a bureau.
    Batch(BatchId),
    /// Its batch is given up before the bureau returned it; the card waits for another.
    TakeBack {
        /// When it was ordered, which it is again.
        ordered_at: Timestamp,
    },
    /// The bureau returned its public keys.
    Personalise,
    /// All its certificates stand.
    Certify {
        /// The first end of them.
        expires_at: Timestamp,
    },
    /// Its holder has it.
    Deliver,
    /// Its holder may use it.
    Activate,
    /// It is lost, stolen, or may no longer be used: for ever.
    Oppose,
    /// Its certificates have ended.
    Expire,
    /// It is given up.
    Cancel,
}

/// A step that the card's state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoSuchStep {
    /// The table of [`CardLife::after`] has no such line.
    #[error("{verb}: not from the state {from}", verb = step.verb())]
    From {
        /// Where the card stands.
        from: CardStatus,
        /// What was asked.
        step: Step,
    },
    /// Its certificates have ended: nothing but expiry or opposition is left.
    #[error("{verb}: the card's certificates ended at {expired_at}", verb = step.verb())]
    Ended {
        /// When.
        expired_at: Timestamp,
        /// What was asked.
        step: Step,
    },
    /// Its certificates have not ended yet.
    #[error("expire: the card's certificates end at {expires_at}")]
    NotEnded {
        /// When they will.
        expires_at: Timestamp,
    },
}

impl CardLife {
    /// The state after `step`, taken `at` that moment; the old state is consumed. This is the
    /// whole table, and the trigger `cards_go_one_way` says it again in the database.
    pub fn after(self, step: Step, at: Timestamp) -> Result<Self, NoSuchStep> {
        match (self, step) {
            (Self::Ordered { .. }, Step::Batch(batch)) => Ok(Self::Batched { batch }),
            (Self::Batched { .. }, Step::TakeBack { ordered_at }) => Ok(Self::Ordered { at: ordered_at }),
            (Self::Batched { batch }, Step::Personalise) => Ok(Self::Personalised { batch }),
            (Self::Personalised { batch }, Step::Certify { expires_at }) if expires_at > at => {
                Ok(Self::Certified { batch, expires_at })
            }
            (Self::Certified { batch, expires_at }, Step::Deliver) if at < expires_at => {
                Ok(Self::Delivered { batch, expires_at, at })
            }
            (Self::Delivered { batch, expires_at, .. }, Step::Activate) if at < expires_at => {
                Ok(Self::Active { batch, expires_at, at })
            }
            (
                Self::Certified { expires_at, .. }
                | Self::Delivered { expires_at, .. }
                | Self::Active { expires_at, .. },
                Step::Expire,
            ) => match expires_at <= at {
                true => Ok(Self::Expired { expires_at }),
                false => Err(NoSuchStep::NotEnded { expires_at }),
            },
            (
                Self::Ordered { .. }
                | Self::Batched { .. }
                | Self::Personalised { .. }
                | Self::Certified { .. }
                | Self::Delivered { .. }
                | Self::Active { .. },
                Step::Oppose,
            ) => Ok(Self::Opposed { at }),
            (Self::Ordered { .. } | Self::Batched { .. } | Self::Personalised { .. }, Step::Cancel) => {
                Ok(Self::Cancelled { at })
            }
            (Self::Personalised { .. }, step @ Step::Certify { expires_at: expired_at })
            | (Self::Certified { expires_at: expired_at, .. }, step @ Step::Deliver)
            | (Self::Delivered { expires_at: expired_at, .. }, step @ Step::Activate) => {
                Err(NoSuchStep::Ended { expired_at, step })
            }
            (life, step) => Err(NoSuchStep::From { from: life.status(), step }),
        }
    }

    /// The state's name.
    pub const fn status(&self) -> CardStatus {
        match self {
            Self::Ordered { .. } => CardStatus::Ordered,
            Self::Batched { .. } => CardStatus::Batched,
            Self::Personalised { .. } => CardStatus::Personalised,
            Self::Certified { .. } => CardStatus::Certified,
            Self::Delivered { .. } => CardStatus::Delivered,
            Self::Active { .. } => CardStatus::Active,
            Self::Opposed { .. } => CardStatus::Opposed,
            Self::Expired { .. } => CardStatus::Expired,
            Self::Cancelled { .. } => CardStatus::Cancelled,
        }
    }

    /// When the certificates of a live or expired card end.
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Certified { expires_at, .. }
            | Self::Delivered { expires_at, .. }
            | Self::Active { expires_at, .. }
            | Self::Expired { expires_at } => Some(*expires_at),
            _ => None,
        }
    }

    /// The batch of a card that is being made or was made.
    pub const fn batch(&self) -> Option<&BatchId> {
        match self {
            Self::Batched { batch }
            | Self::Personalised { batch }
            | Self::Certified { batch, .. }
            | Self::Delivered { batch, .. }
            | Self::Active { batch, .. } => Some(batch),
            _ => None,
        }
    }
}

impl Step {
    /// What is done, in one word.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Batch(_) => "batch",
            Self::TakeBack { .. } => "take back",
            Self::Personalise => "personalise",
            Self::Certify { .. } => "certify",
            Self::Deliver => "deliver",
            Self::Activate => "activate",
            Self::Oppose => "oppose",
            Self::Expire => "expire",
            Self::Cancel => "cancel",
        }
    }
}

#[cfg(test)]
mod tests;
