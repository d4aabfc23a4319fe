//! How a certificate comes to be.
//!
//! No signature without a record, a lint and evidence (invariant 3):
//!
//! 1. [`prepare`] builds the TBS, has it linted and records it as *intended*, in the caller's
//!    transaction, under the worker's epoch;
//! 2. [`issue`] consumes what was prepared: the row becomes *signing*, the token signs, the
//!    signature is verified and the TBS compared byte for byte, and the row becomes *good* by a
//!    conditional update. Where the row is no longer *signing*, the signature is thrown away;
//! 3. [`sweep`] settles what a dead worker left: *intended* is abandoned, *signing* is revoked,
//!    because a signature may exist outside.

mod evidence;
mod issue;
mod prepare;
mod sweep;
#[cfg(test)]
mod tests;

pub use evidence::{Evidence, EvidenceKind};
pub use issue::{IssueError, IssuedCertificate, issue};
pub use prepare::{
    Bearer, IssuanceContext, IssuanceRequest, NewAuthorityKey, PrepareError, Prepared, prepare,
};
pub use sweep::{Swept, sweep};
