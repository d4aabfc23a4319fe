use store::{Code, Fault};
use thiserror::Error;

use crate::faults;
use crate::revocation::RevokeError;
use crate::serial::SerialNumber;
use crate::signer::SignerError;

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum IssueError {
    /// Between the intention and now somebody settled it: an opposition, or another worker's sweep.
    #[error(
        "certificate {serial} of {issuer} was settled by someone else; a signature, if any, was thrown away"
    )]
    Overtaken {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number it would have had.
        serial: SerialNumber,
    },
    /// The token did not sign. The serial number is revoked, since nobody knows what left the token.
    #[error("certificate {serial} of {issuer} was not signed: {source}")]
    NotSigned {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
        /// What the signer said.
        source: SignerError,
    },
    /// The token signed, but not with the authority's key. The serial number is revoked.
    #[error("the signature over certificate {serial} of {issuer} is not of that authority's key")]
    WrongSignature {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
    },
    /// What was signed is not what was recorded.
    #[error("certificate {serial} of {issuer} does not hold the TBS that was recorded")]
    NotAsRecorded {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
    },
    /// A serial number could not be revoked after a failure.
    #[error(transparent)]
    Revocation(#[from] RevokeError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl IssueError {
    /// Whether the certificate was sent to be signed, and nobody has settled it since.
    pub(super) fn leaves_it_signing(&self) -> bool {
        match self {
            Self::NotSigned { .. } | Self::WrongSignature { .. } | Self::NotAsRecorded { .. } => true,
            Self::Overtaken { .. } | Self::Revocation(_) | Self::Database(_) => false,
        }
    }
}

impl Fault for IssueError {
    fn code(&self) -> Code {
        match self {
            Self::Overtaken { .. } => faults::ISSUANCE_OVERTAKEN,
            Self::NotSigned { source, .. } => source.code(),
            Self::WrongSignature { .. } => faults::SIGNATURE_WRONG,
            Self::NotAsRecorded { .. } => faults::NOT_AS_RECORDED,
            Self::Revocation(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}
