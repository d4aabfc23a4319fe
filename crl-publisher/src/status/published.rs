//! What the published CRLs have as revoked or held, and the database does not: an older backup was restored.
//!
//! A status role that runs keeps what it has said. One that starts anew has only what it finds: the CRLs and deltas in
//! the public folder, each as its authority signed it. Whoever asks it never hears *good* of what one of them has.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use ca_core::authority::{self, Authority};
use ca_core::revocation::RevocationReason;
use diesel::prelude::*;
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
    /// Held, as of the thisUpdate of the CRL that says so.
    held: HashMap<SerialKey, (Timestamp, CrlHold)>,
    /// Whose hold was lifted, as of the thisUpdate of the delta that says so.
    released: HashMap<SerialKey, Timestamp>,
}

/// An entry that says *held*.
struct CrlHold {
    serial: String,
    at: Timestamp,
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
        for entry in crl.unread_entries() {
            let entry = entry?;
            let Some(key) = key_of(entry.serial) else { continue };
            let known = StatusImage::get_key(&maps, &key);
            if !known.is_some_and(Standing::is_final) {
                self.hear(key, &entry.read()?, crl.this_update, known);
            }
        }
        Ok(())
    }

    fn hear(&mut self, key: SerialKey, entry: &CrlEntry<'_>, as_of: Timestamp, known: Option<Standing>) {
        let at = entry.revoked_at;
        match entry.reason {
            Some(CrlReason::RemoveFromCRL) => {
                let released = self.released.entry(key).or_insert(as_of);
                *released = (*released).max(as_of);
            }
            Some(CrlReason::CertificateHold) if known.is_none_or(Standing::is_good) => {
                let hold = CrlHold { serial: hex::encode_upper(entry.serial), at };
                if self.held.get(&key).is_none_or(|(before, _)| *before <= as_of) {
                    self.held.insert(key, (as_of, hold));
                }
            }
            // The database has a hold of it, which only the log's word ends.
            Some(CrlReason::CertificateHold) => {}
            reason => {
                let reason = reason.and_then(|reason| RevocationReason::from_code(reason as u8));
                if let Some(standing) = Standing::of(&Status::Revoked { at, reason }) {
                    self.revoked.insert(key, standing);
                }
            }
        }
    }

    /// The holds that no CRL says were lifted and the log does not know: one that it knows was lifted since that CRL was
    /// made.
    fn held(&mut self, db: &mut Database, issuer: &str) -> QueryResult<Vec<(SerialKey, Standing)>> {
        let mut unknown = Vec::new();
        for (key, (as_of, hold)) in self.held.drain() {
            if self.revoked.contains_key(&key) || self.released.get(&key).is_some_and(|at| *at >= as_of) {
                continue;
            }
            let known = holds::all_of(db, issuer, &[hold.serial], i64::MAX)?;
            // No entry is dated after its event.
            if !known.iter().any(|(_, at)| at.whole_second() >= hold.at) {
                unknown.extend(Standing::of(&Status::Held { at: hold.at }).map(|standing| (key, standing)));
            }
        }
        Ok(unknown)
    }
}

/// None has more than twenty octets (RFC 5280 §4.1.2.2).
fn key_of(serial: &[u8]) -> Option<SerialKey> {
    let mut key = [0; 20];
    key.get_mut(20_usize.checked_sub(serial.len())?..)?.copy_from_slice(serial);
    Some(key)
}
