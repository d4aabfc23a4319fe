//! What each job of the worker did last: for people who look at how things stand, so that a job that has stopped is seen, and for
//! a worker that starts, which makes up for what came due while none ran. No rule rests on it.

use std::time::Duration;

use diesel::prelude::*;
use store::database::is_unique_violation;
use store::schema::job_runs;
use store::{Code, Database, Timestamp};

/// The stored word of a run that stopped.
const FAILED: &str = "failed";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// What should be is.
    Done,
    /// Some of it is, and it names what is not.
    Partly,
    /// It stopped, with this fault.
    Failed(Code),
}

impl JobOutcome {
    /// As stored: outcome and trouble.
    const fn stored(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Done => ("done", None),
            Self::Partly => ("partly", None),
            Self::Failed(code) => (FAILED, Some(code.name)),
        }
    }
}

/// The last run of a job that was written down.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct JobRun {
    /// The job's name: `publication`.
    pub job: String,
    /// When it began.
    pub began_at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// `done`, `partly` or `failed`.
    pub outcome: String,
    /// The stable code of its fault, where it failed.
    pub trouble: Option<String>,
    /// Since when no run of it was done.
    pub troubled_since: Option<Timestamp>,
}

/// How much later than its pause a job may be: what it did is written down once a minute, and others come before it.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long a job may fail before somebody must see to it.
const FAILS_AT_MOST: Duration = Duration::from_secs(600);

/// How a job stands after its last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStanding {
    /// What should be is.
    Done,
    /// It names something that it left undone.
    Partly,
    /// It fails.
    Failing,
    /// It has failed for ten minutes.
    FailingForLong,
    /// It should have run again by now, and nobody has heard of it.
    Silent,
}

impl JobRun {
    /// Whether it stopped, with a fault.
    pub fn has_failed(&self) -> bool {
        self.outcome == FAILED
    }

    /// How its job stands at `at`, where it pauses so long between two runs; without a pause nobody knows when it
    /// should run again.
    pub fn standing(&self, pause: Option<Duration>, at: Timestamp) -> JobStanding {
        let ended = self.began_at.plus(Duration::from_millis(u64::try_from(self.took_ms).unwrap_or(0)));
        if pause.is_some_and(|pause| ended.plus(pause).plus(PATIENCE) < at) {
            return JobStanding::Silent;
        }
        let for_long = self.troubled_since.is_some_and(|since| since.plus(FAILS_AT_MOST) < at);
        match (self.outcome.as_str(), for_long) {
            ("done", _) => JobStanding::Done,
            ("partly", _) => JobStanding::Partly,
            (_, false) => JobStanding::Failing,
            (_, true) => JobStanding::FailingForLong,
        }
    }
}

/// Writes a run over the last one of its job.
pub fn record(
    db: &mut Database,
    job: &str,
    began_at: Timestamp,
    took: Duration,
    outcome: JobOutcome,
) -> QueryResult<()> {
    let written = db.write(|db| {
        let last: Option<Option<Timestamp>> =
            job_runs::table.find(job).select(job_runs::troubled_since).first(db).optional()?;
        let (word, trouble) = outcome.stored();
        let troubled_since = (outcome != JobOutcome::Done).then(|| last.flatten().unwrap_or(began_at));
        let run = (
            job_runs::began_at.eq(began_at),
            job_runs::took_ms.eq(i64::try_from(took.as_millis()).unwrap_or(i64::MAX)),
            job_runs::outcome.eq(word),
            job_runs::trouble.eq(trouble),
            job_runs::troubled_since.eq(troubled_since),
        );
        match last {
            Some(_) => diesel::update(job_runs::table.find(job)).set(run).execute(db),
            None => diesel::insert_into(job_runs::table).values((job_runs::job.eq(job), run)).execute(db),
        }
    });
    match written {
        // Another worker wrote the first one in the same moment.
        Err(error) if is_unique_violation(&error) => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// The last run of each job that was ever written down, by the job's name.
pub fn all(db: &mut Database) -> QueryResult<Vec<JobRun>> {
    job_runs::table.order(job_runs::job).load(db)
}

#[cfg(test)]
mod tests {
    use store::{DatabaseRole, fault};

    use super::*;

    #[test]
    fn a_job_that_falls_silent_is_as_loud_as_one_that_fails() {
        let at = |second: i64| Timestamp::from_seconds(1_000_000 + second);
        let run = |outcome: &str, troubled_since: Option<i64>| JobRun {
            job: "publication".to_owned(),
            began_at: at(0),
            took_ms: 40,
            outcome: outcome.to_owned(),
            trouble: None,
            troubled_since: troubled_since.map(at),
        };
        let pause = Some(Duration::from_secs(5));
        let (done, failed) = (run("done", None), run("failed", Some(0)));
        assert_eq!([0, 185].map(|seconds| done.standing(pause, at(seconds))), [JobStanding::Done; 2]);
        assert_eq!(done.standing(pause, at(186)), JobStanding::Silent);
        assert_eq!(failed.standing(pause, at(10)), JobStanding::Failing);
        assert_eq!(run("failed", Some(-700)).standing(pause, at(10)), JobStanding::FailingForLong);
        assert_eq!(run("partly", Some(-700)).standing(pause, at(10)), JobStanding::Partly);
        assert_eq!(done.standing(None, at(1_000_000)), JobStanding::Done, "its schedule says when");
    }

    #[test]
    fn the_last_run_stands_and_says_since_when_none_was_done() {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let at = |second: i64| Timestamp::from_seconds(1_000_000 + second);
        let mut runs = |second, outcome| {
            record(&mut db, "publication", at(second), Duration::from_millis(40), outcome).unwrap();
            let all = all(&mut db).unwrap();
            assert_eq!(all.len(), 1, "one row a job");
            let JobRun { began_at, took_ms, outcome, trouble, troubled_since, .. } = all[0].clone();
            assert_eq!((began_at, took_ms), (at(second), 40));
            (outcome, trouble, troubled_since)
        };
        let failed = JobOutcome::Failed(fault::DATABASE);
        let code = Some(fault::DATABASE.name.to_owned());
        assert_eq!(runs(0, JobOutcome::Done), ("done".to_owned(), None, None));
        assert_eq!(runs(5, failed), ("failed".to_owned(), code, Some(at(5))));
        assert_eq!(runs(10, JobOutcome::Partly), ("partly".to_owned(), None, Some(at(5))), "still troubled");
        assert_eq!(runs(15, JobOutcome::Done), ("done".to_owned(), None, None));
        assert_eq!(runs(20, JobOutcome::Partly), ("partly".to_owned(), None, Some(at(20))));
    }
}
