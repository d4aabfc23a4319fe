//! Keys that are known to be compromised, whatever became of their certificates.
//!
//! A certificate that is revoked as keyCompromise bars its key by itself. What is learnt of a key whose certificate had ended
//! otherwise (expired, superseded), since a revocation is definitive, or of a key that was never certified here, stands in a table
//! of its own ([decision 59](../../docs/decisions/0059-keys-learnt-to-be-compromised.md)): such a key is certified for nobody, its
//! owner included (CA/Browser Forum BR §6.1.1.3), and nothing over it stays good (BR §4.9.1.1).

#[cfg(test)]
mod tests;
mod told;

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::{certificates, compromised_keys};
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

pub use told::{LONGEST_FILE, ToldKey, UnreadableKey};

use crate::certificate::{self, Certificate, CertificateStatus};
use crate::faults;
use crate::revocation::{self, RevocationReason, RevokeError, Revoked};
use crate::rsa_public_key::modulus_sha256;
use crate::serial::SerialNumber;
use crate::service_key;
use crate::status_log;
use crate::tbs::{self, BuildError};

/// Longest account of how it was learnt, in characters.
pub const LONGEST_SOURCE: usize = 500;

/// A key that is recorded as compromised.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = compromised_keys)]
pub struct CompromisedKey {
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub spki_sha256: Vec<u8>,
    /// When it was recorded.
    pub learnt_at: Timestamp,
    /// How it was learnt, in the words of whoever recorded it.
    pub source: String,
    /// Who did: `operator:root`, `officer:alice`.
    pub recorded_by: String,
}

/// That a key is recorded, and what that has ended.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The key, as it was recorded first.
    pub key: CompromisedKey,
    /// Whether it was before.
    pub already: bool,
    /// The certificates that were revoked with it, by issuer and serial number.
    pub ended: Vec<Ended>,
}

/// A certificate over a compromised key.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Revoked, or given up before it was signed.
    pub outcome: Revoked,
}

/// Why a key is not recorded. Nothing of the attempt stays.
#[derive(Debug, Error)]
pub enum RecordError {
    /// How it was learnt is not said, or at length.
    #[error("how it was learnt is said in 1 to {LONGEST_SOURCE} characters, on one line")]
    Source,
    /// The PKI itself stands on certificates over it.
    #[error("this key is that of certificate {}, by which an authority, its OCSP answers or its lists are signed", .0.join(", "))]
    Serves(Vec<String>),
    /// A certificate over it cannot be revoked.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// A stored certificate does not say its key.
    #[error(transparent)]
    Stored(#[from] BuildError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for RecordError {
    fn code(&self) -> store::Code {
        match self {
            Self::Source => faults::COMPROMISED_KEY_SOURCE,
            Self::Serves(_) => faults::COMPROMISED_KEY_SERVES,
            Self::Revoke(error) => error.code(),
            Self::Stored(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The record of this key (a SubjectPublicKeyInfo in DER), or of an RSA key of the same modulus; the oldest, where there are several.
pub fn find(db: &mut Database, public_key: &[u8]) -> QueryResult<Option<CompromisedKey>> {
    known(db, &Sha256::digest(public_key), modulus_sha256(public_key).as_deref())
}

/// The recorded keys, newest first, at most `limit`.
pub fn list(db: &mut Database, limit: i64) -> QueryResult<Vec<CompromisedKey>> {
    compromised_keys::table
        .order((
            compromised_keys::learnt_at.desc(),
            compromised_keys::spki_sha256,
            compromised_keys::known_by,
        ))
        .limit(limit)
        .select(CompromisedKey::as_select())
        .load(db)
}

fn known(db: &mut Database, spki: &[u8], modulus: Option<&[u8]>) -> QueryResult<Option<CompromisedKey>> {
    let itself = compromised_keys::spki_sha256.eq(spki);
    let query = compromised_keys::table
        .order((compromised_keys::learnt_at, compromised_keys::known_by))
        .select(CompromisedKey::as_select());
    match modulus {
        Some(modulus) => query.filter(itself.or(compromised_keys::rsa_modulus_sha256.eq(modulus))).first(db),
        None => query.filter(itself).first(db),
    }
    .optional()
}

/// A key that somebody tells of. While this is there, until the transaction ends, nobody prepares a certificate, and all that were
/// prepared before are seen.
#[must_use = "a key is told of to be recorded"]
#[derive(Debug)]
pub struct KeyInHand {
    spki_sha256: Vec<u8>,
    rsa_modulus_sha256: Option<Vec<u8>>,
    known_by: &'static str,
    living: Vec<Certificate>,
    at: Timestamp,
}

impl KeyInHand {
    /// Takes it in hand, first of all in the caller's write transaction: whoever prepares a certificate holds other locks already.
    /// Of a digest that is that of a certificate, the key is known.
    pub fn take(db: &mut Database, told: &ToldKey, act: &Act) -> Result<Self, RecordError> {
        debug_assert!(db.in_transaction(), "the lock is held until the key is recorded");
        keep_off_preparation(db)?;
        // Nor does anybody revoke one meanwhile.
        status_log::lock_counter(db)?;
        let key = match told {
            ToldKey::Whole(key) => Some(key.clone()),
            ToldKey::Digest(digest) => certified(db, digest)?,
        };
        let mut living = match &key {
            Some(key) => certificate::with_key(db, key)?,
            None => Vec::new(),
        };
        living.retain(|one| lives(one, act.at));
        // As everybody takes them who settles several.
        living.sort_by_cached_key(|one| (one.issuer.clone(), one.serial.to_string()));
        Ok(Self {
            spki_sha256: match told {
                ToldKey::Whole(key) => Sha256::digest(key).to_vec(),
                ToldKey::Digest(digest) => digest.to_vec(),
            },
            rsa_modulus_sha256: key.as_deref().and_then(modulus_sha256),
            known_by: if key.is_some() { "key" } else { "digest" },
            living,
            at: act.at,
        })
    }

    /// The certificates over it, or over an RSA key of the same modulus, that have not ended: neither revoked, nor given up, nor expired.
    pub fn living(&self) -> &[Certificate] {
        &self.living
    }

    /// Records it, for good, and revokes those certificates as keyCompromise: what is good over it when the transaction commits is
    /// nothing. What a ceremony alone may end keeps it from being recorded. A key that is recorded already stays as it was.
    pub fn record(
        self,
        db: &mut Database,
        source: &str,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Recorded, RecordError> {
        if source.trim().is_empty()
            || source.chars().count() > LONGEST_SOURCE
            || source.chars().any(char::is_control)
        {
            return Err(RecordError::Source);
        }
        let mut serving = Vec::new();
        for Certificate { issuer, serial, .. } in &self.living {
            if service_key::stands_on(db, issuer, serial)? {
                serving.push(format!("{serial} of {issuer}"));
            }
        }
        if !serving.is_empty() {
            return Err(RecordError::Serves(serving));
        }
        let mut ended = Vec::with_capacity(self.living.len());
        for Certificate { issuer, serial, .. } in &self.living {
            match revocation::revoke(db, issuer, serial, RevocationReason::KeyCompromise, rng, act) {
                Ok(outcome) => ended.push(Ended { issuer: issuer.clone(), serial: serial.clone(), outcome }),
                // Given up meanwhile, before it was signed.
                Err(RevokeError::AlreadyEnded { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let already = self.is_covered(db)?;
        if !already {
            self.insert(db, source, &ended, rng, act)?;
        }
        let key = known(db, &self.spki_sha256, self.rsa_modulus_sha256.as_deref())?;
        Ok(Recorded { key: key.ok_or(diesel::result::Error::NotFound)?, already, ended })
    }

    /// Whether a record bars all that this one would: of an RSA key whose digest alone was told, none bars the keys of its modulus.
    fn is_covered(&self, db: &mut Database) -> QueryResult<bool> {
        let records = match &self.rsa_modulus_sha256 {
            Some(modulus) => compromised_keys::table
                .filter(compromised_keys::rsa_modulus_sha256.eq(modulus))
                .count()
                .get_result::<i64>(db),
            None => compromised_keys::table
                .filter(compromised_keys::spki_sha256.eq(&self.spki_sha256))
                .count()
                .get_result(db),
        }?;
        Ok(records > 0)
    }

    fn insert(
        &self,
        db: &mut Database,
        source: &str,
        ended: &[Ended],
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> QueryResult<()> {
        let Self { spki_sha256, rsa_modulus_sha256, known_by, at, .. } = self;
        diesel::insert_into(compromised_keys::table)
            .values((
                compromised_keys::spki_sha256.eq(spki_sha256),
                compromised_keys::known_by.eq(known_by),
                compromised_keys::rsa_modulus_sha256.eq(rsa_modulus_sha256),
                compromised_keys::learnt_at.eq(at),
                compromised_keys::source.eq(source),
                compromised_keys::recorded_by.eq(act.actor.to_string()),
            ))
            .execute(db)?;
        let payload = json!({
            "known_by": known_by,
            "rsa_modulus_sha256": rsa_modulus_sha256.as_ref().map(hex::encode),
            "learnt_at": at.millis(),
            "source": source,
            "certificates": ended.iter().map(|one| format!("{} {}", one.issuer, one.serial)).collect::<Vec<_>>(),
        });
        let subject = format!("key {}", hex::encode(spki_sha256));
        record(db, Event { action: "key.compromised", subject, payload }, rng, act)
    }
}

/// The key of any certificate with this digest of it.
fn certified(db: &mut Database, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, RecordError> {
    let tbs: Option<Vec<u8>> = certificates::table
        .filter(certificates::spki_sha256.eq(digest.as_slice()))
        .select(certificates::tbs)
        .first(db)
        .optional()?;
    Ok(tbs.map(|tbs| tbs::public_key_of(&tbs)).transpose()?)
}

/// "Valid until" is a whole second, that one included.
fn lives(certificate: &Certificate, at: Timestamp) -> bool {
    let ended =
        matches!(certificate.status, CertificateStatus::Revoked { .. } | CertificateStatus::Abandoned);
    !ended && certificate.not_after >= at.whole_second()
}

/// Waits until every certificate that is being prepared is recorded, and lets none begin: on PostgreSQL each of the two would see
/// nothing of the other. [`certificate::hold_key`] and the triggers take the other side. (On SQLite there is one writer.)
fn keep_off_preparation(db: &mut Database) -> QueryResult<()> {
    match db {
        Database::Sqlite(_) => Ok(()),
        Database::Postgresql(connection) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('compromised_keys'), 0)")
                .execute(connection)
                .map(drop)
        }
    }
}
