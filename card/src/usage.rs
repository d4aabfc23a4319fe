use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a key of the chip is for. Each has its own key pair and its own certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyUsage {
    /// To show who holds the card.
    Authentication,
    /// To sign documents.
    Signature,
}

impl KeyUsage {
    /// Every usage there is: a card of this generation carries one key of each.
    pub const ALL: [Self; 2] = [Self::Authentication, Self::Signature];

    /// The word, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Signature => "signature",
        }
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Neither of the two usages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("usage of a card's key: expected authentication or signature")]
pub struct UnknownUsage;

impl FromStr for KeyUsage {
    type Err = UnknownUsage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|usage| usage.as_str() == text).ok_or(UnknownUsage)
    }
}
