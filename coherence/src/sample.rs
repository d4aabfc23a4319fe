//! What a look asks about besides what is new. Drawn once, so that a second look asks the same again.

use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::authority::{self, Authority};
use ca_core::service_key::{self, Purpose};
use ca_core::shard;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use openssl::x509::X509;
use store::schema::certificates;
use store::{CryptoRng, Database, Timestamp};

use crate::LookError;

/// Neighbours by serial number that are asked about, of each authority; besides one of each shard.
const CERTIFICATES: i64 = 8;

/// Good certificates of any age that are asked about, of whichever authority, besides the one that ends next: addresses that the newer
/// ones no longer name are followed too.
const OF_ANY_AGE: u32 = 8;

/// What is asked about, and who signs lists.
pub struct Sample {
    /// Issuer and serial number of certificates that are good or revoked.
    pub(crate) certificates: Vec<(String, String)>,
    /// Serial numbers that each authority could have given, and has not.
    pub(crate) never_issued: Vec<(String, String)>,
    /// Those that the log speaks of on the way of a [`crate::Walk`].
    pub(crate) walked: BTreeSet<(String, String)>,
    /// Which of the earlier pages of the opposition list's changes is read, of however many there are.
    pub(crate) list_page: u64,
    /// The certificates of every list signer there ever was.
    pub(crate) list_signers: Vec<X509>,
}

impl Sample {
    /// Draws one.
    pub fn draw(db: &mut Database, rng: &mut dyn CryptoRng, at: Timestamp) -> Result<Self, LookError> {
        let (mut certificates, mut never_issued) = (Vec::new(), Vec::new());
        certificates.extend(of_any_age(db, rng, at)?);
        let list_page = rng.next_u64();
        // Of one whose record does not read the look says so.
        for authority in authority::readable(db)?.authorities {
            let drawn = draw_serial(&authority, rng);
            let mut found = certificates_from(db, &authority.short_name, &drawn)?;
            if found.len() < CERTIFICATES as usize {
                found.extend(certificates_from(db, &authority.short_name, "")?);
            }
            // What its certificates name of each shard is followed, whatever was drawn.
            for shard in shard::open(db, &authority.short_name)? {
                found.extend(certificate_of_shard(db, &authority.short_name, shard.number)?);
            }
            found.sort();
            found.dedup();
            certificates.extend(found.into_iter().map(|serial| (authority.short_name.clone(), serial)));
            never_issued.push((authority.short_name, drawn));
        }
        certificates.sort();
        certificates.dedup();
        let keys = service_key::of_purpose(db, Purpose::List)?;
        let list_signers =
            keys.iter().filter_map(|key| X509::from_der(key.certificate.as_deref()?).ok()).collect();
        Ok(Self { certificates, never_issued, walked: BTreeSet::new(), list_page, list_signers })
    }
}

impl Sample {
    /// Whether this certificate lies on the way of the walk.
    pub(crate) fn has_walked(&self, issuer: &str, serial: &str) -> bool {
        self.walked.contains(&(issuer.to_owned(), serial.to_owned()))
    }
}

/// The good certificate that ends next, and those that end next after moments drawn from then on until the last one ends: as often of a
/// rare age as of one that many have.
fn of_any_age(
    db: &mut Database,
    rng: &mut dyn CryptoRng,
    at: Timestamp,
) -> QueryResult<Vec<(String, String)>> {
    let Some(first) = ends_from(db, at)? else { return Ok(Vec::new()) };
    let last: Option<Timestamp> = certificates::table
        .filter(sql::<Bool>("status = 'good'"))
        .select(diesel::dsl::max(certificates::not_after))
        .first(db)?;
    let span = last.map_or(0, |last| last.millis().saturating_sub(at.millis()).max(0)).unsigned_abs();
    let mut found = vec![first];
    for _ in 0..OF_ANY_AGE {
        let moment = at.plus(Duration::from_millis(rng.next_u64().checked_rem(span).unwrap_or(0)));
        found.extend(ends_from(db, moment)?);
    }
    Ok(found)
}

/// The good certificate that ends first from a moment on. The condition is word for word that of the index of ends.
fn ends_from(db: &mut Database, moment: Timestamp) -> QueryResult<Option<(String, String)>> {
    certificates::table
        .filter(sql::<Bool>("status = 'good'").and(certificates::not_after.ge(moment)))
        .order(certificates::not_after)
        .select((certificates::issuer, certificates::serial))
        .first(db)
        .optional()
}

/// A serial number as this authority gives them: the chance that it has given this one is nil.
fn draw_serial(authority: &Authority, rng: &mut dyn CryptoRng) -> String {
    let mut drawn = [0; 16];
    rng.fill_bytes(&mut drawn);
    // Positive, and not shorter than it looks.
    drawn[0] = drawn[0] & 0x7F | 0x40;
    if let Some(prefix) = authority.serial_prefix {
        drawn[..8].copy_from_slice(&prefix);
    }
    hex::encode_upper(drawn)
}

fn certificates_from(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Vec<String>> {
    certificates::table
        .filter(certificates::issuer.eq(issuer).and(certificates::serial.ge(serial)))
        .filter(certificates::status.eq_any(["good", "revoked"]))
        .order(certificates::serial)
        .limit(CERTIFICATES)
        .select(certificates::serial)
        .load(db)
}

fn certificate_of_shard(db: &mut Database, issuer: &str, shard: u32) -> QueryResult<Option<String>> {
    certificates::table
        .filter(certificates::issuer.eq(issuer).and(certificates::shard.eq(i64::from(shard))))
        .filter(certificates::status.eq_any(["good", "revoked"]))
        .order(certificates::serial)
        .select(certificates::serial)
        .first(db)
        .optional()
}
