//! Whether the worker publishes CRLs and lists, as it wrote down last: what was refused stays as it was, which nothing else
//! here would show before it ends.

use ca_core::job_run::{self, JobRun, JobStanding};
use store::{Code, Database, Timestamp};

use crate::faults;

/// The worker's jobs that publish.
const JOBS: [&str; 2] = ["publication", "full-crl"];

/// A CRL that was refused for what it says: nobody mends that by waiting.
const REFUSED: [Code; 7] = [
    faults::CRL_LINT,
    faults::CRL_NUMBER,
    faults::CRL_MALFORMED,
    faults::CRL_SIGNATURE,
    faults::CRL_ENTRIES,
    faults::CRL_SHARDS,
    faults::CRL_ENTRY_LOST,
];

/// The last run of each job that publishes; nothing of one that never ran. The trouble of `full-crl` is over once `publication` was done
/// after it, but where a CRL was refused.
pub(super) fn runs(db: &mut Database) -> Result<Vec<JobRun>, String> {
    let mut runs = job_run::all(db).map_err(|error| error.to_string())?;
    runs.retain(|run| JOBS.contains(&run.job.as_str()));
    // What some authorities could not make at its time is made by the other job, as soon as it can be. What was refused is no such thing.
    let done = runs.iter().find(|run| run.job == JOBS[0] && run.trouble.is_none()).cloned();
    let is_over = |run: &JobRun, done: &JobRun| {
        let refused = REFUSED.iter().any(|refused| Some(refused.name) == run.trouble.as_deref());
        run.job == JOBS[1] && run.began_at < done.began_at && !refused
    };
    if let Some(done) = done {
        for run in runs.iter_mut().filter(|run| is_over(run, &done)) {
            (run.trouble, run.troubled_since) = (None, None);
            run.outcome.clone_from(&done.outcome);
        }
    }
    Ok(runs)
}

/// What an operator must see: a CRL that was refused at once, any other fault once it has lasted for ten minutes.
pub(super) fn alarms(db: &mut Database, at: Timestamp) -> Result<Vec<String>, String> {
    let troubled = |run: JobRun| {
        let (code, since) = run.trouble.as_deref().zip(run.troubled_since)?;
        let is_refused = REFUSED.iter().any(|refused| refused.name == code);
        let for_long = run.standing(None, at) == JobStanding::FailingForLong;
        let job = &run.job;
        (is_refused || for_long)
            .then(|| format!("{job}: not everything is published since {since} ({code}), see igc job status"))
    };
    Ok(runs(db)?.into_iter().filter_map(troubled).collect())
}
