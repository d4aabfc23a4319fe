//! Why a ceremony is not held, or stopped.

use store::{Code, Fault};
use thiserror::Error;

use super::custodians::CustodianError;
use super::transcript::TranscriptError;
use crate::authority::AuthorityError;
use crate::epoch::EpochError;
use crate::faults;
use crate::identity::IdentityError;
use crate::issuance::{IssueError, PrepareError};
use crate::revocation::RevokeError;
use crate::signer::SignerError;

/// Why a ceremony is not held, or stopped. One that stopped half-way is taken up again with the same file
/// ([`super::Course::open`]).
#[derive(Debug, Error)]
pub enum CeremonyError {
    /// The file is not TOML of the form it must have; names the line.
    #[error("ceremony file: {0}")]
    Malformed(String),
    /// The file breaks a rule.
    #[error("ceremony file, line {line}: {field}: {rule}")]
    Rule {
        /// The line, from 1.
        line: usize,
        /// Which entry and key.
        field: String,
        /// The rule it breaks.
        rule: String,
    },
    /// The identity may not be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database has authorities already.
    #[error("a ceremony was held with this database already: it has {0} authorities")]
    AlreadyHeld(i64),
    /// What stands does not allow it.
    #[error("{subject}: {rule}")]
    Standing {
        /// Which authority, key or token.
        subject: String,
        /// What stands in the way.
        rule: String,
    },
    /// The transcript.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// The transcript is not the one whose head the audit trail holds.
    #[error("the transcript does not hold the line that the audit trail names last: it was cut or replaced")]
    TranscriptCut,
    /// The transcript goes on after what the database knows of this ceremony.
    #[error(
        "ceremony {0}: its transcript holds steps that this database knows nothing of: it is another one's, or a \
         backup that is older than they are"
    )]
    OtherDatabase(String),
    /// It was begun with another identity, and something was made since.
    #[error(
        "ceremony {ceremony} is held with the identity SHA-256 {held_with}, and the installation has {now} now: what it makes would \
         bear other names, policies or addresses than the certificates and CRLs that were begun"
    )]
    OtherIdentity {
        /// Its name.
        ceremony: String,
        /// SHA-256 of the identity that its transcript names.
        held_with: String,
        /// SHA-256 of the installation's.
        now: String,
    },
    /// Shares of custodians.
    #[error(transparent)]
    Custodians(#[from] CustodianError),
    /// A custodians' file of the installation cannot be read or written.
    #[error("{path}: {detail}")]
    CustodianSet {
        /// The file.
        path: String,
        /// Why.
        detail: String,
    },
    /// A token, a key or a PIN file.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A certificate was not prepared.
    #[error("{subject}: {source}")]
    Prepare {
        /// Whose certificate.
        subject: String,
        /// Why not.
        source: Box<PrepareError>,
    },
    /// A certificate was not issued.
    #[error("{subject}: {source}")]
    Issue {
        /// Whose certificate.
        subject: String,
        /// Why not.
        source: Box<IssueError>,
    },
    /// What an interrupted run left cannot be settled.
    #[error(transparent)]
    Sweep(#[from] RevokeError),
    /// A destroyed key is still there.
    #[error("the key of {authority} was destroyed, and a find still finds {found} objects of it")]
    KeyStands {
        /// Whose key.
        authority: String,
        /// How many.
        found: usize,
    },
    /// An authority does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A step took longer than the lease.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CeremonyError {
    fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => faults::CEREMONY_MALFORMED,
            Self::Rule { .. } => faults::CEREMONY_RULE,
            Self::Identity(error) => error.code(),
            Self::AlreadyHeld(_) => faults::CEREMONY_HELD,
            Self::Standing { .. } => faults::CEREMONY_STANDING,
            Self::Transcript(error) => error.code(),
            Self::TranscriptCut => faults::CEREMONY_TRANSCRIPT,
            Self::OtherDatabase(_) => faults::CEREMONY_OTHER_DATABASE,
            Self::OtherIdentity { .. } => faults::CEREMONY_OTHER_IDENTITY,
            Self::Custodians(error) => error.code(),
            Self::CustodianSet { .. } => faults::CEREMONY_TRANSCRIPT_FILE,
            Self::Signer(error) => error.code(),
            Self::Prepare { source, .. } => source.code(),
            Self::Issue { source, .. } => source.code(),
            Self::Sweep(error) => error.code(),
            Self::KeyStands { .. } => faults::CEREMONY_KEY_STANDS,
            Self::Authority(error) => error.code(),
            Self::Epoch(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

pub(super) fn standing<T>(subject: impl Into<String>, rule: impl Into<String>) -> Result<T, CeremonyError> {
    Err(CeremonyError::Standing { subject: subject.into(), rule: rule.into() })
}
