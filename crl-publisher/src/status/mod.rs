//! The status of every certificate, in memory, in step with the status log.
//!
//! [`Statuses`] reads everything once in one snapshot (`load`), lays over it what published CRLs say and the database has
//! forgotten (`published`), and follows the log by sequence from there
//! ([`Statuses::synchronise`]). What becomes good meanwhile is taken in beside that (`issued`); what is not known
//! yet is looked up ([`lookup`]) and remembered. Decision 0021 says why so, and what may be relied on.

mod applied;
pub(crate) mod image;
mod issued;
mod load;
mod lookup;
mod published;
pub(crate) mod standing;
mod statuses;

#[cfg(test)]
mod issued_tests;
#[cfg(test)]
mod published_tests;
#[cfg(test)]
pub(crate) mod tests;

use ca_core::revocation::RevocationReason;
use store::Timestamp;

pub use image::StatusImage;
pub use lookup::lookup;
pub use standing::Standing;
pub use statuses::{Statuses, Step, View};

/// The status of a serial number under one authority, as the public may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Issued and recorded, and neither revoked nor held.
    Good,
    /// Revoked, whether its signature was ever seen or not.
    Revoked {
        /// The revocation date.
        at: Timestamp,
        /// Its reason.
        reason: Option<RevocationReason>,
    },
    /// Held: not to be relied on until its hold is lifted, which answers say as "revoked" for certificateHold.
    Held {
        /// Since when.
        at: Timestamp,
    },
    /// Never issued, or not yet: of a certificate that is intended, being signed or given up
    /// nothing may be relied on (invariant 3).
    Unknown,
}

impl Status {
    /// The date of the revocation or the hold, where there is one.
    pub fn revoked_at(&self) -> Option<Timestamp> {
        match self {
            Self::Revoked { at, .. } | Self::Held { at } => Some(*at),
            Self::Good | Self::Unknown => None,
        }
    }
}
