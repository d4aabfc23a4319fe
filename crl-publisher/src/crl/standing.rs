//! What stands: recorded in the database, and published in the folder.

use ca_core::authority::Authority;
use store::{Database, Timestamp};

use super::compare::Previous;
use super::read::Crl;
use super::verify::check_signature;
use super::{CrlError, CrlKind, CrlRefused, Scope, record};
use crate::folder::{FolderError, PublicFolder};

/// What stands: in the database and before the world.
pub(crate) struct Standing {
    pub(crate) highest_number: u64,
    pub(crate) newest_this_update: Option<Timestamp>,
    /// How many certificates stand on the newest recorded full CRL.
    pub(crate) full_entries: u64,
    /// The CRLs that relying systems hold: the published ones, else the recorded ones.
    full: Option<Vec<u8>>,
    delta: Option<Vec<u8>>,
}

impl Standing {
    pub(crate) fn load(
        db: &mut Database,
        folder: &PublicFolder,
        authority: &Authority,
        scope: &Scope,
    ) -> Result<Self, CrlError> {
        let issuer = authority.short_name.as_str();
        let mut standing = Self {
            highest_number: record::highest_number(db, issuer, scope)?,
            newest_this_update: None,
            full_entries: 0,
            full: None,
            delta: None,
        };
        for &kind in CrlKind::of(authority.kind) {
            let recorded = record::newest(db, issuer, scope, kind)?;
            let published = published(folder, authority, scope, kind)?;
            if let Some(bytes) = &published {
                let crl = Crl::read(bytes).map_err(CrlRefused::from)?;
                standing.highest_number = standing.highest_number.max(crl.number);
                standing.newest_this_update = standing.newest_this_update.max(Some(crl.this_update));
            }
            if let Some(crl) = &recorded {
                standing.newest_this_update = standing.newest_this_update.max(Some(crl.this_update));
            }
            let entries = recorded.as_ref().map_or(0, |crl| crl.entries);
            let held = match (published, recorded) {
                (Some(bytes), _) => Some(bytes),
                (None, Some(crl)) => record::der(db, issuer, scope, kind, crl.number)?,
                (None, None) => None,
            };
            match kind {
                CrlKind::Full => (standing.full, standing.full_entries) = (held, entries),
                CrlKind::Delta => standing.delta = held,
            }
        }
        Ok(standing)
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.highest_number + 1
    }

    /// What a new CRL of this kind is compared with.
    pub(crate) fn previous(&self, kind: CrlKind) -> Result<Previous<'_>, CrlError> {
        let full = self.full.as_deref().filter(|_| kind == CrlKind::Full);
        let full = full.map(Crl::read).transpose().map_err(CrlRefused::from)?;
        let delta = self.delta.as_deref().map(Crl::read).transpose().map_err(CrlRefused::from)?;
        Ok(Previous { full, delta })
    }
}

/// The bytes of the published CRL, where it reads, is of this scope and kind and its signature is the authority's.
/// Anything else in its place counts as nothing: it is replaced.
fn published(
    folder: &PublicFolder,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Result<Option<Vec<u8>>, FolderError> {
    let path = folder.scoped_crl_path(&authority.short_name, scope.shard(), kind);
    let Some(bytes) = folder.read(&path)? else { return Ok(None) };
    let ours = match Crl::read(&bytes) {
        Ok(crl) => {
            crl.kind() == kind
                && crl.distribution_point.as_deref() == scope.distribution_point()
                && check_signature(&crl, authority).is_ok()
        }
        Err(_) => false,
    };
    if !ours {
        tracing::error!(path = %path.display(), "what is published is not the {kind} CRL of {}", authority.short_name);
    }
    Ok(ours.then_some(bytes))
}

/// The number of the published CRL of this scope and kind, if there is one.
pub(crate) fn published_number(
    folder: &PublicFolder,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Result<Option<u64>, CrlError> {
    let bytes = published(folder, authority, scope, kind)?;
    Ok(bytes.and_then(|bytes| Crl::read(&bytes).ok().map(|crl| crl.number)))
}
