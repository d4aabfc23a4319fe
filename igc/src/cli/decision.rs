//! `igc decision`

use std::process::ExitCode;

use clap::Subcommand;
use registration_authority::approval::Verdict;

use super::Global;
use super::remote::{self, Remote};
use crate::faults;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what an officer's passkey must sign to decide, through the API (docs/api.md).
    Challenge {
        /// The number of an order, or of a request for a certificate.
        number: String,
        /// Refuse it, for the reason of this code; without one, approve it.
        #[arg(long, value_name = "CODE")]
        refuse: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let Command::Challenge { number, refuse, remote } = command;
    let verdict = if refuse.is_some() { Verdict::Refuse } else { Verdict::Approve };
    remote::challenge(global, &remote.required()?, &address(number)?, verdict, refuse.as_deref())
}

/// Where the thing of this number stands in the API.
fn address(number: &str) -> Result<String, Problem> {
    match number.get(..3) {
        Some("CO-") => Ok(format!("/orders/{number}")),
        Some("CR-") => Ok(format!("/certificate-requests/{number}")),
        _ => Err(Problem::new(faults::ARGUMENT, format!("{number:?} begins with neither CO- nor CR-"))),
    }
}
