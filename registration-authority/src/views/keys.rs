use std::sync::Arc;

use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::approval::ApprovalVerifier;
use crate::enrolment::{self, Enrolment, EnrolmentError, Roster, RosterError};
use crate::officers::{self, NotAuthorised, Right};

/// Most enrolments of a page.
const SHOWN: i64 = 100;

/// Why the officers' keys cannot be shown.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The actor may not read them.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An enrolment cannot be had.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// The chain cannot be read.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for KeysError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Enrolment(error) => error.code(),
            Self::Roster(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The officers' keys that the chain leads to, and what was proposed last.
pub fn keys(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    act: &Act,
) -> Result<(Arc<Roster>, Vec<Enrolment>), KeysError> {
    officers::require(db, Right::ReadKeys, act)?;
    Ok((verifier.roster(db)?, enrolment::list(db, SHOWN)?))
}

/// The enrolments after the number `after`, in the order of the chain, `limit` at most.
pub fn enrolments(
    db: &mut Database,
    after: &str,
    limit: i64,
    act: &Act,
) -> Result<Vec<Enrolment>, KeysError> {
    officers::require(db, Right::ReadKeys, act)?;
    Ok(enrolment::list_after(db, after, limit)?)
}

/// One enrolment.
pub fn enrolment(db: &mut Database, number: &str, act: &Act) -> Result<Enrolment, KeysError> {
    officers::require(db, Right::ReadKeys, act)?;
    Ok(enrolment::get(db, number)?)
}
