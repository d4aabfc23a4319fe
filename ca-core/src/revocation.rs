//! The end of a certificate: definitive, dated by the database, and written to the status log.

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;
use store::audit::{Event, record};
use store::schema::certificates;
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

use crate::faults;
use crate::serial::SerialNumber;
use crate::status_log::{self, NewStatusEvent, StatusChange};

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

    /// What a holder's certificate is revoked for: all but what the end of an authority publishes.
    pub const OF_HOLDERS: [Self; 4] =
        [Self::KeyCompromise, Self::AffiliationChanged, Self::Superseded, Self::CessationOfOperation];

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

impl Serialize for RevocationReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RevocationReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
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
        /// When it was revoked: the database's time.
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
/// who follows the log by sequence cannot miss one that commits late (invariant 8). One that is held is revoked as of its
/// hold: what was signed meanwhile never becomes good.
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
    status_log::lock_counter(db)?;
    let now = db.now()?;
    // In the order in which a certificate lives: one that another process moves on between these two
    // statements is met by the second. The other way round it would slip through, and become good.
    let abandoned = diesel::update(certificates::table.find((issuer, &key)))
        .filter(certificates::status.eq("intended"))
        .set((certificates::status.eq("abandoned"), certificates::settled_at.eq(now)))
        .execute(db)?;
    if abandoned == 1 {
        let subject = format!("certificate {issuer} {key}");
        record(db, Event { action: "certificate.abandoned", subject, payload: json!({}) }, rng, act)?;
        return Ok(Revoked::Abandoned);
    }
    let since = held_before(db, issuer, &key, now)?;
    let revoked = diesel::update(certificates::table.find((issuer, &key)))
        .filter(certificates::status.eq_any(["good", "signing"]))
        .set((
            certificates::status.eq("revoked"),
            certificates::settled_at.eq(now),
            certificates::revoked_at.eq(since.unwrap_or(now)),
            certificates::revocation_reason.eq(reason.name()),
            certificates::held_at.eq(None::<Timestamp>),
        ))
        .execute(db)?;
    if revoked == 1 {
        let new = NewStatusEvent {
            issuer,
            serial: &key,
            change: StatusChange::Revoked,
            reason: reason.name(),
            occurred_at: now,
            since,
        };
        let sequence = status_log::append(db, &new, rng, act)?;
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

/// Since when it is held, where that is earlier than now. (Whoever holds or releases takes the counter too: it stays so
/// until the commit.)
fn held_before(
    db: &mut Database,
    issuer: &str,
    serial: &str,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    let held_at: Option<Option<Timestamp>> =
        certificates::table.find((issuer, serial)).select(certificates::held_at).first(db).optional()?;
    Ok(held_at.flatten().filter(|since| *since < now))
}
