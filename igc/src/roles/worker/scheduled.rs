//! Jobs that a cron expression tells when to run.

use std::time::Duration;

use ca_core::job_run::JobOutcome;
use store::Timestamp;

use crate::config::Schedule;

/// After how long a job that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// One of them. What came due while no worker ran is made up for at the start, and what failed is tried again.
pub(super) struct Scheduled {
    pub(super) name: &'static str,
    schedule: Schedule,
    next: Option<Timestamp>,
}

impl Scheduled {
    /// `last_run` is when it ran last, where anybody knows: a clock that was set back since does not put it off.
    pub(super) fn new(
        name: &'static str,
        schedule: Schedule,
        last_run: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let next = schedule.next_after(last_run.map_or(now, |last| last.min(now)));
        Self { name, schedule, next }
    }

    /// Whether it is to run.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    /// It ran, and ended so.
    pub(super) fn ran(&mut self, outcome: JobOutcome, now: Timestamp) {
        let next = self.schedule.next_after(now);
        self.next = match outcome {
            JobOutcome::Done | JobOutcome::Partly => next,
            JobOutcome::Failed(_) => {
                let again = now.plus(TRY_AGAIN);
                Some(next.map_or(again, |next| next.min(again)))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use store::fault;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn daily(last_run: Option<&str>) -> Scheduled {
        let schedule = Schedule::parse("0 0 3 * * *").unwrap();
        Scheduled::new("full-crl", schedule, last_run.map(at), at("2026-11-27T12:00:00Z"))
    }

    #[test]
    fn what_came_due_while_no_worker_ran_is_made_up_for_once() {
        let tomorrow = Some(at("2026-11-28T03:00:00Z"));
        assert_eq!(daily(None).next, tomorrow, "nobody knows of any run");
        assert_eq!(daily(Some("2026-11-27T03:00:00Z")).next, tomorrow);
        let mut missed = daily(Some("2026-11-20T03:00:00Z"));
        assert!(missed.is_due(at("2026-11-27T12:00:00Z")), "at once: {:?}", missed.next);
        missed.ran(JobOutcome::Done, at("2026-11-27T12:00:01Z"));
        assert_eq!(missed.next, tomorrow);
        assert_eq!(daily(Some("2027-02-01T03:00:00Z")).next, tomorrow, "a clock was ahead");
    }

    #[test]
    fn what_failed_is_tried_again_after_five_minutes_or_when_it_is_due() {
        let mut job = daily(None);
        let mut after = |now: &str| {
            job.ran(JobOutcome::Failed(fault::DATABASE), at(now));
            job.next.unwrap().to_string()
        };
        assert_eq!(after("2026-11-27T12:00:00Z"), "2026-11-27T12:05:00Z");
        assert_eq!(after("2026-11-28T02:58:00Z"), "2026-11-28T03:00:00Z");
    }
}
