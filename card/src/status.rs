use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The name of a card's state, as stored and as shown; [`crate::CardLife`] carries its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardStatus {
    /// Numbered, not yet sent to a bureau.
    Ordered,
    /// In a batch that a bureau works on.
    Batched,
    /// Its chip has made its keys; the certificates are still to come.
    Personalised,
    /// Its certificates stand.
    Certified,
    /// In its holder's hands, not yet usable.
    Delivered,
    /// Usable.
    Active,
    /// Definitively refused.
    Opposed,
    /// Past the end of its certificates.
    Expired,
    /// Given up before it carried a certificate.
    Cancelled,
}

impl CardStatus {
    /// Every state there is, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Ordered,
        Self::Batched,
        Self::Personalised,
        Self::Certified,
        Self::Delivered,
        Self::Active,
        Self::Opposed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The word, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Batched => "batched",
            Self::Personalised => "personalised",
            Self::Certified => "certified",
            Self::Delivered => "delivered",
            Self::Active => "active",
            Self::Opposed => "opposed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for CardStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not a state of a card.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "state of a card: expected ordered, batched, personalised, certified, delivered, active, opposed, expired or cancelled"
)]
pub struct UnknownStatus;

impl FromStr for CardStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}
