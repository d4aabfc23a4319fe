//! `igc config`

use std::process::ExitCode;

use clap::Subcommand;

use super::Global;
use crate::installation::Installation;
use crate::output;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the configuration and everything it names; change nothing.
    Check,
    /// What was understood, and where it stands.
    Show {
        /// Say the file each value comes from.
        #[arg(long)]
        origin: bool,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    match command {
        Command::Check => {
            ca_core::signer::Tokens::read(&installation.config.tokens)?;
            installation.key_blocklist()?;
            output::one(global.output, &serde_json::json!({ "ok": true }), || {
                "the configuration is understood\n".to_owned()
            })?;
        }
        Command::Show { origin } => {
            if *origin {
                let file = global.config.clone().unwrap_or_else(|| installation.dir.join("igc.toml"));
                output::print(&format!("# every value is from {}\n", file.display()))?;
            }
            let text = toml::to_string_pretty(installation.config.as_ref())
                .map_err(|error| Problem::new(crate::faults::CONFIG_INVALID, error.to_string()))?;
            output::one(global.output, installation.config.as_ref(), || text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
