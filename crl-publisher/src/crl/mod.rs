//! Certificate revocation lists (RFC 5280 §5): written, signed, read back, verified, recorded.
//!
//! The way of a CRL: `issue` looks at what is `standing`, settles what is `intended`, cuts the entries
//! from one picture of the database, has what `encode` wrote read by the lint of `ca-core`, and has it
//! signed; `verify` reads it back with [`read`], and `compare` holds its entries against the database and
//! the CRLs before; `record` writes it down; then the folder takes it. Entries stand in the order of their
//! serial numbers, so that each of these is compared in one pass.

mod compare;
pub(crate) mod encode;
pub(crate) mod entries;
mod entry_dates;
mod error;
mod intended;
pub(crate) mod issue;
pub mod read;
pub(crate) mod record;
pub(crate) mod standing;
mod verify;

#[cfg(test)]
mod lint_tests;
#[cfg(test)]
mod tests;

use std::fmt;

use ca_core::authority::AuthorityKind;

pub use error::{CrlError, CrlRefused};
pub use verify::VerifiedCrl;

/// Every certificate of the authority is in the scope of its CRL; shards would be scopes of their own.
pub const FULL_SCOPE: &str = "all";

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

    /// `ACI-FO-PP.crl`, `ACI-FO-PP-delta.crl`.
    pub fn file_name(self, short_name: &str) -> String {
        match self {
            Self::Full => format!("{short_name}.crl"),
            Self::Delta => format!("{short_name}-delta.crl"),
        }
    }
}

impl fmt::Display for CrlKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
