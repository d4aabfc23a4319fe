//! Why the worker refuses a request, once and for good.

use store::{Code, Fault, Timestamp};
use thiserror::Error;

use crate::faults;
use crate::issuance::PrepareError;

/// Why a request is refused.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The octets are no statement, or their row says something else.
    #[error("its statement does not read, or is not what its row says")]
    Malformed,
    /// It is not the newest responder that asks.
    #[error("the responder that asks is not the newest of {0}")]
    NotTheNewest(String),
    /// The responder that asks answers no more, and so authorises nobody.
    #[error(
        "the responder of {authority} {why}: hold a ceremony of kind ocsp-responders (docs/ceremonies.md)"
    )]
    Ended {
        /// Short name of the authority.
        authority: String,
        /// What it is.
        why: String,
    },
    /// One of the two signatures.
    #[error("it is not signed by {0}")]
    Signature(&'static str),
    /// Too old, or from the future.
    #[error("it is of {0}, and good for four days from then")]
    Stale(Timestamp),
    /// The responder that asks has still long to live.
    #[error("the responder that asks is good until {0}: its successor is due thirty days before")]
    Early(Timestamp),
    /// The new key is not the one that is provided for.
    #[error("its key {0}")]
    Key(String),
    /// It cannot be certified.
    #[error(transparent)]
    Prepare(PrepareError),
}

impl Fault for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::Malformed => faults::RESPONDER_REQUEST_MALFORMED,
            Self::NotTheNewest(_) => faults::RESPONDER_REQUEST_SUPERSEDED,
            Self::Ended { .. } => faults::RESPONDER_ENDED,
            Self::Signature(_) => faults::RESPONDER_REQUEST_SIGNATURE,
            Self::Stale(_) | Self::Early(_) => faults::RESPONDER_REQUEST_TIME,
            Self::Key(_) => faults::RESPONDER_REQUEST_KEY,
            Self::Prepare(error) => error.code(),
        }
    }
}
