//! The hold of a certificate, which may be lifted: nobody relies on it meanwhile (RFC 5280 §5.3.1, certificateHold).
//!
//! A certificate that is held stays `good` in its row, with the date of its hold beside it; what relying systems see is
//! cut from the status log. Who may hold and release is not decided here; nothing here un-revokes, and a trigger
//! refuses it.

#[cfg(test)]
mod tests;

use diesel::prelude::*;
use store::schema::certificates;
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

use crate::faults;
use crate::serial::SerialNumber;
use crate::status_log::{self, CERTIFICATE_HOLD, NewStatusEvent, REMOVE_FROM_CRL, StatusChange};

/// A line of the status log that a hold or a release has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its place.
    pub sequence: i64,
    /// When: the database's time.
    pub at: Timestamp,
}

/// A hold or release that does not take place.
#[derive(Debug, Error)]
pub enum HoldError {
    /// No such certificate.
    #[error("no certificate {serial} of {issuer}")]
    NotFound {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
    },
    /// Only what is good is held.
    #[error("certificate {serial} of {issuer} is {status}")]
    NotGood {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
        /// `intended`, `signing`, `revoked` or `abandoned`.
        status: String,
    },
    /// It is held already.
    #[error("certificate {serial} of {issuer} is held since {since}")]
    Held {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
        /// Since when.
        since: Timestamp,
    },
    /// Only what is held is released.
    #[error("certificate {serial} of {issuer} is not held")]
    NotHeld {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for HoldError {
    fn code(&self) -> store::Code {
        match self {
            Self::NotFound { .. } => faults::CERTIFICATE_UNKNOWN,
            Self::NotGood { .. } => faults::CERTIFICATE_NOT_GOOD,
            Self::Held { .. } => faults::CERTIFICATE_HELD,
            Self::NotHeld { .. } => faults::CERTIFICATE_NOT_HELD,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Holds a certificate that is good, inside the caller's write transaction.
pub fn hold(
    db: &mut Database,
    issuer: &str,
    serial: &SerialNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Logged, HoldError> {
    let row = good_row(db, issuer, serial)?;
    if let Some(since) = row.held_at {
        return Err(HoldError::Held { issuer: row.issuer, serial: row.serial, since });
    }
    row.turns(db, rng, act)
}

/// Releases a certificate that is held, inside the caller's write transaction.
pub fn release(
    db: &mut Database,
    issuer: &str,
    serial: &SerialNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Logged, HoldError> {
    let row = good_row(db, issuer, serial)?;
    if row.held_at.is_none() {
        return Err(HoldError::NotHeld { issuer: row.issuer, serial: row.serial });
    }
    row.turns(db, rng, act)
}

struct GoodRow {
    issuer: String,
    serial: String,
    held_at: Option<Timestamp>,
}

/// The certificate as it stands once nobody else writes into the log.
fn good_row(db: &mut Database, issuer: &str, serial: &SerialNumber) -> Result<GoodRow, HoldError> {
    debug_assert!(db.in_transaction(), "a hold belongs to the transaction of its cause");
    let (issuer, serial) = (issuer.to_owned(), serial.to_string());
    status_log::lock_counter(db)?;
    let row: Option<(String, Option<Timestamp>)> = certificates::table
        .find((&issuer, &serial))
        .select((certificates::status, certificates::held_at))
        .first(db)
        .optional()?;
    match row {
        None => Err(HoldError::NotFound { issuer, serial }),
        Some((status, held_at)) if status == "good" => Ok(GoodRow { issuer, serial, held_at }),
        Some((status, _)) => Err(HoldError::NotGood { issuer, serial, status }),
    }
}

impl GoodRow {
    /// What is held is released, and what is not is held.
    fn turns(self, db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> Result<Logged, HoldError> {
        let at = db.now()?;
        let (change, reason, held_at) = match self.held_at {
            None => (StatusChange::Held, CERTIFICATE_HOLD, Some(at)),
            Some(_) => (StatusChange::Released, REMOVE_FROM_CRL, None),
        };
        let changed = diesel::update(certificates::table.find((&self.issuer, &self.serial)))
            .filter(certificates::status.eq("good"))
            .set(certificates::held_at.eq(held_at))
            .execute(db)?;
        if changed != 1 {
            return Err(diesel::result::Error::NotFound.into());
        }
        let new = NewStatusEvent {
            issuer: &self.issuer,
            serial: &self.serial,
            change,
            reason,
            occurred_at: at,
            since: None,
        };
        let sequence = status_log::append(db, &new, rng, act)?;
        Ok(Logged { sequence, at })
    }
}
