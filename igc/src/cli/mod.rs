//! The command line: one file a noun. Each command opens what it needs, calls the crate that knows,
//! and prints what came back.

mod arguments;
pub mod audit;
mod bureau;
mod card;
mod ceremony;
mod certificate;
mod coherence;
mod completions;
mod config;
mod decision;
mod delegation;
mod demo;
mod doctor;
pub mod generate;
mod init;
mod job;
mod notice;
mod officer;
mod opposition;
mod order;
mod publish;
pub mod registry;
mod remote;
mod renew;
mod serve;
mod signer;
mod structure;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::OutputFormat;
use crate::problem::Problem;

/// Exit code 9: what was asked was done, and not all of it is good (contract, "The command line").
const PARTLY_DONE: u8 = 9;

/// Health PKI and card management: registration authority, CA core and publisher in one program.
#[derive(Debug, Parser)]
#[command(name = "igc", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// The installation's folder.
    #[arg(long, global = true, env = "IGC_DIR", value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Its configuration; by default igc.toml in the folder.
    #[arg(long, global = true, env = "IGC_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How answers are written. Logs and errors go to stderr.
    #[arg(short, long, global = true, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a demonstration and play the whole life of a card in it.
    Demo(demo::Args),
    /// Make an installation: folders, keys, database.
    Init(init::Args),
    /// Run one role, or all of them.
    Serve(serve::Args),
    /// Read the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// The national register.
    #[command(subcommand)]
    Registry(registry::Command),
    /// Card orders.
    #[command(subcommand)]
    Order(order::Command),
    /// What officers sign, through the API of another machine.
    #[command(subcommand)]
    Decision(decision::Command),
    /// Officers' keys and certificates, through the API of another machine.
    #[command(subcommand)]
    Officer(officer::Command),
    /// What officers delegate to each other, through the API of another machine.
    #[command(subcommand)]
    Delegation(delegation::Command),
    /// Structures: who speaks for them, and their staff.
    #[command(subcommand)]
    Structure(structure::Command),
    /// Cards, from the batch to the activation.
    #[command(subcommand)]
    Card(card::Command),
    /// Lost and stolen cards.
    #[command(subcommand)]
    Opposition(opposition::Command),
    /// Notices by mail that have not left.
    #[command(subcommand)]
    Notice(notice::Command),
    /// Certificates, requests for them, profiles.
    #[command(subcommand)]
    Certificate(certificate::Command),
    /// CRLs, opposition lists, authorities' certificates.
    #[command(subcommand)]
    Publish(publish::Command),
    /// Whether everything that relying systems see agrees.
    #[command(subcommand)]
    Coherence(coherence::Command),
    /// Renewal of what expires.
    #[command(subcommand)]
    Renew(renew::Command),
    /// Jobs of the worker.
    #[command(subcommand)]
    Job(job::Command),
    /// Key ceremonies.
    #[command(subcommand)]
    Ceremony(ceremony::Command),
    /// The audit trail.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Look at everything and say what is wrong.
    Doctor(doctor::Args),
    /// Fictional data for demonstrations and tests.
    #[command(subcommand)]
    Generate(generate::Command),
    /// The personalisation bureau's side: chips, keys, return files. Needs no installation.
    #[command(subcommand)]
    Bureau(bureau::Command),
    /// The process that speaks to the tokens; the roles start it.
    #[command(hide = true)]
    Signer(signer::Args),
    /// Completions for a shell, on stdout.
    Completions(completions::CompletionsArgs),
    /// Manual pages, into a folder.
    Man(completions::ManArgs),
}

impl Cli {
    /// With the folder that a command uses when nobody names one.
    pub fn settled(mut self) -> Self {
        if matches!(self.command, Command::Demo(_)) && self.global.installation_dir().is_none() {
            self.global.dir = Some(crate::demo::default_dir().to_owned());
        }
        self
    }
}

/// Runs the command.
pub fn run(cli: &Cli) -> Result<ExitCode, Problem> {
    let global = &cli.global;
    match &cli.command {
        Command::Demo(args) => demo::run(global, args),
        Command::Init(args) => init::run(global, args),
        Command::Serve(args) => serve::run(global, args),
        Command::Config(command) => config::run(global, command),
        Command::Registry(command) => registry::run(global, command),
        Command::Order(command) => order::run(global, command),
        Command::Decision(command) => decision::run(global, command),
        Command::Officer(command) => officer::run(global, command),
        Command::Delegation(command) => delegation::run(global, command),
        Command::Structure(command) => structure::run(global, command),
        Command::Card(command) => card::run(global, command),
        Command::Opposition(command) => opposition::run(global, command),
        Command::Notice(command) => notice::run(global, command),
        Command::Certificate(command) => certificate::run(global, command),
        Command::Publish(command) => publish::run(global, command),
        Command::Coherence(command) => coherence::run(global, command),
        Command::Renew(command) => renew::run(global, command),
        Command::Job(command) => job::run(global, command),
        Command::Ceremony(command) => ceremony::run(global, command),
        Command::Audit(command) => audit::run(global, command),
        Command::Doctor(args) => doctor::run(global, args),
        Command::Generate(command) => generate::run(global, command),
        Command::Bureau(command) => bureau::run(global, command),
        Command::Signer(args) => signer::run(global, args),
        Command::Completions(args) => completions::completions(args),
        Command::Man(args) => completions::man(args),
    }
}

/// What a command line that does not read gets: help and words for people, a problem object for programs.
pub fn usage(error: &clap::Error) -> ExitCode {
    let asked_json = std::env::args_os().any(|argument| {
        ["json", "jsonl", "-ojson", "-ojsonl", "--output=json", "--output=jsonl"]
            .iter()
            .any(|word| argument == *word)
    });
    if asked_json && error.use_stderr() {
        let text = error.to_string();
        let detail = text.strip_prefix("error: ").unwrap_or(&text).trim();
        return Problem::new(crate::faults::ARGUMENT, detail).report(OutputFormat::Json);
    }
    // Where neither stream can be written there is nobody to tell.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

impl Global {
    /// The folder of the installation, absolute: `--dir`, or where `--config` lies.
    pub fn installation_dir(&self) -> Option<PathBuf> {
        let dir = match (&self.dir, &self.config) {
            (Some(dir), _) => dir.clone(),
            (None, Some(config)) => config.parent()?.to_owned(),
            (None, None) => return None,
        };
        std::path::absolute(dir).ok()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
