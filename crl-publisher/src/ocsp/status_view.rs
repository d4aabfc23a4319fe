//! What is known of a certificate, as the public may know it.

use ca_core::revocation::RevocationReason;
use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use store::schema::certificates;
use store::{Database, Timestamp};

/// The status of a serial number under one authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Issued and recorded, and not revoked.
    Good,
    /// Revoked, whether its signature was ever seen or not.
    Revoked {
        /// The revocation date.
        at: Timestamp,
        /// Its reason.
        reason: Option<RevocationReason>,
    },
    /// Never issued, or not yet: of a certificate that is intended, being signed or given up
    /// nothing may be relied on (invariant 3).
    Unknown,
}

impl Status {
    /// The revocation date, where there is one.
    pub fn revoked_at(&self) -> Option<Timestamp> {
        match self {
            Self::Revoked { at, .. } => Some(*at),
            Self::Good | Self::Unknown => None,
        }
    }
}

/// Looks statuses up. Today in the database; an image in memory can stand here.
pub struct StatusView<'d> {
    db: &'d mut Database,
}

impl<'d> StatusView<'d> {
    /// Over the rows themselves.
    pub fn over(db: &'d mut Database) -> Self {
        Self { db }
    }

    /// The status of one certificate.
    pub fn status(&mut self, issuer: &str, serial: &SerialNumber) -> QueryResult<Status> {
        let row: Option<(String, Option<Timestamp>, Option<String>)> = certificates::table
            .find((issuer, serial.to_string()))
            .select((certificates::status, certificates::revoked_at, certificates::revocation_reason))
            .first(self.db)
            .optional()?;
        Ok(match row {
            Some((status, ..)) if status == "good" => Status::Good,
            Some((_, Some(at), reason)) => {
                Status::Revoked { at, reason: reason.and_then(|reason| reason.parse().ok()) }
            }
            _ => Status::Unknown,
        })
    }
}
