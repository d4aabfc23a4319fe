//! `igc ceremony`

use std::path::PathBuf;
use std::process::ExitCode;

use ca_core::ceremony::{self, Ceremony};
use ca_core::identity::Identity;
use clap::Subcommand;

use super::Global;
use crate::output;
use crate::problem::Problem;
use crate::setup::{self, LONGEST_TEXT, read_text};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a ceremony file and apply its rules; touch nothing.
    Check {
        /// The ceremony.
        file: PathBuf,
        /// Whose PKI it would be; by default the demonstration's identity.
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let Command::Check { file, identity } = command;
    let read = |path: &PathBuf| read_text(path, LONGEST_TEXT);
    let ceremony = Ceremony::parse(&read(file)?)?;
    let identity = match identity {
        Some(path) => Identity::parse(&read(path)?)?,
        None => Identity::parse(setup::DEMO_IDENTITY)?,
    };
    ceremony::check(&ceremony, &identity)?;
    output::one(global.output, &serde_json::json!({ "ceremony": ceremony.name(), "ok": true }), || {
        format!("{} may be held; `igc init --ceremony {}` holds it\n", ceremony.name(), file.display())
    })?;
    Ok(ExitCode::SUCCESS)
}
