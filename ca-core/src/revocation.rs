//! The end of a certificate: definitive, dated by the database, and written to the status log.

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{certificate_status_counter, certificate_status_events, certificates};
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

use crate::faults;
use crate::serial::SerialNumber;

/// Why a certificate is revoked (RFC 5280 §5.3.1). Only the reasons this system publishes;
/// `unspecified` is not among them, since "the reason code CRL entry extension SHOULD be absent
/// instead of using the unspecified (0) reasonCode value".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// keyCompromise (1): whoever holds the key may not be the subject.
    KeyCompromise,
    /// cACompromise (2).
    CaCompromise,
    /// affiliationChanged (3): something certified is no longer so.
    AffiliationChanged,
    /// superseded (4): another certificate takes its place.
    Superseded,
    /// cessationOfOperation (5): no longer needed for what it was issued for.
    CessationOfOperation,
}

impl RevocationReason {
    const ALL: [Self; 5] = [
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
    ];

    /// The value of the CRLReason ENUMERATED.
    pub const fn code(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
        }
    }

    /// The reason with this value of the CRLReason ENUMERATED, if it is one of these.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The name in RFC 5280, as stored: `keyCompromise`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RevocationReason {
    type Err = RevokeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.name() == text)
            .ok_or_else(|| RevokeError::UnknownReason(text.to_owned()))
    }
}

/// What became of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It was good, or a signature over it may exist: it stands in the status log.
    Published {
        /// Its place in the status log.
        sequence: i64,
        /// The revocation date: the database's time.
        at: Timestamp,
    },
    /// It was only intended; nothing was ever sent to be signed.
    Abandoned,
}

/// A revocation that does not take place.
#[derive(Debug, Error)]
pub enum RevokeError {
    /// No such certificate.
    #[error("no certificate {serial} of {issuer}")]
    NotFound {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
    },
    /// It is revoked, or was given up before it was signed; nothing more to end.
    #[error("certificate {serial} of {issuer} is already {status}")]
    AlreadyEnded {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number asked for.
        serial: String,
        /// `revoked` or `abandoned`.
        status: String,
    },
    /// Not a reason of RFC 5280 that this system publishes.
    #[error("{0:?} is not a revocation reason")]
    UnknownReason(String),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for RevokeError {
    fn code(&self) -> store::Code {
        match self {
            Self::NotFound { .. } => faults::CERTIFICATE_UNKNOWN,
            Self::AlreadyEnded { .. } => faults::CERTIFICATE_ENDED,
            Self::UnknownReason(_) => faults::REVOCATION_REASON_UNKNOWN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Ends a certificate, inside the caller's write transaction.
///
/// A certificate that is `good` or `signing` becomes revoked and gets its place in the status log;
/// one that is only `intended` is abandoned. The log's counter is taken first and held to the commit:
/// revocations of several certificates wait for each other instead of locking each other out, and a reader
/// who follows the log by sequence cannot miss one that commits late (invariant 8).
pub fn revoke(
    db: &mut Database,
    issuer: &str,
    serial: &SerialNumber,
    reason: RevocationReason,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Revoked, RevokeError> {
    debug_assert!(db.in_transaction(), "a revocation belongs to the transaction of its cause");
    let key = serial.to_string();
    lock_status_counter(db)?;
    let now = db.now()?;
    // In the order in which a certificate lives: one that another process moves on between these two
    // statements is met by the second. The other way round it would slip through, and become good.
    let abandoned = diesel::update(certificates::table.find((issuer, &key)))
        .filter(certificates::status.eq("intended"))
        .set((certificates::status.eq("abandoned"), certificates::settled_at.eq(now)))
        .execute(db)?;
    if abandoned == 1 {
        audit(db, "certificate.abandoned", issuer, &key, None, rng, act)?;
        return Ok(Revoked::Abandoned);
    }
    let revoked = diesel::update(certificates::table.find((issuer, &key)))
        .filter(certificates::status.eq_any(["good", "signing"]))
        .set((
            certificates::status.eq("revoked"),
            certificates::settled_at.eq(now),
            certificates::revoked_at.eq(now),
            certificates::revocation_reason.eq(reason.name()),
        ))
        .execute(db)?;
    if revoked == 1 {
        let sequence = append_status_event(db, issuer, &key, reason, now)?;
        audit(db, "certificate.revoked", issuer, &key, Some(reason), rng, act)?;
        return Ok(Revoked::Published { sequence, at: now });
    }
    let status: Option<String> =
        certificates::table.find((issuer, &key)).select(certificates::status).first(db).optional()?;
    let (issuer, serial) = (issuer.to_owned(), key);
    Err(match status {
        None => RevokeError::NotFound { issuer, serial },
        Some(status) => RevokeError::AlreadyEnded { issuer, serial, status },
    })
}

/// Takes the log's counter before any certificate row, so that two revocations of several certificates
/// wait for each other instead of locking each other out.
fn lock_status_counter(db: &mut Database) -> QueryResult<()> {
    diesel::update(certificate_status_counter::table.find(1))
        .set(certificate_status_counter::last.eq(certificate_status_counter::last))
        .execute(db)?;
    Ok(())
}

fn append_status_event(
    db: &mut Database,
    issuer: &str,
    serial: &str,
    reason: RevocationReason,
    at: Timestamp,
) -> QueryResult<i64> {
    diesel::update(certificate_status_counter::table.find(1))
        .set(certificate_status_counter::last.eq(certificate_status_counter::last + 1))
        .execute(db)?;
    let sequence: i64 =
        certificate_status_counter::table.find(1).select(certificate_status_counter::last).first(db)?;
    diesel::insert_into(certificate_status_events::table)
        .values((
            certificate_status_events::sequence.eq(sequence),
            certificate_status_events::issuer.eq(issuer),
            certificate_status_events::serial.eq(serial),
            certificate_status_events::event.eq("revoked"),
            certificate_status_events::reason.eq(reason.name()),
            certificate_status_events::occurred_at.eq(at),
        ))
        .execute(db)?;
    Ok(sequence)
}

fn audit(
    db: &mut Database,
    action: &'static str,
    issuer: &str,
    serial: &str,
    reason: Option<RevocationReason>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let event = Event {
        action,
        subject: format!("certificate {issuer} {serial}"),
        payload: json!({ "reason": reason.map(RevocationReason::name) }),
    };
    record(db, event, rng, act)
}
