//! One certificate, from its row.

use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use store::schema::certificates;
use store::{Database, Timestamp};

use super::Status;

/// What the database says of a certificate now.
pub fn lookup(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<Status> {
    let row: Option<(String, Option<Timestamp>, Option<String>)> = certificates::table
        .find((issuer, serial.to_string()))
        .select((certificates::status, certificates::revoked_at, certificates::revocation_reason))
        .first(db)
        .optional()?;
    Ok(match row {
        Some((status, ..)) if status == "good" => Status::Good,
        Some((_, Some(at), reason)) => {
            Status::Revoked { at, reason: reason.and_then(|reason| reason.parse().ok()) }
        }
        _ => Status::Unknown,
    })
}
