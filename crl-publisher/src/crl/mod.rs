//! Certificate revocation lists (RFC 5280 §5): written, signed, read back, verified, recorded.
//!
//! The way of a CRL: `issue` looks at what is `standing`, settles what is `intended`, cuts the entries
//! from one picture of the database, has what `encode` wrote read by the lint of `ca-core`, and has it
//! signed; `verify` reads it back with [`read`], and `compare` holds its entries against the database and
//! the CRLs before; `record` writes it down; then the folder takes it. Entries stand in the order of their
//! serial numbers, so that each of these is compared in one pass. Each [`Scope`] goes this way by itself; the shards
//! of an authority go together, and `shards` holds all of them against the database before any is recorded.

pub(crate) mod compare;
pub(crate) mod cut;
pub(crate) mod encode;
pub(crate) mod entries;
mod entry_dates;
mod entry_reason;
mod error;
mod intended;
pub(crate) mod issue;
pub(crate) mod published;
pub mod read;
pub(crate) mod record;
mod scope;
pub(crate) mod shards;
pub(crate) mod standing;
pub(crate) mod verify;

#[cfg(test)]
mod lint_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;

use std::fmt;

use ca_core::authority::AuthorityKind;

pub use error::{CrlError, CrlRefused};
pub use scope::Scope;
pub use verify::VerifiedCrl;

/// Complete for its scope, or what changed since a complete one (RFC 5280 §5.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CrlKind {
    /// A complete CRL.
    Full,
    /// A delta CRL.
    Delta,
}

impl CrlKind {
    /// What an authority of this kind publishes: a root revokes too seldom for deltas.
    pub const fn of(authority: AuthorityKind) -> &'static [Self] {
        match authority {
            AuthorityKind::Root => &[Self::Full],
            AuthorityKind::Issuing => &[Self::Full, Self::Delta],
        }
    }

    /// As stored and reported.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
        }
    }

    /// `ACI-FO-PP.crl`, `ACI-FO-PP-delta.crl`; of a shard, in a folder of the authority: `ACI-FO-PP/7.crl`.
    pub fn file_name(self, short_name: &str, shard: Option<u32>) -> String {
        let delta = match self {
            Self::Full => "",
            Self::Delta => "-delta",
        };
        match shard {
            None => format!("{short_name}{delta}.crl"),
            Some(number) => format!("{short_name}/{number}{delta}.crl"),
        }
    }
}

impl fmt::Display for CrlKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
