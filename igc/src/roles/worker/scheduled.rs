//! Jobs that a cron expression tells when to run.

use std::time::Duration;

use ca_core::job_run::{self, JobOutcome, JobRun};
use diesel::prelude::QueryResult;
use store::{Database, Timestamp};

use crate::config::Schedule;

/// After how long a job that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// One of them. What came due while no worker ran is made up for, and what failed is tried again. Of several workers the one that leads
/// runs it.
pub(super) struct Scheduled {
    pub(super) name: &'static str,
    schedule: Schedule,
    /// Whether this worker led when it was last asked.
    led: bool,
    /// When it ran last, of its own runs.
    ran_at: Option<Timestamp>,
    next: Option<Timestamp>,
}

impl Scheduled {
    /// Not due before this worker leads.
    pub(super) const fn new(name: &'static str, schedule: Schedule) -> Self {
        Self { name, schedule, led: false, ran_at: None, next: None }
    }

    /// Whether it is to run now. A worker that takes the lead goes on from the last run, whoever made it.
    pub(super) fn is_due(&mut self, db: &mut Database, leads: bool, now: Timestamp) -> QueryResult<bool> {
        if leads && !self.led {
            let runs = job_run::all(db)?;
            self.next = self.next_since(runs.iter().find(|run| run.job == self.name), now);
        }
        self.led = leads;
        // It ran while the clock was ahead.
        if self.ran_at.is_some_and(|ran_at| ran_at > now) {
            (self.ran_at, self.next) = (None, self.schedule.next_after(now));
        }
        Ok(leads && self.next.is_some_and(|next| next <= now))
    }

    /// Of a job that nobody knows to have run, the schedule begins now. A clock that was set back since the last run does not put it off.
    fn next_since(&self, last: Option<&JobRun>, now: Timestamp) -> Option<Timestamp> {
        let Some(last) = last else { return self.schedule.next_after(now) };
        self.next_after(last.has_failed(), last.began_at.min(now))
    }

    /// It ran, and ended so.
    pub(super) fn ran(&mut self, outcome: JobOutcome, now: Timestamp) {
        self.ran_at = Some(now);
        self.next = self.next_after(matches!(outcome, JobOutcome::Failed(_)), now);
    }

    fn next_after(&self, failed: bool, began: Timestamp) -> Option<Timestamp> {
        let (next, again) = (self.schedule.next_after(began), failed.then(|| began.plus(TRY_AGAIN)));
        next.into_iter().chain(again).min()
    }
}

#[cfg(test)]
mod tests {
    use store::{DatabaseRole, fault};

    use super::*;

    const NOON: &str = "2026-11-27T12:00:00Z";
    const TOMORROW: &str = "2026-11-28T03:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn every_night() -> Scheduled {
        Scheduled::new("full-crl", Schedule::parse("0 0 3 * * *").unwrap())
    }

    /// A database that has these runs written down, by their beginning.
    fn after(runs: &[(&str, JobOutcome)]) -> Database {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        for (began, outcome) in runs {
            job_run::record(&mut db, "full-crl", at(began), Duration::ZERO, *outcome).unwrap();
        }
        db
    }

    /// Whether it is due at noon for a worker that takes the lead, and when next.
    fn asked(mut db: Database) -> (bool, String) {
        let mut job = every_night();
        let due = job.is_due(&mut db, true, at(NOON)).unwrap();
        (due, job.next.unwrap().to_string())
    }

    #[test]
    fn what_came_due_while_no_worker_ran_is_made_up_for_once() {
        let tomorrow = (false, TOMORROW.to_owned());
        assert_eq!(asked(after(&[])), tomorrow, "nobody knows of any run");
        assert_eq!(asked(after(&[("2026-11-27T03:00:00Z", JobOutcome::Done)])), tomorrow);
        assert_eq!(
            asked(after(&[("2027-02-01T03:00:00Z", JobOutcome::Done)])),
            tomorrow,
            "a clock was ahead"
        );
        let mut db = after(&[("2026-11-20T03:00:00Z", JobOutcome::Done)]);
        let mut job = every_night();
        assert!(job.is_due(&mut db, true, at(NOON)).unwrap(), "at once: {:?}", job.next);
        job.ran(JobOutcome::Done, at("2026-11-27T12:00:01Z"));
        assert_eq!(job.next, Some(at(TOMORROW)));
    }

    #[test]
    fn what_failed_is_tried_again_after_five_minutes_or_when_it_is_due() {
        let (mut job, failed) = (every_night(), JobOutcome::Failed(fault::DATABASE));
        let mut after_failing = |now: &str| {
            job.ran(failed, at(now));
            job.next.unwrap().to_string()
        };
        assert_eq!(after_failing(NOON), "2026-11-27T12:05:00Z");
        assert_eq!(after_failing("2026-11-28T02:58:00Z"), TOMORROW);
        let restarted = |began: &str| asked(after(&[(began, failed)]));
        assert_eq!(restarted("2026-11-27T11:59:00Z"), (false, "2026-11-27T12:04:00Z".to_owned()));
        assert_eq!(restarted("2026-11-27T03:00:00Z"), (true, "2026-11-27T03:05:00Z".to_owned()));
    }

    #[test]
    fn a_clock_that_was_ahead_for_a_moment_puts_nothing_off() {
        let (mut db, mut job) = (after(&[]), every_night());
        assert!(!job.is_due(&mut db, true, at(NOON)).unwrap());
        assert!(job.is_due(&mut db, true, at("2027-02-01T12:00:00Z")).unwrap());
        job.ran(JobOutcome::Done, at("2027-02-01T12:00:00Z"));
        assert!(!job.is_due(&mut db, true, at(NOON)).unwrap(), "set back");
        assert_eq!(job.next, Some(at(TOMORROW)));
    }

    #[test]
    fn a_worker_that_takes_the_lead_goes_on_from_the_run_of_the_last() {
        let mut db = after(&[("2026-11-27T03:00:00Z", JobOutcome::Done)]);
        let mut job = every_night();
        assert!(!job.is_due(&mut db, true, at(NOON)).unwrap());
        assert!(!job.is_due(&mut db, false, at("2026-11-28T03:00:30Z")).unwrap(), "it leads no more");
        let began = at("2026-11-28T03:00:00Z");
        job_run::record(&mut db, "full-crl", began, Duration::ZERO, JobOutcome::Done).unwrap();
        assert!(!job.is_due(&mut db, true, at("2026-11-28T03:01:00Z")).unwrap(), "the other ran it");
        assert_eq!(job.next, Some(at("2026-11-29T03:00:00Z")));
    }
}
