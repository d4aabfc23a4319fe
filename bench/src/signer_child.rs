//! The signer's process: this program once more, as `igc` starts itself.

use std::path::Path;
use std::process::{Command, ExitCode};

use ca_core::signer::Tokens;
use ca_core::signer::process::{ChildSettings, LedgerKind, run_child};

use crate::installation::{STATUS_TOKEN, act};

/// The first word of its command line.
const WORD: &str = "signer";

/// The command that starts it.
pub fn command(kind: LedgerKind, tokens: &Path, ledger: &Path, sessions: usize) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(WORD).arg(kind.name()).arg(tokens).arg(ledger).arg(sessions.to_string());
    command
}

/// Runs it, where this process was started as such.
pub fn run(arguments: &[String]) -> Option<ExitCode> {
    let [word, kind, tokens, ledger, sessions] = arguments else { return None };
    if word != WORD {
        return None;
    }
    let all = Tokens::read(Path::new(tokens)).expect("its parent has read them");
    let (tokens, kind) = match LedgerKind::Answers.name() == kind {
        true => (all.only(STATUS_TOKEN).expect("the house has it"), LedgerKind::Answers),
        false => (all.without(STATUS_TOKEN), LedgerKind::Issuing),
    };
    let ended = run_child(ChildSettings {
        tokens,
        sessions: sessions.parse().expect("its parent writes a number"),
        ledger: ledger.into(),
        kind,
        new_ledger_id: [7; 16],
        clock: Box::new(|| act().at),
    });
    Some(if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
