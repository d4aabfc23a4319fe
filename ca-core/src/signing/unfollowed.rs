//! Ledgers of answers that nobody holds against the database.
//!
//! A worker follows the ledgers of its own node and no other's. A node that runs the status role alone has one that is looked at when `igc doctor`
//! runs there: it says itself, by `/readyz`, what nobody has looked at, and whoever follows another says that it is no longer.

use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use store::schema::signing_ledgers;
use store::{Act, CryptoRng, Database, Timestamp};

use super::reconciliation::{Alarm, ReconcileError, known, raise};
use crate::faults;
use crate::signer::ledger::{Follower, LedgerError, LedgerFault, identify};
use crate::signer::process::LedgerKind;

/// How long a line of this node's may wait before it is said: a worker that runs looks every few seconds, and a timer that runs
/// `igc doctor` every hour may miss once.
const WAITS_AT_MOST: Duration = Duration::from_secs(2 * 60 * 60);

/// How long another place may go without a look before that is an alarm: longer than a weekend on which all of them stand still.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Since when lines of the ledger of answers at this place wait for somebody to look at them; none where somebody follows it, or nothing was signed.
/// Reads one line, forces nothing to the disk, and needs no right to write.
pub fn waiting_since(
    db: &mut Database,
    file: &Path,
    at: Timestamp,
) -> Result<Option<Timestamp>, ReconcileError> {
    let id = match identify(file) {
        Ok(Some(id)) => id,
        Ok(None) | Err(LedgerError { what: LedgerFault::NoHead, .. }) => return Ok(None),
        Err(error) => return Err(ReconcileError::File(error)),
    };
    let position = known(db, &id)?;
    let next = match Follower::unforced(file).after(position.as_ref(), 1) {
        Ok(next) => next,
        Err(error @ LedgerError { what: LedgerFault::File(_), .. }) => {
            return Err(ReconcileError::File(error));
        }
        // Whoever looks at it raises the alarm; that nobody does is not known.
        Err(broken) => return Err(ReconcileError::Broken(broken.to_string())),
    };
    let first = next.and_then(|next| next.entries.first().map(|entry| entry.at));
    Ok(first.filter(|since| since.plus(WAITS_AT_MOST) < at))
}

/// Raises an alarm for each other place whose ledger of answers was followed once and has not been for three days. A node that is gone is acknowledged; one that
/// was moved to this place, with the ledger in `own`, its file and its place, is not gone. Runs its own transactions.
pub fn forgotten_places(
    db: &mut Database,
    own: (&Path, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Vec<Alarm>> {
    let (file, own) = own;
    let here: Vec<String> = [file.to_owned(), file.with_extension("before")]
        .iter()
        .filter_map(|file| identify(file).ok().flatten())
        .collect();
    let (mut alarms, mut after) = (Vec::new(), String::new());
    let of_answers = || signing_ledgers::table.filter(signing_ledgers::kind.eq(LedgerKind::Answers.name()));
    loop {
        // One place after the other, by the index: a ledger that was put aside leaves a row, and there are many.
        let next: Option<String> = of_answers()
            .filter(signing_ledgers::place.gt(&after))
            .order(signing_ledgers::place)
            .select(signing_ledgers::place)
            .first(db)
            .optional()?;
        let Some(place) = next else { return Ok(alarms) };
        let (ledger, sequence, looked_at): (String, i64, Timestamp) = of_answers()
            .filter(signing_ledgers::place.eq(&place))
            .order((signing_ledgers::reconciled_at.desc(), signing_ledgers::sequence.desc()))
            .select((signing_ledgers::ledger, signing_ledgers::sequence, signing_ledgers::reconciled_at))
            .first(db)?;
        if place != own && !here.contains(&ledger) && looked_at.plus(FORGOTTEN_AFTER) < act.at {
            let what = format!(
                "{place}: no line of its ledger of answers was looked at since {looked_at}; nothing was signed there, or nobody follows it"
            );
            let sequence = i64::MIN + sequence;
            let alarm = Alarm { code: faults::SIGNING_LEDGER_UNFOLLOWED, ledger, sequence, key: None, what };
            if db.write(|db| raise(db, &alarm, rng, act))? {
                alarms.push(alarm);
            }
        }
        after = place;
    }
}
