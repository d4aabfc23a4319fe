//! Completions and manual pages, from the same definitions as the commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;

use super::Cli;
use crate::faults;
use crate::output;
use crate::problem::Problem;

#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// For which shell.
    shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Where the pages go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn completions(args: &CompletionsArgs) -> Result<ExitCode, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "igc", &mut script);
    output::print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub fn man(args: &ManArgs) -> Result<ExitCode, Problem> {
    let write = |out: &Path| {
        std::fs::create_dir_all(out)?;
        clap_mangen::generate_to(Cli::command(), out)
    };
    write(&args.out)
        .map_err(|error| Problem::new(faults::FILE, format!("{}: {error}", args.out.display())))?;
    Ok(ExitCode::SUCCESS)
}
