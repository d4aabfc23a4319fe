//! Jobs that fail, and jobs that have fallen silent.

use ca_core::job_run::{self, JobStanding};
use store::{Database, Kind, Timestamp};
use web_admin::JobPace;

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

/// A line for each job that is in trouble. That a job has fallen silent is told of those whose pace is given: a worker is
/// meant to be running.
pub(super) fn troubled(
    db: &mut Database,
    paces: &[JobPace],
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let runs = job_run::all(db)?;
    let mut well = 0;
    for run in &runs {
        let pause = paces.iter().find(|pace| pace.job == run.job).and_then(|pace| pace.pause);
        let what = format!("job {}", run.job);
        let code = run.trouble.as_deref().unwrap_or_default();
        let since = run.troubled_since.unwrap_or(run.began_at);
        let standing = match run.standing(pause, now) {
            JobStanding::Failing if names_a_contradiction(code) => JobStanding::FailingForLong,
            standing => standing,
        };
        let (verdict, found, action) = match standing {
            JobStanding::Done => {
                well += 1;
                continue;
            }
            JobStanding::Partly => (
                Verdict::Warning,
                format!("leaves something undone since {since}"),
                "its name by igc job run says what",
            ),
            JobStanding::Failing => {
                (Verdict::Warning, format!("fails since {since} ({code})"), "igc job run, by its name")
            }
            JobStanding::FailingForLong => {
                (Verdict::Broken, format!("fails since {since} ({code})"), "igc job run, by its name")
            }
            JobStanding::Silent => (
                Verdict::Broken,
                format!("was last heard of at {}", run.began_at),
                "is the worker running? igc serve --role worker",
            ),
        };
        findings.push(Finding::new(verdict, what, found, action));
    }
    let silent = paces
        .iter()
        .filter(|pace| pace.pause.is_some())
        .all(|pace| runs.iter().all(|run| run.job != pace.job));
    if silent && !paces.is_empty() {
        let action = "igc serve --role worker";
        findings.push(Finding::new(Verdict::Warning, "jobs", "no worker has been heard of", action));
    } else {
        findings.push(Finding::well("jobs", format!("{well} did what they should")));
    }
    Ok(())
}

/// Whether a fault's code says that what is published or stored contradicts itself: no time to wait then.
fn names_a_contradiction(name: &str) -> bool {
    let codes = [crl_publisher::faults::ALL, ca_core::faults::ALL, store::fault::ALL];
    codes.iter().copied().flatten().any(|code| code.name == name && code.kind == Kind::Integrity)
}
