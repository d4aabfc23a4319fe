//! Why a ceremony is not held, or stopped.

use store::{Code, Fault};
use thiserror::Error;

use crate::authority::AuthorityError;
use crate::epoch::EpochError;
use crate::faults;
use crate::identity::IdentityError;
use crate::issuance::{IssueError, PrepareError};
use crate::signer::SignerError;

/// Why a ceremony is not held, or stopped.
///
/// A ceremony that stopped half-way leaves initialised tokens behind and is not taken up again: it
/// is held anew with empty tokens and an empty database, so that no key exists that its report does
/// not name.
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
    /// The authority was made by another ceremony than this file's.
    #[error("{0} was not made by this ceremony file: it is no evidence for its responders")]
    AnotherFile(String),
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
    /// An authority that was just made does not read.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The ceremony took longer than its lease.
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
            Self::AnotherFile(_) => faults::CEREMONY_ANOTHER_FILE,
            Self::Signer(error) => error.code(),
            Self::Prepare { source, .. } => source.code(),
            Self::Issue { source, .. } => source.code(),
            Self::Authority(error) => error.code(),
            Self::Epoch(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}
