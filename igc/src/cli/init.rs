//! `igc init`

use std::path::PathBuf;
use std::process::ExitCode;

use super::Global;
use crate::faults;
use crate::output;
use crate::problem::Problem;
use crate::setup::{self, LONGEST_TEXT, Plan, read_text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Another database than the SQLite file of the folder: `postgres://…`, without a password.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The key ceremony to hold; by default the demonstration's.
    #[arg(long, value_name = "FILE")]
    ceremony: Option<PathBuf>,
    /// Hold no ceremony now: keys are made later, by `igc ceremony run`.
    #[arg(long, conflicts_with = "ceremony")]
    without_ceremony: bool,
    /// Whose PKI it is; by default the demonstration's identity.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let dir = global
        .installation_dir()
        .ok_or_else(|| Problem::new(faults::ARGUMENT, "say where with --dir DIR"))?;
    let read = |file: &Option<PathBuf>, default: &str| match file {
        Some(path) => read_text(path, LONGEST_TEXT),
        None => Ok(default.to_owned()),
    };
    let plan = Plan {
        ceremony: match args.without_ceremony {
            true => None,
            false => Some(read(&args.ceremony, setup::DEMO_CEREMONY)?),
        },
        identity: read(&args.identity, setup::DEMO_IDENTITY)?,
        database_url: args.database.clone(),
        demo: None,
        dir,
    };
    let made = setup::make(&plan)?;
    output::one(global.output, &made.outcome, || {
        let dir = made.installation.dir.display();
        let next = if made.outcome.is_some() { "igc doctor" } else { "igc ceremony run FILE" };
        format!("{dir} is initialised. Next: {next} --dir {dir}\n")
    })?;
    Ok(ExitCode::SUCCESS)
}
