//! What stands: recorded in the database, and published in the folder.

use ca_core::authority::Authority;
use store::{Database, Timestamp};

use super::compare::Previous;
use super::published::{PublishedHead, published, published_head};
use super::read::Crl;
use super::{CrlError, CrlKind, CrlRefused, Scope, record};
use crate::folder::PublicFolder;

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
    /// For CRLs of these kinds: the bytes of no other are read that were seen before.
    pub(crate) fn load(
        db: &mut Database,
        folder: &PublicFolder,
        authority: &Authority,
        scope: &Scope,
        kinds: &[CrlKind],
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
            // Whatever is issued, no revocation of the delta that stands is lost.
            let compared = kind == CrlKind::Delta || kinds.contains(&kind);
            let recorded = record::newest(db, issuer, scope, kind)?;
            let (bytes, head) = match compared {
                true => published(folder, authority, scope, kind)?.unzip(),
                false => (None, published_head(folder, authority, scope, kind)?),
            };
            if let Some(PublishedHead { number, this_update }) = head {
                standing.highest_number = standing.highest_number.max(number);
                standing.newest_this_update = standing.newest_this_update.max(Some(this_update));
            }
            if let Some(crl) = &recorded {
                standing.newest_this_update = standing.newest_this_update.max(Some(crl.this_update));
            }
            let entries = recorded.as_ref().map_or(0, |crl| crl.entries);
            let held = match (bytes, recorded) {
                (Some(bytes), _) => Some(bytes),
                (None, Some(crl)) if compared => record::der(db, issuer, scope, kind, crl.number)?,
                _ => None,
            };
            match kind {
                CrlKind::Full => (standing.full, standing.full_entries) = (held, entries),
                CrlKind::Delta => standing.delta = held,
            }
        }
        Ok(standing)
    }

    /// thisUpdate in milliseconds, or one more than the largest number that is known, where that is more: whatever a backup has
    /// forgotten was given before now, and so has a smaller one.
    pub(crate) fn next_number(&self, this_update: Timestamp) -> u64 {
        (self.highest_number + 1).max(this_update.millis().max(0).unsigned_abs())
    }

    /// What a new CRL of this kind is compared with.
    pub(crate) fn previous(&self, kind: CrlKind) -> Result<Previous<'_>, CrlError> {
        let full = self.full.as_deref().filter(|_| kind == CrlKind::Full);
        let full = full.map(Crl::read).transpose().map_err(CrlRefused::from)?;
        let delta = self.delta.as_deref().map(Crl::read).transpose().map_err(CrlRefused::from)?;
        Ok(Previous { full, delta })
    }
}
