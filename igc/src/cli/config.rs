//! `igc config`

use std::process::ExitCode;

use clap::Subcommand;

use super::Global;
use crate::installation::Installation;
use crate::jobs;
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
            installation.config.certificates.read_terms()?;
            jobs::object_store(&installation)?;
            output::one(global.output, &serde_json::json!({ "ok": true }), || {
                "the configuration is understood\n".to_owned()
            })?;
        }
        Command::Show { origin } => {
            let config = installation.config.as_ref();
            let text = toml::to_string_pretty(config)
                .map_err(|error| Problem::new(crate::faults::CONFIG_INVALID, error.to_string()))?;
            if *origin {
                let file = global.config.clone().unwrap_or_else(|| installation.dir.join("igc.toml"));
                let document = serde_json::json!({ "file": file, "values": config });
                output::one(global.output, &document, || {
                    format!("# every value is from {}\n{text}", file.display())
                })?;
            } else {
                output::one(global.output, config, || text)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
