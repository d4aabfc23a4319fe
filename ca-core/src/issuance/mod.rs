//! How a certificate comes to be.
//!
//! No signature without a record, a lint and evidence (invariant 3):
//!
//! 1. [`Preparation::prepare`], or [`prepare`] for one, builds the TBS, has it linted and records it as *intended*, in the caller's
//!    transaction, under the worker's epoch;
//! 2. a [`BegunBatch`] consumes what was prepared: the rows become *signing* in one transaction; the token signs
//!    and each signature is verified; of the [`SignedBatch`] each TBS is compared byte for byte, and the rows become
//!    *good* in one transaction, each by a conditional update. Where a row is no longer *signing*, the signature is
//!    thrown away. [`issue_batch`] and, for one, [`issue`] take the three steps in a row;
//! 3. [`sweep`] settles what a dead worker left: *intended* is abandoned, *signing* is revoked,
//!    because a signature may exist outside.

mod batch;
mod certificate_der;
mod evidence;
mod issue;
mod issue_error;
mod issuer;
mod preparation;
mod prepare;
mod prepare_error;
mod request;
mod sweep;
#[cfg(test)]
pub(crate) mod tests;
mod transition;

pub use batch::{BegunBatch, SignedBatch};
pub(crate) use certificate_der::tbs_within;
pub use evidence::{Evidence, EvidenceKind};
pub use issue::{
    BATCHES_UNDER_WAY, Issued, IssuedCertificate, LARGEST_BATCH, LARGEST_PREPARATION, issue, issue_batch,
};
pub use issue_error::IssueError;
pub use preparation::{Preparation, prepare};
pub use prepare::Prepared;
pub use prepare_error::PrepareError;
pub use request::{Bearer, IssuanceContext, IssuanceRequest, NewAuthorityKey};
pub use sweep::{Swept, sweep};
