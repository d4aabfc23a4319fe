//! The keys that are recorded.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::schema::compromised_keys;
use store::{Database, MultiBackend, Timestamp};

use super::house_key::{self, HouseKey, Service};
use super::lives;
use crate::certificate;
use crate::rsa_public_key::modulus_sha256;

/// A key that is recorded as compromised.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = compromised_keys)]
pub struct CompromisedKey {
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub spki_sha256: Vec<u8>,
    /// `key` where the key itself was shown, `digest` where nobody has shown more than that.
    pub known_by: String,
    /// When it was recorded.
    pub learnt_at: Timestamp,
    /// How it was learnt, in the words of whoever recorded it.
    pub source: String,
    /// Who did: `operator:root`, `officer:alice`.
    pub recorded_by: String,
}

/// The record of this key (a SubjectPublicKeyInfo in DER), or of an RSA key of the same modulus; the oldest, where there are several.
pub fn find(db: &mut Database, public_key: &[u8]) -> QueryResult<Option<CompromisedKey>> {
    known(db, &Sha256::digest(public_key), modulus_sha256(public_key).as_deref())
}

/// The recorded keys, newest first, after the given one, at most `limit`.
pub fn list(
    db: &mut Database,
    after: Option<&CompromisedKey>,
    limit: i64,
) -> QueryResult<Vec<CompromisedKey>> {
    let mut query = compromised_keys::table
        .order((
            compromised_keys::learnt_at.desc(),
            compromised_keys::spki_sha256,
            compromised_keys::known_by,
        ))
        .limit(limit)
        .select(CompromisedKey::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(CompromisedKey { spki_sha256, known_by, learnt_at, .. }) = after {
        let key = compromised_keys::spki_sha256;
        let later_known = key.eq(spki_sha256).and(compromised_keys::known_by.gt(known_by));
        let of_then = compromised_keys::learnt_at.eq(*learnt_at).and(key.gt(spki_sha256).or(later_known));
        query = query.filter(compromised_keys::learnt_at.lt(*learnt_at).or(of_then));
    }
    query.load(db)
}

/// The record with this digest that was told of in this way, `key` or `digest`.
pub fn record_of(
    db: &mut Database,
    spki_sha256: &[u8],
    known_by: &str,
) -> QueryResult<Option<CompromisedKey>> {
    compromised_keys::table
        .find((spki_sha256, known_by))
        .select(CompromisedKey::as_select())
        .first(db)
        .optional()
}

/// What the PKI goes on signing with a key that is recorded, and the record: of a root until its certificate ends.
pub fn in_service(db: &mut Database) -> QueryResult<Vec<(Service, CompromisedKey)>> {
    let at = db.now()?;
    let mut found = Vec::new();
    for HouseKey { service, public_key, certificate } in house_key::all(db)? {
        let Some(known) = find(db, &public_key)? else { continue };
        let serves = match certificate.and_then(|(issuer, serial)| Some((issuer, serial.parse().ok()?))) {
            Some((issuer, serial)) => {
                certificate::find(db, &issuer, &serial)?.is_some_and(|one| lives(&one, at))
            }
            None => true,
        };
        found.extend(serves.then_some((service, known)));
    }
    Ok(found)
}

pub(super) fn known(
    db: &mut Database,
    spki: &[u8],
    modulus: Option<&[u8]>,
) -> QueryResult<Option<CompromisedKey>> {
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
