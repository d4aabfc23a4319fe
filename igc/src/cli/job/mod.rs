//! `igc job`

mod status;

use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use store::DatabaseRole;

use super::{Global, PARTLY_DONE};
use crate::faults;
use crate::installation::Installation;
use crate::jobs::{self, Worker};
use crate::output::{self, Row};
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every job and what it makes true.
    List,
    /// What each job did last, and how far long work is: revocation lists, renewals, lapses, imports.
    Status,
    /// Run a job once, now.
    Run {
        /// Its name.
        name: String,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::List => {
            let rows: Vec<JobRow> =
                jobs::JOBS.iter().map(|job| JobRow { name: job.name, purpose: job.purpose }).collect();
            output::list(global.output, &rows)?;
        }
        Command::Status => status::run(global)?,
        Command::Run { name } => {
            let job = jobs::find(name)
                .ok_or_else(|| Problem::new(faults::JOB_UNKNOWN, format!("there is no job {name:?}")))?;
            let installation = Installation::open(global)?;
            let mut worker = Worker::begin(&installation, DatabaseRole::Worker)?;
            let done = worker.run(job);
            worker.end()?;
            let done = done?;
            output::one(global.output, &done, || format!("{name}: {done}\n"))?;
            if jobs::found_contradictions(&done) {
                let what = format!("job {name} found differences; igc coherence show names them");
                return Err(Problem::new(coherence::faults::COHERENCE_BROKEN, what));
            }
            if jobs::left_something(&done) {
                return Ok(ExitCode::from(PARTLY_DONE));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct JobRow {
    name: &'static str,
    purpose: &'static str,
}

impl Row for JobRow {
    const HEADINGS: &'static [&'static str] = &["JOB", "MAKES TRUE"];

    fn cells(&self) -> Vec<String> {
        vec![self.name.to_owned(), self.purpose.to_owned()]
    }
}
