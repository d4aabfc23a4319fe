//! `igc`: the one program of IGC Santé. Command line, configuration, wiring; no rule lives here.

#![allow(unreachable_pub, reason = "a program has no outside: pub means the rest of the program")]

mod api;
mod audit_log;
mod bureau_process;
mod ceremony;
mod cli;
mod clock;
mod config;
mod demo;
mod diagnosis;
mod faults;
mod installation;
mod jobs;
mod logging;
mod officer;
mod output;
mod problem;
mod relaunch;
mod roles;
mod setup;
mod signer;
mod status_figures;
mod status_hint;
mod tls;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli.settled(),
        Err(error) => return cli::usage(&error),
    };
    logging::start(&cli.global);
    let outcome = relaunch::with_token_environment(&cli.global).and_then(|()| cli::run(&cli));
    match outcome {
        Ok(code) => code,
        Err(problem) => problem.report(cli.global.output),
    }
}
