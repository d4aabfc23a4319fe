//! The ledger of signed digests: an append-only file that only signer processes write, one line for
//! each signature, written as soon as it is made, so that a library that takes its process with it takes no line, and
//! on the disk before the signature leaves the process that made it.
//!
//! ```text
//! igc-signing-ledger-v1 ⇥ id ⇥ sequence ⇥ chain
//! sequence ⇥ time ⇥ token/key ⇥ digest ⇥ subject ⇥ chain
//! ```
//!
//! The first line is the head: which ledger it is, and where it goes on from. `chain` is SHA-256 over
//! the chain of the line before and the line's own text ([`Entry`]), in lower-case hexadecimal: a line
//! that is changed, taken out or put in is seen by the next one.
//!
//! A signature that turned out not to be the key's has its line, and then another one that says that it was refused
//! ([`Entry::refused`]).

mod line;
mod open_file;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::SignerError;

pub use line::{Entry, LONGEST_SUBJECT};
pub(crate) use line::{is_subject, refusal};
pub use reader::{Followed, Follower, Position, follow, identify};
pub(crate) use writer::{Durability, LedgerWriter, Signed};

/// A ledger that cannot be read or written.
#[derive(Debug, Error)]
#[error("{}: {what}", file.display())]
pub struct LedgerError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong.
    pub what: LedgerFault,
}

/// What is wrong with a ledger.
#[derive(Debug, Error)]
pub enum LedgerFault {
    /// The file system refused.
    #[error("{0}")]
    File(#[from] io::Error),
    /// It does not begin as a ledger does.
    #[error("it does not begin with the head of a signing ledger")]
    NoHead,
    /// A line is not of the form it must have, or not chained to the one before.
    #[error("the line after sequence {after} is not the one that was written there: {rule}")]
    Line {
        /// The sequence of the last line that holds.
        after: u64,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// It is shorter than it was.
    #[error("it was cut: {now} octets, and {before} were there")]
    Cut {
        /// How long it is.
        now: u64,
        /// How long it was.
        before: u64,
    },
}

/// A ledger that is another user's says whose, and what helps: a ceremony was held as root, say, and the worker is
/// somebody else.
fn opening(error: io::Error, path: &Path) -> io::Error {
    let standing = path.ancestors().find_map(|path| fs::metadata(path).ok());
    let Some(standing) = standing.filter(|_| error.kind() == io::ErrorKind::PermissionDenied) else {
        return error;
    };
    let (owner, own) = (standing.uid(), rustix::process::geteuid().as_raw());
    let what = format!(
        "it belongs to user {owner} and this process is user {own}: let root chown it and its folder to user {own}"
    );
    io::Error::new(error.kind(), what)
}

impl LedgerFault {
    fn of(self, file: &Path) -> LedgerError {
        LedgerError { file: file.to_owned(), what: self }
    }
}

impl From<LedgerError> for SignerError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger { file: error.file, detail: error.what.to_string() }
    }
}
