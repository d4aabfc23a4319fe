//! The lines that were looked at, read again.

use store::{Act, CryptoRng, Database};

use super::following::Look;
use super::reconciliation::{LedgerPlace, ReconcileError, Reconciled, known};
use crate::signer::ledger::{Follower, LedgerError, LedgerFault, identify};

/// How many lines are in memory at a time.
const BATCH: u64 = 1000;

/// Reads a ledger again from its head to where it was looked at last: how many lines that are. A line that was looked at and is another
/// now is an alarm, as a ledger that breaks off is. Reads the whole file.
pub fn read_again(
    db: &mut Database,
    ledger: &LedgerPlace<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<u64, ReconcileError> {
    let id = match identify(ledger.file) {
        Ok(id) => id,
        Err(LedgerError { what: LedgerFault::NoHead, .. }) => None,
        Err(error) => return Err(ReconcileError::File(error)),
    };
    let Some(id) = id else { return Ok(0) };
    let Some(looked_at) = known(db, &id)? else { return Ok(0) };
    let mut look = Look { ledger, rng, act, done: Reconciled::default() };
    let (mut follower, mut position, mut lines) = (Follower::new(ledger.file), None, 0);
    loop {
        let limit = BATCH.min(looked_at.sequence.saturating_sub(lines)).max(1);
        let followed = match follower.after(position.as_ref(), limit as usize) {
            Ok(Some(followed)) => followed,
            Ok(None) => return Ok(lines),
            Err(error @ LedgerError { what: LedgerFault::File(_), .. }) => {
                return Err(ReconcileError::File(error));
            }
            Err(broken) => return Err(look.broken(db, &id, lines.cast_signed(), broken.to_string())?),
        };
        let read = followed.entries.len() as u64;
        lines = followed.position.sequence;
        let ends = read == 0 || lines >= looked_at.sequence;
        if ends && followed.position != looked_at {
            let what = format!(
                "{}: the lines up to sequence {} are not those that were looked at",
                ledger.file.display(),
                looked_at.sequence
            );
            return Err(look.broken(db, &id, looked_at.sequence.cast_signed(), what)?);
        }
        if ends {
            return Ok(lines);
        }
        position = Some(followed.position);
    }
}
