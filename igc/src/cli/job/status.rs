//! `igc job status`: what each job did last, and how far long work is.

use std::collections::BTreeMap;

use ca_core::job_run::{self, JobRun};
use professional_registry::import::{self, ImportedFeed};
use registration_authority::{lapse, renewal};
use serde::Serialize;
use store::{Database, DatabaseRole, Timestamp};
use web_admin::ListProgress;

use crate::cli::Global;
use crate::installation::Installation;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::roles::publications::PublicSide;
use crate::roles::worker::paces;

/// Most renewal plans that are counted together.
const PLANS: i64 = 200;

pub fn run(global: &Global) -> Result<(), Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let rows = db.snapshot(|db| rows(&installation, db, installation.clock.now()))?;
    output::list(global.output, &rows)
}

/// Every job that is served or was ever run, by name, and each import that is under way.
fn rows(installation: &Installation, db: &mut Database, now: Timestamp) -> Result<Vec<StatusRow>, Problem> {
    let mut rows: BTreeMap<String, StatusRow> = BTreeMap::new();
    for pace in paces(&installation.config) {
        rows.insert(pace.job.to_owned(), StatusRow::of(pace.job));
    }
    for run in job_run::all(db)? {
        rows.entry(run.job.clone()).or_insert_with(|| StatusRow::of(&run.job)).ran(run);
    }
    for (job, work) in works(installation, db, now)? {
        rows.entry(job.to_owned()).or_insert_with(|| StatusRow::of(job)).work = Some(work);
    }
    let imports = import::under_way(db)?.into_iter().map(StatusRow::of_import);
    Ok(rows.into_values().chain(imports).collect())
}

/// Of each job whose work is counted, how far it is.
fn works(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
) -> Result<[(&'static str, Work); 3], Problem> {
    let ListProgress { all, current, due_since } = PublicSide::of(installation).list_progress(db, now)?;
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let plans: Vec<_> = renewal::progress(db, PLANS)?.into_iter().filter(|plan| !plan.proposed).collect();
    let lapses = lapse::progress(db, now)?;
    Ok([
        ("publication", Work { done: number(current), of: Some(number(all)), waits_since: due_since }),
        (
            "renewal",
            Work {
                done: plans.iter().map(|plan| plan.ordered).sum(),
                of: Some(plans.iter().map(|plan| plan.renews).sum()),
                waits_since: plans.iter().map(|plan| plan.planned_at).min(),
            },
        ),
        ("revalidation", Work { done: lapses.settled, of: Some(lapses.all), waits_since: lapses.since }),
    ])
}

/// How much of what should be is.
#[derive(Serialize)]
struct Work {
    done: i64,
    /// Of how much; absent where that is not known.
    of: Option<i64>,
    /// Since when what is left waits.
    waits_since: Option<Timestamp>,
}

#[derive(Serialize)]
struct StatusRow {
    job: String,
    began_at: Option<Timestamp>,
    took_ms: Option<i64>,
    outcome: String,
    trouble: Option<String>,
    troubled_since: Option<Timestamp>,
    #[serde(flatten)]
    work: Option<Work>,
}

impl StatusRow {
    /// Of one that nobody has heard of.
    fn of(job: &str) -> Self {
        Self {
            job: job.to_owned(),
            began_at: None,
            took_ms: None,
            outcome: "unheard".to_owned(),
            trouble: None,
            troubled_since: None,
            work: None,
        }
    }

    fn ran(&mut self, run: JobRun) {
        self.began_at = Some(run.began_at);
        self.took_ms = Some(run.took_ms);
        self.outcome = run.outcome;
        self.trouble = run.trouble;
        self.troubled_since = run.troubled_since;
    }

    fn of_import(feed: ImportedFeed) -> Self {
        let (done, of, since) = (feed.rows_read, feed.rows_in_file, Some(feed.imported_at));
        Self {
            began_at: since,
            outcome: feed.status,
            work: Some(Work { done, of, waits_since: since }),
            ..Self::of(&format!("registry import {}", feed.file_name))
        }
    }
}

impl Row for StatusRow {
    const HEADINGS: &'static [&'static str] =
        &["JOB", "LAST", "TOOK", "RESULT", "TROUBLED SINCE", "DONE", "WAITS SINCE"];

    fn cells(&self) -> Vec<String> {
        let moment = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let work = self.work.as_ref();
        let of = |work: &Work| work.of.map_or_else(|| "?".to_owned(), |of| of.to_string());
        let trouble = self.trouble.as_ref().map_or(String::new(), |code| format!(" ({code})"));
        vec![
            self.job.clone(),
            moment(self.began_at),
            self.took_ms.map_or_else(|| "-".to_owned(), |took| format!("{took} ms")),
            format!("{}{trouble}", self.outcome),
            moment(self.troubled_since),
            work.map_or_else(|| "-".to_owned(), |work| format!("{} of {}", work.done, of(work))),
            moment(work.and_then(|work| work.waits_since)),
        ]
    }
}
