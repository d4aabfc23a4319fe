//! Certificate revocation lists (RFC 5280 §5): written, signed, read back, verified, recorded.
//!
//! The way of a CRL: `issue` cuts the entries from one picture of the database, has what `encode`
//! wrote read by the lint of `ca-core`, and has it signed; `verify` reads it back with [`read`], and `compare` holds its entries against the
//! database and the CRL before; `record` writes it down; then the folder takes it. Entries stand in
//! the order of their serial numbers, so that each of these is compared in one pass.

mod compare;
pub(crate) mod encode;
mod entries;
mod entry_dates;
mod error;
pub(crate) mod issue;
pub mod read;
pub(crate) mod record;
mod verify;

#[cfg(test)]
mod lint_tests;
#[cfg(test)]
mod tests;

use std::fmt;

pub(crate) use entries::count_by_log as entries_since;
pub use error::CrlError;
pub(crate) use verify::check_signature as verify_signature;
pub use verify::{CrlRefused, VerifiedCrl};

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
