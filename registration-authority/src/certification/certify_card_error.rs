use ca_core::issuance::{IssueError, PrepareError};
use card::{CardNumber, KeyUsage, RecordCertifiedError, TransitionError};
use professional_registry::RegistryError;
use professional_registry::identifiers::TechnicalStructureId;
use store::{Code, Fault};
use thiserror::Error;

use super::evidence::EvidenceError;
use crate::eligibility::NotEligible;
use crate::faults;

/// Why a card is not certified (yet).
#[derive(Debug, Error)]
pub enum CertifyCardError {
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// The card is not where certification begins: an opposition came first, or its keys have not come.
    #[error(transparent)]
    NotReady(#[from] TransitionError),
    /// The approval does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The register no longer supports it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The register no longer knows the structure, or no number of it.
    #[error("the register no longer identifies structure {0}")]
    StructureUnidentified(TechnicalStructureId),
    /// The card's row is not what was ordered.
    #[error("card {0} is not what order {1} asks for")]
    CardAltered(CardNumber, String),
    /// No profile stands for this kind of card.
    #[error("no profile for the {1} key of a {0}")]
    NoProfile(card::CardKind, KeyUsage),
    /// The key is missing.
    #[error("card {0}: no {1} key")]
    KeyMissing(CardNumber, KeyUsage),
    /// The chip did not prove the key for this card, in its batch, for the order that was approved.
    #[error("card {0}: its chip did not prove the {1} key for the order that was approved")]
    KeyUnproven(CardNumber, KeyUsage),
    /// The proof verifies, and no pinned bureau attests the key: anyone can prove a key of his own.
    #[error("card {0}: no pinned bureau attests the {1} key")]
    KeyUnattested(CardNumber, KeyUsage),
    /// Another attempt is between intention and signature.
    #[error("card {card}: certificate {issuer} {serial} is under way")]
    UnderWay {
        /// Which card.
        card: CardNumber,
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: String,
    },
    /// An attached certificate is not in the certificates' table.
    #[error("card {0}: an attached certificate is not recorded")]
    Unrecorded(CardNumber),
    /// No certificate is given over the key that the card's bureau has returned.
    #[error("card {card}, {usage} key: {why}")]
    KeyBarred {
        /// Which card.
        card: CardNumber,
        /// What the key is for.
        usage: KeyUsage,
        /// It is recorded as compromised, or another's.
        why: PrepareError,
    },
    /// Nothing was prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The certificate cannot be attached.
    #[error(transparent)]
    Attach(#[from] card::certificates::AttachError),
    /// Nothing was issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The card cannot be recorded as certified.
    #[error(transparent)]
    Record(#[from] RecordCertifiedError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CertifyCardError {
    fn code(&self) -> Code {
        match self {
            Self::Card(error) => error.code(),
            Self::NotReady(error) => error.code(),
            Self::Evidence(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::CardAltered(..) | Self::Unrecorded(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Registry(error) => error.code(),
            Self::StructureUnidentified(_) => faults::ORDER_STRUCTURE_UNIDENTIFIED,
            Self::NoProfile(..) => faults::CERTIFICATION_NO_PROFILE,
            Self::KeyMissing(..) => faults::CERTIFICATION_KEY_MISSING,
            Self::KeyUnproven(..) => faults::CERTIFICATION_KEY_UNPROVEN,
            Self::KeyUnattested(..) => faults::CERTIFICATION_KEY_UNATTESTED,
            Self::UnderWay { .. } => faults::CERTIFICATION_UNDER_WAY,
            Self::KeyBarred { .. } => faults::CERTIFICATION_KEY_BARRED,
            Self::Prepare(error) => error.code(),
            Self::Attach(error) => error.code(),
            Self::Issue(error) => error.code(),
            Self::Record(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

impl CertifyCardError {
    /// Why no certificate was prepared over a key of a card.
    pub(super) fn of_key(card: CardNumber, usage: KeyUsage, why: PrepareError) -> Self {
        match why {
            PrepareError::KeyCompromised(_) | PrepareError::KeyReused { .. } => {
                Self::KeyBarred { card, usage, why }
            }
            why => Self::Prepare(why),
        }
    }
}
