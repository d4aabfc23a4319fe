use store::Timestamp;
use thiserror::Error;

use crate::authority::AuthorityError;
use crate::epoch::EpochError;
use crate::faults;
use crate::key_policy::KeyRefused;
use crate::lint::Finding;
use crate::tbs::BuildError;

/// Why nothing was prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// This worker's lease has passed.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// The issuing authority cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The issuing authority is out of its validity.
    #[error("authority {0} is not valid at {1}")]
    AuthorityExpired(String, Timestamp),
    /// The end of the issuing authority was decided at a ceremony.
    #[error("authority {0} has ended: it gives no certificate any more")]
    AuthorityEnded(String),
    /// The certificate of the issuing authority was revoked at a ceremony.
    #[error("the certificate of authority {0} is revoked: it gives none any more")]
    AuthorityRevoked(String),
    /// The profile does not exist, or this authority does not issue it.
    #[error("profile {profile} is not issued by {issuer}")]
    ProfileNotAllowed {
        /// The profile asked for.
        profile: String,
        /// The authority asked.
        issuer: String,
    },
    /// The profile needs an escrow for its keys, and there is none.
    #[error("profile {0} is not issued while there is no escrow for its keys")]
    EscrowMissing(String),
    /// The key is not one the profile allows.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The key is certified for another subject, or was revoked as compromised.
    #[error("this public key is already that of certificate {serial} of {issuer} ({status})")]
    KeyReused {
        /// Short name of the authority that certified it.
        issuer: String,
        /// The serial number of that certificate.
        serial: String,
        /// Where that certificate stands.
        status: &'static str,
    },
    /// The key is recorded as compromised.
    #[error("this public key is recorded as compromised since {0}")]
    KeyCompromised(Timestamp),
    /// The profile and the facts make no TBS.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The lint refuses the TBS.
    #[error("the lint refuses the certificate: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lint(Vec<Finding>),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for PrepareError {
    fn code(&self) -> store::Code {
        match self {
            Self::Epoch(error) => error.code(),
            Self::Authority(error) => error.code(),
            Self::AuthorityExpired(..) => faults::AUTHORITY_EXPIRED,
            Self::AuthorityEnded(_) => faults::AUTHORITY_ENDED,
            Self::AuthorityRevoked(_) => faults::AUTHORITY_REVOKED,
            Self::ProfileNotAllowed { .. } => faults::PROFILE_NOT_ALLOWED,
            Self::EscrowMissing(_) => faults::ESCROW_MISSING,
            Self::Key(error) => error.code(),
            Self::KeyReused { .. } | Self::KeyCompromised(_) => faults::KEY_REUSED,
            Self::Build(error) => error.code(),
            Self::Lint(_) => faults::LINT_REFUSED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}
