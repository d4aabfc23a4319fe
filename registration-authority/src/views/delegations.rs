use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::delegation::{self, Delegation, DelegationError};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

/// Why delegations cannot be shown.
#[derive(Debug, Error)]
pub enum DelegationsError {
    /// The actor may not read them.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It is between two other officers.
    #[error("delegation {0} is between other officers")]
    NotYours(String),
    /// One cannot be had.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
}

impl Fault for DelegationsError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(_) => faults::DELEGATION_NOT_YOURS,
            Self::Delegation(error) => error.code(),
        }
    }
}

/// What the officer who acts gave and received, newest first; every delegation, for an administrator or an auditor.
pub fn delegations(db: &mut Database, act: &Act) -> Result<Vec<Delegation>, DelegationsError> {
    let officer = officers::require(db, Right::ReadDelegations, act)?;
    match officer.role.may(Right::ReadKeys) {
        true => Ok(delegation::all(db)?),
        false => Ok(delegation::of_officer(db, &officer.login)?),
    }
}

/// One of those.
pub fn delegation(db: &mut Database, number: &str, act: &Act) -> Result<Delegation, DelegationsError> {
    let officer = officers::require(db, Right::ReadDelegations, act)?;
    let one = delegation::get(db, number)?;
    let his = [&one.delegator, &one.delegate].contains(&&officer.login);
    match his || officer.role.may(Right::ReadKeys) {
        true => Ok(one),
        false => Err(DelegationsError::NotYours(number.to_owned())),
    }
}
