use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::{CardOrder, OrderError, get, set_status};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::risk;

#[cfg(test)]
mod tests;

/// Why no second officer is asked for.
#[derive(Debug, Error)]
pub enum SecondOfficerError {
    /// The actor may not decide, or not on this order.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// It is decided on, waits for its applicant, or is at another version.
    #[error("order {0} is not open at version {1}")]
    NotOpen(String, i64),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SecondOfficerError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotOpen(..) => faults::ORDER_NOT_OPEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Has two officers approve an order, because one who reads it is in doubt: from now on, in this version and those that follow.
/// Nothing changes where two are to approve already. Inside the caller's write transaction.
pub fn ask_second_officer(
    db: &mut Database,
    number: &str,
    version: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, SecondOfficerError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let order = get(db, number)?;
    officer.require_within(db, &order.reach())?;
    // Whoever approves at the same moment takes turns with this at the row.
    if !set_status(db, number, version, "submitted", "submitted", act)? {
        return Err(SecondOfficerError::NotOpen(number.to_owned(), version));
    }
    if risk::asks_for_two(db, &order)? {
        return Ok(order);
    }
    risk::ask_for_second_officer(db, &order, act)?;
    let event = audit::Event {
        action: "order.second-officer-asked",
        subject: format!("order {number}"),
        payload: json!({ "version": version }),
    };
    audit::record(db, event, rng, act)?;
    Ok(order)
}
