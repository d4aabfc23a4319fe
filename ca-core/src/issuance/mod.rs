//! How a certificate comes to be.
//!
//! No signature without a record, a lint and evidence (invariant 3):
//!
//! 1. [`Preparation::prepare`], or [`prepare`] for one, builds the TBS, has it linted and records it as *intended*, in the caller's
//!    transaction, under the worker's epoch;
//! 2. [`issue_batch`], or [`issue`] for one, consumes what was prepared: the rows become *signing* in one
//!    transaction, the token signs, each signature is verified and each TBS compared byte for byte, and the
//!    rows become *good* in one transaction, each by a conditional update. Where a row is no longer
//!    *signing*, the signature is thrown away;
//! 3. [`sweep`] settles what a dead worker left: *intended* is abandoned, *signing* is revoked,
//!    because a signature may exist outside.

mod certificate_der;
mod evidence;
mod issue;
mod issuer;
mod preparation;
mod prepare;
mod prepare_error;
mod request;
mod sweep;
#[cfg(test)]
pub(crate) mod tests;
mod transition;

pub use evidence::{Evidence, EvidenceKind};
pub use issue::{
    IssueError, Issued, IssuedCertificate, LARGEST_BATCH, LARGEST_PREPARATION, issue, issue_batch,
};
pub use preparation::{Preparation, prepare};
pub use prepare::Prepared;
pub use prepare_error::PrepareError;
pub use request::{Bearer, IssuanceContext, IssuanceRequest, NewAuthorityKey};
pub use sweep::{Swept, sweep};
