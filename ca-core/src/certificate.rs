//! Certificates as the database holds them.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sha2::{Digest, Sha256};
use store::schema::certificates;
use store::{Database, Timestamp};

use crate::rsa_public_key::modulus_sha256;
use crate::serial::SerialNumber;

/// Where a certificate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Recorded; nothing was sent to be signed.
    Intended,
    /// Sent to be signed; a signature may exist.
    Signing,
    /// Signed, compared, recorded.
    Good {
        /// The DER of the certificate.
        der: Vec<u8>,
    },
    /// Good, and not to be relied on until its hold is lifted.
    Held {
        /// Since when.
        since: Timestamp,
        /// The DER of the certificate.
        der: Vec<u8>,
    },
    /// Ended. `der` is absent where the worker died while it was being signed.
    Revoked {
        /// The revocation date.
        at: Timestamp,
        /// The reason's name in RFC 5280 §5.3.1.
        reason: String,
        /// The DER of the certificate, where it was ever seen.
        der: Option<Vec<u8>>,
    },
    /// Given up before it was sent to be signed.
    Abandoned,
}

impl CertificateStatus {
    /// The word that reports use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Signing => "signing",
            Self::Good { .. } => "good",
            Self::Held { .. } => "held",
            Self::Revoked { .. } => "revoked",
            Self::Abandoned => "abandoned",
        }
    }

    /// The DER, where there is one.
    pub fn der(&self) -> Option<&[u8]> {
        match self {
            Self::Good { der } | Self::Held { der, .. } | Self::Revoked { der: Some(der), .. } => Some(der),
            _ => None,
        }
    }
}

/// One certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Short name of the issuing authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The identifier of its profile.
    pub profile: String,
    /// Where it stands.
    pub status: CertificateStatus,
    /// On what ground it was prepared: `officer`, `register-feed`, `plan` or `ceremony`.
    pub evidence_kind: String,
    /// SHA-256 over the evidence.
    pub evidence_digest: Vec<u8>,
    /// The DER of the TBSCertificate.
    pub tbs: Vec<u8>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until, that second included.
    pub not_after: Timestamp,
}

/// The certificate with this issuer and serial number.
pub fn find(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<Option<Certificate>> {
    let row: Option<Row> = certificates::table
        .find((issuer, serial.to_string()))
        .select(Row::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(Certificate::from))
}

/// Whether it is good, held or not, until the caller's transaction ends: its row is locked, so that whoever revokes it waits.
pub fn stays_good(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<bool> {
    let good = diesel::update(certificates::table.find((issuer, serial.to_string())))
        .filter(certificates::status.eq("good"))
        .set(certificates::settled_at.eq(certificates::settled_at))
        .execute(db)?;
    Ok(good == 1)
}

/// Certificates in the order of issuer and serial, after the given one; at most `limit`.
pub fn list(db: &mut Database, after: Option<(&str, &str)>, limit: i64) -> QueryResult<Vec<Certificate>> {
    let (issuer, serial) = after.unwrap_or(("", ""));
    let rows: Vec<Row> = certificates::table
        .filter(
            certificates::issuer
                .gt(issuer)
                .or(certificates::issuer.eq(issuer).and(certificates::serial.gt(serial))),
        )
        .order((certificates::issuer, certificates::serial))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Certificate::from).collect())
}

/// How many good certificates end from a moment on, and before another.
pub fn ending(db: &mut Database, from: Timestamp, before: Timestamp) -> QueryResult<i64> {
    certificates::table
        .filter(certificates::status.eq("good"))
        .filter(certificates::not_after.ge(from).and(certificates::not_after.lt(before)))
        .count()
        .get_result(db)
}

/// Every certificate, whatever its status, over this key (a SubjectPublicKeyInfo in DER), or over an RSA key of the
/// same modulus: whoever has one of these has the others.
pub fn with_key(db: &mut Database, public_key: &[u8]) -> QueryResult<Vec<Certificate>> {
    let itself = certificates::spki_sha256.eq(Sha256::digest(public_key).to_vec());
    let query = certificates::table.select(Row::as_select());
    let rows: Vec<Row> = match modulus_sha256(public_key) {
        Some(modulus) => query.filter(itself.or(certificates::rsa_modulus_sha256.eq(modulus))).load(db)?,
        None => query.filter(itself).load(db)?,
    };
    Ok(rows.into_iter().map(Certificate::from).collect())
}

/// Until the transaction ends, nobody else looks who has this key in order to certify it, or has looked and not yet
/// committed, and nobody records any key as compromised: on PostgreSQL two that do so at once would see nothing of each
/// other. (On SQLite there is one writer.)
pub fn hold_key(db: &mut Database, public_key: &[u8]) -> QueryResult<()> {
    match db {
        Database::Sqlite(_) => Ok(()),
        Database::Postgresql(connection) => diesel::sql_query(
            "SELECT pg_advisory_xact_lock_shared(hashtext('compromised_keys'), 0), pg_advisory_xact_lock($1)",
        )
        .bind::<BigInt, _>(key_lock(public_key))
        .execute(connection)
        .map(drop),
    }
}

/// The number of the lock: the beginning of a digest, of an RSA key's modulus or of the key.
fn key_lock(public_key: &[u8]) -> i64 {
    let digest = modulus_sha256(public_key).unwrap_or_else(|| Sha256::digest(public_key).to_vec());
    digest.iter().take(8).fold(0, |number, octet| number << 8 | i64::from(*octet))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct Row {
    issuer: String,
    serial: String,
    profile: String,
    status: String,
    evidence_kind: String,
    evidence_digest: Vec<u8>,
    tbs: Vec<u8>,
    der: Option<Vec<u8>>,
    not_before: Timestamp,
    not_after: Timestamp,
    revoked_at: Option<Timestamp>,
    revocation_reason: Option<String>,
    held_at: Option<Timestamp>,
}

impl From<Row> for Certificate {
    fn from(row: Row) -> Self {
        let status =
            match (row.status.as_str(), row.der, row.held_at.or(row.revoked_at), row.revocation_reason) {
                ("intended", ..) => CertificateStatus::Intended,
                ("signing", ..) => CertificateStatus::Signing,
                ("good", Some(der), Some(since), _) => CertificateStatus::Held { since, der },
                ("good", Some(der), ..) => CertificateStatus::Good { der },
                ("revoked", der, Some(at), Some(reason)) => CertificateStatus::Revoked { at, reason, der },
                _ => CertificateStatus::Abandoned,
            };
        Self {
            serial: row.serial.parse().expect("the database holds serial numbers this program wrote"),
            issuer: row.issuer,
            profile: row.profile,
            status,
            evidence_kind: row.evidence_kind,
            evidence_digest: row.evidence_digest,
            tbs: row.tbs,
            not_before: row.not_before,
            not_after: row.not_after,
        }
    }
}
