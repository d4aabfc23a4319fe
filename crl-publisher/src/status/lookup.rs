//! One certificate, from its row.

use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use store::schema::certificates;
use store::{Database, Timestamp};

use super::Status;

/// status, held_at, revoked_at, revocation_reason.
type Row = (String, Option<Timestamp>, Option<Timestamp>, Option<String>);

/// What the database says of a certificate now.
pub fn lookup(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<Status> {
    let row: Option<Row> = certificates::table
        .find((issuer, serial.to_string()))
        .select((
            certificates::status,
            certificates::held_at,
            certificates::revoked_at,
            certificates::revocation_reason,
        ))
        .first(db)
        .optional()?;
    Ok(match row {
        Some((status, Some(at), ..)) if status == "good" => Status::Held { at },
        Some((status, ..)) if status == "good" => Status::Good,
        Some((_, _, Some(at), reason)) => {
            Status::Revoked { at, reason: reason.and_then(|reason| reason.parse().ok()) }
        }
        _ => Status::Unknown,
    })
}
