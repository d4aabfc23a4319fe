//! `igc delegation`: what officers delegate to each other, through the API of another machine. Who delegates signs for it (`igc decision`).

use std::process::ExitCode;

use clap::Subcommand;
use jiff::civil::Date;
use registration_authority::officers::Scope;
use serde_json::json;

use super::Global;
use super::decision::plain;
use super::remote::{self, Remote};
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What one gave and received, a page at a time; for an administrator or an auditor every officer's.
    List {
        /// After this number: `next` of the page before.
        #[arg(long, value_name = "NUMBER")]
        after: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write down what one delegates. Worth nothing until it is signed for: `igc decision challenge DG-…`, `igc decision approve DG-… --proof FILE`.
    Give {
        /// To whom: the login of another registration officer.
        #[arg(long, value_name = "LOGIN")]
        to: String,
        /// The first day: 2026-12-20.
        #[arg(long, value_name = "DAY")]
        first: Date,
        /// The last one: 31 days at most.
        #[arg(long, value_name = "DAY")]
        last: Date,
        /// For which orders, within one's own scope: "profession:60 department:44"; for all without it.
        #[arg(long, value_name = "SCOPE", default_value = "")]
        scope: Scope,
        #[command(flatten)]
        remote: Remote,
    },
    /// End one before its time.
    End {
        /// Its number.
        number: String,
        #[command(flatten)]
        remote: Remote,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::List { after, remote } => {
            let after = after.as_deref().map(plain).transpose()?;
            let after = after.map_or_else(String::new, |after| format!("?after={after}"));
            remote::show(global, &remote.required()?, &format!("/delegations{after}"))
        }
        Command::Give { to, first, last, scope, remote } => {
            let new = json!({
                "delegate": to, "first": first.to_string(), "last": last.to_string(), "scope": scope.to_string(),
            });
            remote::post(global, &remote.required()?, "/delegations", &new)
        }
        Command::End { number, remote } => {
            let address = format!("/delegations/{}", plain(number)?);
            remote::act_on(global, &remote.required()?, (&address, "end"), &json!({}))
        }
    }
}
