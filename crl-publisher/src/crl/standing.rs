//! What stands: recorded in the database, and published in the folder.

use ca_core::authority::Authority;
use store::{Database, Timestamp};

use super::read::Crl;
use super::verify::check_signature;
use super::{CrlError, CrlKind, CrlRefused, record};
use crate::folder::{FolderError, PublicFolder};

/// What stands: in the database and before the world.
pub(crate) struct Standing {
    pub(crate) highest_number: u64,
    pub(crate) newest_this_update: Option<Timestamp>,
    /// The full CRL that relying systems hold: the published one, else the recorded one.
    full: Option<Vec<u8>>,
    pub(crate) full_entries: u64,
}

impl Standing {
    pub(crate) fn load(
        db: &mut Database,
        folder: &PublicFolder,
        authority: &Authority,
    ) -> Result<Self, CrlError> {
        let issuer = authority.short_name.as_str();
        let mut standing = Self {
            highest_number: record::highest_number(db, issuer)?,
            newest_this_update: None,
            full: None,
            full_entries: 0,
        };
        for &kind in CrlKind::of(authority.kind) {
            let recorded = record::newest(db, issuer, kind)?;
            let published = published(folder, authority, kind)?;
            if let Some(bytes) = &published {
                let crl = Crl::read(bytes).map_err(CrlRefused::from)?;
                standing.highest_number = standing.highest_number.max(crl.number);
                standing.newest_this_update = standing.newest_this_update.max(Some(crl.this_update));
            }
            if let Some(crl) = &recorded {
                standing.newest_this_update = standing.newest_this_update.max(Some(crl.this_update));
            }
            if kind == CrlKind::Full {
                standing.full_entries = recorded.as_ref().map_or(0, |crl| crl.entries);
                standing.full = match (published, recorded) {
                    (Some(bytes), _) => Some(bytes),
                    (None, Some(crl)) => record::der(db, issuer, kind, crl.number)?,
                    (None, None) => None,
                };
            }
        }
        Ok(standing)
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.highest_number + 1
    }

    pub(crate) fn previous_full(&self, kind: CrlKind) -> Result<Option<Crl<'_>>, CrlError> {
        match (&self.full, kind) {
            (Some(bytes), CrlKind::Full) => Ok(Some(Crl::read(bytes).map_err(CrlRefused::from)?)),
            _ => Ok(None),
        }
    }
}

/// The bytes of the published CRL, where it reads and its signature is the authority's. Anything
/// else in its place counts as nothing: it is replaced.
fn published(
    folder: &PublicFolder,
    authority: &Authority,
    kind: CrlKind,
) -> Result<Option<Vec<u8>>, FolderError> {
    let path = folder.crl_path(&authority.short_name, kind);
    let Some(bytes) = folder.read(&path)? else { return Ok(None) };
    let ours = match Crl::read(&bytes) {
        Ok(crl) => check_signature(&crl, authority).is_ok(),
        Err(_) => false,
    };
    if !ours {
        tracing::error!(path = %path.display(), "what is published is not a CRL of {}", authority.short_name);
    }
    Ok(ours.then_some(bytes))
}

/// The number of the published CRL of this kind, if there is one.
pub(crate) fn published_number(
    folder: &PublicFolder,
    authority: &Authority,
    kind: CrlKind,
) -> Result<Option<u64>, CrlError> {
    let bytes = published(folder, authority, kind)?;
    Ok(bytes.and_then(|bytes| Crl::read(&bytes).ok().map(|crl| crl.number)))
}
