//! `igc signer`: the process that alone speaks to the tokens. The roles start it; nobody types it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ca_core::signer::process::{ChildSettings, LedgerKind, run_child};
use rand_core::Rng;

use super::Global;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;
use crate::signer;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is signed.
    #[arg(long, value_enum)]
    ledger: Ledger,
    /// The ledger's file.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

/// What a signer's process signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Ledger {
    /// Certificates, CRLs, lists, checkpoints.
    Issuing,
    /// OCSP answers.
    Answers,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    // A service manager asks every process of a service to end; this one ends with its parent, which
    // may still need signatures to end well.
    let asked = Arc::default();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&asked))
            .map_err(|error| Problem::new(faults::LISTENER, format!("signals: {error}")))?;
    }
    let installation = Installation::open(global)?;
    let clock = installation.clock;
    let mut new_ledger_id = [0; 16];
    system_rng().fill_bytes(&mut new_ledger_id);
    let kind = match args.ledger {
        Ledger::Issuing => LedgerKind::Issuing,
        Ledger::Answers => LedgerKind::Answers,
    };
    let settings = ChildSettings {
        tokens: signer::tokens(kind, &installation)?,
        sessions: installation.config.signer.sessions,
        ledger: args.file.clone(),
        kind,
        new_ledger_id,
        clock: Box::new(move || clock.now()),
    };
    run_child(settings).map_err(|error| {
        Problem::new(
            faults::SIGNER_PROCESS,
            format!("its standard input must be its parent's socket: {error}"),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
