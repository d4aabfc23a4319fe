//! Has the last run of each job written down, for who looks at how things stand: at once where it ended otherwise than the
//! one before or took long, else once a minute. A log that cannot be written holds no job up.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ca_core::job_run::{self, JobOutcome};
use serde_json::Value;
use store::{Database, Timestamp};

use super::{found_contradictions, left_something};
use crate::installation::Installation;
use crate::problem::Problem;

/// How old what is written grows where nothing changes.
const WRITTEN_EVERY: Duration = Duration::from_secs(60);

/// A run of this length is always written down.
const LONG: Duration = Duration::from_secs(1);

/// What one thread has written of its jobs.
#[derive(Debug, Default)]
pub struct JobLog {
    written: HashMap<&'static str, (Instant, JobOutcome)>,
}

/// When a run began, by the clock and by the machine.
#[derive(Clone, Copy, Debug)]
pub struct Began {
    at: Timestamp,
    since: Instant,
}

impl Began {
    /// Now.
    pub fn now(installation: &Installation) -> Self {
        Self { at: installation.clock.now(), since: Instant::now() }
    }
}

/// How a run ended, of which this came back.
pub fn outcome_of(done: &Result<Value, Problem>) -> JobOutcome {
    match done {
        Ok(done) if left_something(done) || found_contradictions(done) => JobOutcome::Partly,
        Ok(_) => JobOutcome::Done,
        Err(problem) => JobOutcome::Failed(problem.code()),
    }
}

impl JobLog {
    /// Whether a run that ended now, so, is to be written down.
    pub fn is_due(&self, job: &str, began: &Began, outcome: JobOutcome) -> bool {
        self.written.get(job).is_none_or(|(at, last)| {
            *last != outcome || at.elapsed() >= WRITTEN_EVERY || began.since.elapsed() >= LONG
        })
    }

    /// Writes down that a run has ended now, where that is due.
    pub fn note(&mut self, db: &mut Database, job: &'static str, began: &Began, outcome: JobOutcome) {
        if !self.is_due(job, began, outcome) {
            return;
        }
        match job_run::record(db, job, began.at, began.since.elapsed(), outcome) {
            Ok(()) => drop(self.written.insert(job, (Instant::now(), outcome))),
            Err(error) => {
                tracing::debug!(job.name = job, %error, "that job {job} ran could not be written down");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use store::{DatabaseRole, fault};

    use super::*;

    fn began() -> Began {
        Began { at: Timestamp::from_seconds(1_000_000), since: Instant::now() }
    }

    #[test]
    fn a_run_is_written_once_until_one_ends_otherwise_or_takes_long() {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let (mut log, began) = (JobLog::default(), began());
        log.note(&mut db, "audit", &began, JobOutcome::Done);
        assert_eq!(job_run::all(&mut db).unwrap()[0].outcome, "done");
        assert!(!log.is_due("audit", &began, JobOutcome::Done));
        assert!(log.is_due("sweep", &began, JobOutcome::Done), "each job by itself");
        let failed = JobOutcome::Failed(fault::DATABASE);
        log.note(&mut db, "audit", &began, failed);
        assert_eq!(job_run::all(&mut db).unwrap()[0].trouble.as_deref(), Some(fault::DATABASE.name));
        assert!(!log.is_due("audit", &began, failed));
        let long = Began { since: Instant::now().checked_sub(LONG).unwrap(), ..began };
        assert!(log.is_due("audit", &long, failed));
    }

    #[test]
    fn a_log_that_cannot_be_written_is_tried_again() {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        let (mut log, began) = (JobLog::default(), began());
        log.note(&mut db, "audit", &began, JobOutcome::Done);
        assert!(log.is_due("audit", &began, JobOutcome::Done), "there is no table yet");
    }

    #[test]
    fn every_job_has_its_french_words_on_the_operations_page() {
        for job in super::super::JOBS {
            assert!(
                web_admin::job_words(job.name).is_some(),
                "{}: see web-admin/src/words/jobs.rs",
                job.name
            );
        }
    }

    #[test]
    fn what_a_job_left_undone_is_no_success() {
        let of = |done: &str| outcome_of(&Ok(serde_json::from_str(done).unwrap()));
        assert_eq!(of(r#"{"failed": [], "ordered": 2}"#), JobOutcome::Done);
        assert_eq!(of(r#"{"failed": ["2600000017"]}"#), JobOutcome::Partly);
        assert_eq!(of(r#"{"differences": [{}]}"#), JobOutcome::Partly);
    }
}
