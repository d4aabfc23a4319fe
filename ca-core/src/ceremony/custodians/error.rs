use std::path::PathBuf;

use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// Shares that open nothing. No message quotes what a share holds.
#[derive(Debug, Error)]
pub enum CustodianError {
    /// A share's file cannot be read or written, or is not of the form of one.
    #[error("share {}: {detail}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Not the share that this custodian was given.
    #[error("share {number}, of {custodian}: it is not the one that was given at the ceremony")]
    Wrong {
        /// Its number, from 1.
        number: u8,
        /// Whose.
        custodian: String,
    },
    /// A share of another token or of another ceremony.
    #[error("share {number} is not of the sharing that opens token {token:?}")]
    OtherSet {
        /// Its number.
        number: u8,
        /// The token that was to be opened.
        token: String,
    },
    /// One share, given twice.
    #[error("share {number}, of {custodian}, was given twice")]
    Twice {
        /// Its number.
        number: u8,
        /// Whose.
        custodian: String,
    },
    /// Not enough shares.
    #[error("{given} shares were given, {needed} are needed")]
    TooFew {
        /// How many.
        given: usize,
        /// How many there must be.
        needed: usize,
    },
    /// The sharing itself failed.
    #[error("secret sharing: {0}")]
    Scheme(String),
}

impl Fault for CustodianError {
    fn code(&self) -> Code {
        match self {
            Self::File { .. } => faults::SHARE_FILE,
            Self::Wrong { .. } | Self::OtherSet { .. } | Self::Twice { .. } => faults::SHARE_WRONG,
            Self::TooFew { .. } => faults::SHARES_TOO_FEW,
            Self::Scheme(_) => faults::SHARING_FAILED,
        }
    }
}
