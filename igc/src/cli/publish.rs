//! `igc publish`

use std::process::ExitCode;

use clap::Subcommand;
use store::{Actor, DatabaseRole};

use super::{Global, PARTLY_DONE};
use crate::installation::Installation;
use crate::jobs::{self, Worker};
use crate::output::{self, Row};
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Issue and publish every CRL and delta now.
    Crl,
    /// Sign and publish the opposition list.
    Oppositions,
    /// Publish the authorities' certificates.
    Certificates,
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut worker = Worker::begin(&installation, DatabaseRole::Worker)?;
    let act = installation.act(Actor::Job("publication"));
    let done = match command {
        Command::Crl => jobs::publish_everything(&mut worker, &act).map(Some),
        Command::Oppositions => jobs::publish_oppositions(&mut worker, &act).and_then(settled).map(|()| None),
        Command::Certificates => jobs::publish_certificates(&mut worker).map(|()| None),
    };
    worker.end()?;
    let Some(published) = done? else {
        output::one(global.output, &serde_json::json!({ "published": true }), String::new)?;
        return Ok(ExitCode::SUCCESS);
    };
    output::list(global.output, &published.crls)?;
    match published.failed.first() {
        None => {}
        // Each that did not is in the log.
        Some(_) if !published.crls.is_empty() => return Ok(ExitCode::from(PARTLY_DONE)),
        Some((issuer, error)) => {
            return Err(Problem::new(
                crate::faults::CRL_NOT_PUBLISHED,
                format!("the CRL of {issuer} was not published, the one before it still stands: {error}"),
            ));
        }
    }
    settled(published.oppositions)?;
    Ok(ExitCode::SUCCESS)
}

/// The opposition list was published; whoever asked for it learns what is wrong with it.
fn settled(findings: Vec<jobs::ListFinding>) -> Result<(), Problem> {
    match findings.first() {
        None => Ok(()),
        Some(first) => Err(Problem::new(
            first.code,
            format!("card {}, and {} more: {}", first.card, findings.len() - 1, first.code.help),
        )),
    }
}

impl Row for jobs::PublishedList {
    const HEADINGS: &'static [&'static str] = &["AUTHORITY", "KIND", "NUMBER", "ENTRIES"];

    fn cells(&self) -> Vec<String> {
        let id = match self.shard {
            None => self.id.clone(),
            Some(number) => format!("{}/{number}", self.id),
        };
        vec![id, self.kind.to_owned(), self.number.to_string(), self.entries.to_string()]
    }
}
