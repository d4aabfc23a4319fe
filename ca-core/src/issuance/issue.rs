use store::{Act, CryptoRng, Database};

use crate::serial::SerialNumber;
use crate::signer::Signer;

use super::{BegunBatch, IssueError, Prepared};

/// How many certificates are signed together at most. A transaction holds their rows, and on SQLite the whole
/// database, while it settles them, for some ten milliseconds: an opposition waits no longer.
pub const LARGEST_BATCH: usize = 128;

/// How many are prepared in one transaction at most: it also verifies their evidence, which takes longer.
pub const LARGEST_PREPARATION: usize = 64;

/// How many batches are worth having under way at once: while the token signs two, so that it never waits, one is
/// prepared or recorded.
pub const BATCHES_UNDER_WAY: usize = 3;

/// A certificate that was signed and recorded as good.
#[derive(Clone, Debug)]
pub struct IssuedCertificate {
    /// Short name of the issuing authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

/// What became of each certificate of a batch, in the order of the batch.
pub type Issued = Vec<Result<IssuedCertificate, IssueError>>;

/// Has the prepared certificate signed, and records it as good: [`issue_batch`] of one.
pub fn issue(
    db: &mut Database,
    signer: &mut dyn Signer,
    prepared: Prepared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<IssuedCertificate, IssueError> {
    let mut issued = issue_batch(db, signer, vec![prepared], rng, act)?;
    issued.pop().expect("there is one answer for each certificate")
}

/// Has the prepared certificates signed, and records them as good, at most [`LARGEST_BATCH`]: the three steps of a
/// [`BegunBatch`], one after the other.
pub fn issue_batch(
    db: &mut Database,
    signer: &mut dyn Signer,
    batch: Vec<Prepared>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Issued, IssueError> {
    BegunBatch::begin(db, batch, rng, act)?.sign(signer).record(db, rng, act)
}
