//! Keys that are known to be compromised, whatever became of their certificates.
//!
//! A certificate that is revoked as keyCompromise bars its key by itself. What is learnt of a key whose certificate had ended
//! otherwise (expired, superseded), since a revocation is definitive, or of a key that was never certified here, stands in a table
//! of its own ([decision 59](../../docs/decisions/0059-keys-learnt-to-be-compromised.md)): such a key is certified for nobody, its
//! owner included (CA/Browser Forum BR §6.1.1.3), and nothing over it stays good (BR §4.9.1.1).

mod house_key;
mod recorded;
#[cfg(test)]
mod tests;
mod told;

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::{certificates, compromised_keys, service_keys};
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

pub use house_key::Service;
pub use recorded::{CompromisedKey, find, in_service, list, record_of};
pub use told::{LONGEST_FILE, ToldKey, UnreadableKey};

use self::house_key::HouseKey;
use self::recorded::known;
use crate::certificate::{self, Certificate, CertificateStatus};
use crate::faults;
use crate::revocation::{self, RevocationReason, RevokeError, Revoked};
use crate::rsa_public_key::modulus_sha256;
use crate::serial::SerialNumber;
use crate::service_key::Purpose;
use crate::status_log;
use crate::tbs::{self, BuildError};

/// Longest account of how it was learnt, in characters.
pub const LONGEST_SOURCE: usize = 500;

/// That a key is recorded, and what that has ended.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The key, as it was recorded first.
    pub key: CompromisedKey,
    /// Whether it was before.
    pub already: bool,
    /// The certificates that were revoked with it, by issuer and serial number.
    pub ended: Vec<Ended>,
    /// What the PKI goes on signing with it, since nothing here ends that.
    pub goes_on: Vec<Service>,
    /// Whether a certificate, an authority or a service here ever had it.
    pub is_known: bool,
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
    /// The PKI itself stands on certificates over it, which end otherwise: each service, and its certificate.
    #[error("this key is that of {}", told(.0))]
    Serves(Vec<(Service, String)>),
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

/// A key that somebody tells of. While this is there, until the transaction ends, nobody prepares a certificate, and all that were
/// prepared before are seen.
#[must_use = "a key is told of to be recorded"]
#[derive(Debug)]
pub struct KeyInHand {
    spki_sha256: Vec<u8>,
    rsa_modulus_sha256: Option<Vec<u8>>,
    known_by: &'static str,
    living: Vec<Certificate>,
    services: Vec<HouseKey>,
    is_known: bool,
    at: Timestamp,
}

impl KeyInHand {
    /// Takes it in hand, first of all in the caller's write transaction: whoever prepares a certificate holds other locks already.
    /// Of a digest that is that of a certificate, an authority or a service, the key is known. What has expired, and when the key was learnt of, says the
    /// database's clock, as it dates revocations.
    pub fn take(db: &mut Database, told: &ToldKey) -> Result<Self, RecordError> {
        debug_assert!(db.in_transaction(), "the lock is held until the key is recorded");
        keep_off_preparation(db)?;
        // Nor does anybody revoke one meanwhile.
        status_log::lock_counter(db)?;
        let at = db.now()?;
        let key = match told {
            ToldKey::Whole(key) => Some(key.clone()),
            ToldKey::Digest(digest) => match certified(db, digest)? {
                None => house_key::with_digest(db, digest)?,
                certified => certified,
            },
        };
        let (mut living, services) = match &key {
            Some(key) => (certificate::with_key(db, key)?, house_key::with_key(db, key)?),
            None => (Vec::new(), Vec::new()),
        };
        let is_known = !living.is_empty() || !services.is_empty();
        living.retain(|one| lives(one, at));
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
            services,
            is_known,
            at,
        })
    }

    /// Whether a SubjectPublicKeyInfo, DER, is this key, or an RSA key of the same modulus.
    pub fn is(&self, public_key: &[u8]) -> bool {
        let modulus = modulus_sha256(public_key);
        Sha256::digest(public_key).as_slice() == self.spki_sha256
            || (modulus.is_some() && modulus == self.rsa_modulus_sha256)
    }

    /// The certificates over it, or over an RSA key of the same modulus, that have not ended: neither revoked, nor given up, nor expired.
    pub fn living(&self) -> &[Certificate] {
        &self.living
    }

    /// Records it, for good, and revokes those certificates as keyCompromise: what is good over it when the transaction commits is
    /// nothing but a root's own, which nothing revokes. What a ceremony must end or follow first keeps it from being recorded. A key that is recorded
    /// already stays as it was.
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
        let Sorted { ends, goes_on } = self.sort(db)?;
        let mut ended = Vec::with_capacity(ends.len());
        for Certificate { issuer, serial, .. } in ends {
            match revocation::revoke(db, issuer, serial, RevocationReason::KeyCompromise, rng, act) {
                Ok(outcome) => ended.push(Ended { issuer: issuer.clone(), serial: serial.clone(), outcome }),
                // Given up meanwhile, before it was signed.
                Err(RevokeError::AlreadyEnded { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let already = self.is_covered(db)?;
        if !already {
            self.insert(db, source, (&ended, &goes_on), rng, act)?;
        }
        let key = known(db, &self.spki_sha256, self.rsa_modulus_sha256.as_deref())?;
        let key = key.ok_or(diesel::result::Error::NotFound)?;
        Ok(Recorded { key, already, ended, goes_on, is_known: self.is_known })
    }

    /// What ends with the record, and what goes on; refused where something must end otherwise.
    fn sort(&self, db: &mut Database) -> Result<Sorted<'_>, RecordError> {
        let (mut ends, mut serving) = (Vec::new(), Vec::new());
        let without = self.services.iter().filter(|one| one.certificate.is_none());
        let mut goes_on: Vec<Service> = without.map(|one| one.service.clone()).collect();
        for certificate in &self.living {
            let of = (&certificate.issuer, certificate.serial.to_string());
            let stands_on_it = |one: &&HouseKey| {
                one.certificate.as_ref().is_some_and(|(issuer, serial)| (issuer, serial) == (of.0, &of.1))
            };
            match self.services.iter().find(stands_on_it).map(|one| &one.service) {
                None => ends.push(certificate),
                Some(service @ Service::Root(_)) => goes_on.push(service.clone()),
                Some(Service::ListSigner(_)) if self.lists_are_signed_without(db)? => ends.push(certificate),
                Some(service) => serving.push((service.clone(), format!("{} of {}", of.1, of.0))),
            }
        }
        if serving.is_empty() { Ok(Sorted { ends, goes_on }) } else { Err(RecordError::Serves(serving)) }
    }

    /// Whether a list signer stands whose certificate is good, and over another key.
    fn lists_are_signed_without(&self, db: &mut Database) -> QueryResult<bool> {
        let good: Vec<Vec<u8>> = service_keys::table
            .inner_join(
                certificates::table.on(certificates::issuer
                    .nullable()
                    .eq(service_keys::authority)
                    .and(certificates::serial.nullable().eq(service_keys::serial))),
            )
            .filter(service_keys::purpose.eq(Purpose::List.name()))
            .filter(certificates::status.eq("good").and(certificates::held_at.is_null()))
            .filter(certificates::not_before.le(self.at))
            .filter(certificates::not_after.ge(self.at.whole_second()))
            .select(service_keys::public_key)
            .load(db)?;
        Ok(good.iter().any(|key| !self.is(key)))
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
        (ended, goes_on): (&[Ended], &[Service]),
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
            "goes_on": goes_on.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        let subject = format!("key {}", hex::encode(spki_sha256));
        record(db, Event { action: "key.compromised", subject, payload }, rng, act)
    }
}

/// What becomes of what stands on a key.
struct Sorted<'a> {
    ends: Vec<&'a Certificate>,
    goes_on: Vec<Service>,
}

fn told(serving: &[(Service, String)]) -> String {
    let one = |(service, certificate): &(Service, String)| {
        format!("{service}, certificate {certificate}: {}", service.what_ends_it())
    };
    serving.iter().map(one).collect::<Vec<_>>().join("; ")
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
