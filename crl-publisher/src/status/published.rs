//! What the published CRLs have as revoked or held, and the database does not: an older backup was restored.
//!
//! A status role that runs keeps what it has said. One that starts anew has only what it finds: the CRLs and deltas in
//! the public folder, each as its authority signed it. Whoever asks it never hears *good* of what one of them has as revoked.
//!
//! Of a hold the newest of them counts: in one scope by its number, which complete CRLs and deltas share, otherwise by thisUpdate.
//! Files are replaced one after the other, and a folder may come out of a backup too: a delta may be older than the complete
//! CRL beside it.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use ca_core::authority::{self, Authority};
use ca_core::revocation::RevocationReason;
use diesel::prelude::*;
use store::schema::certificates;
use store::{Database, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::image::{Place, SerialKey};
use super::{Standing, Status, StatusImage};
use crate::crl::CrlKind;
use crate::crl::entries::holds;
use crate::crl::read::{Crl, CrlEntry, UnreadableCrl};
use crate::crl::verify::check_signature;
use crate::folder::PublicFolder;

/// What published CRLs say that the image of the database does not; the caller lays it over the image. Holds a file of
/// the folder in memory at a time.
pub(super) fn forgotten(
    db: &mut Database,
    folder: &PublicFolder,
    image: &StatusImage,
) -> QueryResult<HashMap<Place, Standing>> {
    let mut forgotten = HashMap::new();
    for authority in authority::readable(db)?.authorities {
        let mut said = Said::default();
        for path in crls_of(folder, &authority.short_name) {
            let der = match folder.read(&path) {
                Ok(Some(der)) => der,
                Ok(None) => continue,
                Err(error) => {
                    let path = path.display();
                    tracing::error!(%path, %error, "a published CRL cannot be read, and says nothing here: {path}: {error}");
                    continue;
                }
            };
            if let Err(error) = said.read(&der, &authority, image) {
                let path = path.display();
                tracing::error!(%path, %error, "a published CRL says nothing here, at {path}: {error}");
            }
        }
        let name = &authority.short_name;
        let held = said.held(db, name)?;
        forgotten.extend(
            said.revoked.into_iter().chain(held).map(|(key, standing)| ((name.clone(), key), standing)),
        );
    }
    Ok(forgotten)
}

/// The CRLs of an authority that stand in the folder, deltas and shards among them. What is not there, or not readable,
/// is the concern of whoever publishes.
fn crls_of(folder: &PublicFolder, short_name: &str) -> Vec<PathBuf> {
    let of_all = [CrlKind::Full, CrlKind::Delta].map(|kind| folder.crl_path(short_name, kind));
    let below = of_all[0].with_extension("");
    let listed = fs::read_dir(&below).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let listed = listed.unwrap_or_else(|error| {
        if error.kind() != ErrorKind::NotFound {
            let path = below.display();
            tracing::error!(%path, %error, "published shards cannot be listed, and say nothing here: {path}: {error}");
        }
        Vec::new()
    });
    let shards = listed.into_iter().map(|entry| entry.path());
    of_all.into_iter().chain(shards.filter(|path| path.extension().is_some_and(|crl| crl == "crl"))).collect()
}

/// What the CRLs of one authority say against the image.
#[derive(Default)]
struct Said {
    revoked: HashMap<SerialKey, Standing>,
    /// Of what is held or was released: what is said, each with its place among the CRLs.
    unfinal: HashMap<SerialKey, Vec<(usize, Word)>>,
    crls: Vec<Heard>,
}

/// What an entry says that is not final.
enum Word {
    Held(CrlHold),
    /// removeFromCRL.
    Released,
}

/// An entry that says *held*.
struct CrlHold {
    serial: String,
    at: Timestamp,
}

/// A CRL that was heard.
struct Heard {
    /// The address of its shard; none where it is about every certificate.
    shard: Option<String>,
    number: u64,
    base_number: Option<u64>,
    this_update: Timestamp,
    /// Whether what does not stand on it was neither revoked nor held: a complete CRL, read to its end.
    is_complete: bool,
}

impl Heard {
    /// Whether it is the later word of the two.
    fn follows(&self, other: &Self) -> bool {
        if self.shard == other.shard {
            self.number > other.number
        } else {
            self.this_update > other.this_update
        }
    }

    /// Whether every certificate that may stand on the other must stand on this one while it is held.
    fn covers(&self, other: &Self) -> bool {
        self.is_complete && (self.shard.is_none() || self.shard == other.shard)
    }
}

#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error(transparent)]
    Unreadable(#[from] UnreadableCrl),
    #[error("its signature is not the authority's")]
    Signature,
}

impl Said {
    /// Most entries say what the image does: of these the serial number alone is read.
    fn read(&mut self, der: &[u8], authority: &Authority, image: &StatusImage) -> Result<(), Unheard> {
        let crl = Crl::read(der)?;
        check_signature(&crl, authority).map_err(|_| Unheard::Signature)?;
        let maps = image.maps_to_fill(&authority.short_name);
        let place = self.crls.len();
        self.crls.push(Heard {
            shard: crl.distribution_point.clone(),
            number: crl.number,
            base_number: crl.base_number,
            this_update: crl.this_update,
            is_complete: false,
        });
        for entry in crl.unread_entries() {
            let entry = entry?;
            let Some(key) = key_of(entry.serial) else { continue };
            let known = StatusImage::get_key(&maps, &key);
            if !known.is_some_and(Standing::is_final) {
                self.hear(key, &entry.read()?, place, known);
            }
        }
        self.crls[place].is_complete = crl.base_number.is_none();
        Ok(())
    }

    fn hear(&mut self, key: SerialKey, entry: &CrlEntry<'_>, place: usize, known: Option<Standing>) {
        let at = entry.revoked_at;
        let word = match entry.reason {
            Some(CrlReason::RemoveFromCRL) => Word::Released,
            Some(CrlReason::CertificateHold) if known.is_none_or(Standing::is_good) => {
                Word::Held(CrlHold { serial: hex::encode_upper(entry.serial), at })
            }
            // The database has a hold of it, which only the log's word ends.
            Some(CrlReason::CertificateHold) => return,
            reason => {
                let reason = reason.and_then(|reason| RevocationReason::from_code(reason as u8));
                if let Some(standing) = Standing::of(&Status::Revoked { at, reason }) {
                    self.revoked.insert(key, standing);
                }
                return;
            }
        };
        self.unfinal.entry(key).or_default().push((place, word));
    }

    /// The holds that no later CRL has ended and the log does not know: one that it knows was lifted since that CRL was made.
    fn held(&self, db: &mut Database, issuer: &str) -> QueryResult<Vec<(SerialKey, Standing)>> {
        let mut unknown = Vec::new();
        for (key, words) in self.unfinal.iter().filter(|(key, _)| !self.revoked.contains_key(*key)) {
            let Some(hold) = self.standing_hold(db, issuer, words)? else { continue };
            let known = holds::all_of(db, issuer, std::slice::from_ref(&hold.serial), i64::MAX)?;
            // No entry is dated after its event.
            if !known.iter().any(|(_, at)| at.whole_second() >= hold.at) {
                unknown.extend(Standing::of(&Status::Held { at: hold.at }).map(|standing| (*key, standing)));
            }
        }
        Ok(unknown)
    }

    /// The newest hold of a certificate that nothing after it has ended.
    fn standing_hold<'w>(
        &self,
        db: &mut Database,
        issuer: &str,
        words: &'w [(usize, Word)],
    ) -> QueryResult<Option<&'w CrlHold>> {
        let mut newest: Option<(usize, &CrlHold)> = None;
        for (place, word) in words {
            let Word::Held(hold) = word else { continue };
            let is_newer = newest.is_none_or(|(other, _)| self.crls[*place].follows(&self.crls[other]));
            if is_newer && !self.is_ended(db, issuer, (*place, hold), words)? {
                newest = Some((*place, hold));
            }
        }
        Ok(newest.map(|(_, hold)| hold))
    }

    /// Whether a later CRL says that a hold was lifted: a delta by removeFromCRL, where a complete CRL stands that it can be
    /// combined with (RFC 5280 §5.2.4), or a complete one by not having it, where the certificate had not expired (§3.3).
    fn is_ended(
        &self,
        db: &mut Database,
        issuer: &str,
        (place, hold): (usize, &CrlHold),
        words: &[(usize, Word)],
    ) -> QueryResult<bool> {
        let hold_is_on = &self.crls[place];
        let is_released = words.iter().any(|(other, word)| {
            let delta = &self.crls[*other];
            matches!(word, Word::Released) && delta.follows(hold_is_on) && self.has_base(delta)
        });
        let has = |other: usize| words.iter().any(|(place, _)| *place == other);
        let gone = self
            .crls
            .iter()
            .enumerate()
            .filter(|(other, crl)| crl.covers(hold_is_on) && crl.follows(hold_is_on) && !has(*other));
        let Some(gone_at) = gone.map(|(_, crl)| crl.this_update).min() else { return Ok(is_released) };
        let row = certificates::table.find((issuer, &hold.serial));
        let not_after: Option<Timestamp> = row.select(certificates::not_after).first(db).optional()?;
        Ok(is_released || not_after.is_none_or(|not_after| gone_at <= not_after))
    }

    fn has_base(&self, delta: &Heard) -> bool {
        let is_one = |crl: &Heard| {
            crl.is_complete && crl.shard == delta.shard && Some(crl.number) >= delta.base_number
        };
        self.crls.iter().any(is_one)
    }
}

/// None has more than twenty octets (RFC 5280 §4.1.2.2).
fn key_of(serial: &[u8]) -> Option<SerialKey> {
    let mut key = [0; 20];
    key.get_mut(20_usize.checked_sub(serial.len())?..)?.copy_from_slice(serial);
    Some(key)
}
