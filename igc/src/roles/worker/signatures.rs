//! What was signed, held against what was intended, in a thread of its own: it waits for no batch.

use std::thread;
use std::time::{Duration, Instant};

use store::{Actor, Database, DatabaseRole, Timestamp, fault};

use super::own_threads::outcome;
use super::{TICK, log_problem};
use crate::installation::Installation;
use crate::jobs::{self, Began, JobLog};
use crate::roles::Stop;

pub(super) const NAME: &str = "signatures";

/// A signature that nobody intended is told of within seconds, also while thousands of cards are certified.
pub(super) const PAUSE: Duration = Duration::from_secs(3);

/// Holds what the signers' processes have written against what was intended, until the other jobs have ended. `began` is when this worker
/// began to run: while it had no database nothing could be recorded, so it begins again with each new connection.
pub(super) fn reconcile_signatures(
    installation: &Installation,
    mut db: Database,
    mut began: Timestamp,
    jobs_ended: &Stop,
) {
    let (mut log, mut last): (_, Option<Instant>) = (JobLog::default(), None);
    while !jobs_ended.asked() {
        if last.is_none_or(|last| last.elapsed() >= PAUSE) {
            let (run, act) = (Began::now(installation), installation.act(Actor::Job(NAME)));
            let done = jobs::reconcile(&mut db, installation, began, &act);
            log.note(&mut db, NAME, &run, outcome(&done));
            if let Err(problem) = done {
                log_problem(NAME, &problem);
                let is_of_database = problem.code() == fault::DATABASE;
                if is_of_database && let Ok(again) = installation.database(DatabaseRole::Worker) {
                    (db, began) = (again, installation.clock.now());
                }
            }
            last = Some(Instant::now());
        }
        thread::sleep(TICK);
    }
}
