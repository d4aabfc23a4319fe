//! The lines of a ledger, file by file: each is looked at, and none stands between two files.

use std::path::Path;

use diesel::prelude::*;
use store::schema::signing_ledgers;
use store::{Act, CryptoRng, Database};

use super::reconciliation::{
    Alarm, LedgerPlace, ReconcileError, Reconciled, advance, broken_after, known, raise, take_down,
};
use super::verdict::{self, Verdict};
use crate::faults;
use crate::signer::ledger::{Followed, Follower, LedgerError, LedgerFault, Position};
use crate::signer::process::LedgerKind;

/// How many lines are looked at between two transactions.
const BATCH: usize = 1000;

/// A run over the files of one ledger.
pub(super) struct Look<'a> {
    pub(super) ledger: &'a LedgerPlace<'a>,
    pub(super) rng: &'a mut dyn CryptoRng,
    pub(super) act: &'a Act,
    pub(super) done: Reconciled,
}

impl Look<'_> {
    /// Every line of a file after a position; where it ends. `follows` is where the file before this one ended, from which it goes on.
    pub(super) fn through(
        &mut self,
        db: &mut Database,
        file: &Path,
        id: &str,
        mut position: Option<Position>,
        follows: Option<Position>,
    ) -> Result<Option<Position>, ReconcileError> {
        let mut follows = follows;
        let mut follower = Follower::new(file);
        loop {
            let followed = match follower.after(position.as_ref(), BATCH) {
                Ok(Some(followed)) => followed,
                Ok(None) => return Ok(position),
                Err(error @ LedgerError { what: LedgerFault::File(_), .. }) => {
                    return Err(ReconcileError::File(error));
                }
                Err(broken) => {
                    let after = position.map_or(0, |position| position.sequence.cast_signed());
                    return Err(self.broken(db, id, after, broken.to_string())?);
                }
            };
            // It was put aside this very moment: the next run finds it there.
            if followed.from.ledger != id {
                return Ok(position);
            }
            let goes_on = |last: &Position| {
                (last.sequence, last.chain) == (followed.from.sequence, followed.from.chain)
            };
            if let Some(last) = follows.take().filter(|last| !goes_on(last)) {
                let sequence = last.sequence;
                let what = format!(
                    "{}: what was signed after sequence {sequence} is gone, and nobody has looked at it",
                    file.display()
                );
                // It is told once, and what stands is looked at all the same.
                let alarm = self.alarm(id, followed.from.sequence.cast_signed(), what);
                if db.write(|db| raise(db, &alarm, self.rng, self.act))? {
                    self.done.alarms.push(alarm);
                }
            }
            let lines = self.take_down(db, id, position.as_ref(), &followed)?;
            position = Some(followed.position);
            if lines < BATCH {
                return Ok(position);
            }
        }
    }

    /// How many lines were looked at.
    fn take_down(
        &mut self,
        db: &mut Database,
        id: &str,
        position: Option<&Position>,
        followed: &Followed,
    ) -> Result<usize, ReconcileError> {
        let (ledger, act) = (self.ledger, self.act);
        let mut verdicts = Vec::new();
        for entry in &followed.entries {
            let verdict = match ledger.kind {
                _ if entry.refused().is_some() => Verdict::Refused,
                LedgerKind::Issuing => verdict::of_issuing(db, entry, act.at, ledger.log)?,
                LedgerKind::Answers => verdict::of_answer(db, entry)?,
            };
            verdicts.extend(Some((entry, verdict)).filter(|(_, verdict)| *verdict != Verdict::Fits));
        }
        let (lines, mut found) = (followed.entries.len(), Vec::new());
        let moved = db.write(|db| -> QueryResult<bool> {
            let moved = advance(db, ledger, position, &followed.position, act)?;
            if moved {
                for (entry, verdict) in &verdicts {
                    found.extend(take_down(db, id, entry, verdict, self.rng, act)?);
                }
            }
            Ok(moved)
        })?;
        if moved {
            self.done.lines += lines as u64;
            self.done.alarms.append(&mut found);
        }
        Ok(lines)
    }

    fn alarm(&self, id: &str, after: i64, what: String) -> Alarm {
        let (code, sequence) = (faults::SIGNING_LEDGER_BROKEN, broken_after(after));
        Alarm { code, ledger: id.to_owned(), sequence, key: None, what }
    }

    pub(super) fn broken(
        &mut self,
        db: &mut Database,
        id: &str,
        after: i64,
        what: String,
    ) -> Result<ReconcileError, ReconcileError> {
        let alarm = self.alarm(id, after, what);
        db.write(|db| raise(db, &alarm, self.rng, self.act))?;
        Ok(ReconcileError::Broken(alarm.what))
    }
}

/// How far the newest of the other ledgers of this place was followed.
pub(super) fn latest(
    db: &mut Database,
    ledger: &LedgerPlace<'_>,
    but: &str,
) -> QueryResult<Option<Position>> {
    let newest: Option<String> = signing_ledgers::table
        .filter(signing_ledgers::ledger.ne(but))
        .filter(signing_ledgers::place.eq(ledger.place).and(signing_ledgers::kind.eq(ledger.kind.name())))
        .order((signing_ledgers::reconciled_at.desc(), signing_ledgers::sequence.desc()))
        .select(signing_ledgers::ledger)
        .first(db)
        .optional()?;
    newest.map_or(Ok(None), |id| known(db, &id))
}
