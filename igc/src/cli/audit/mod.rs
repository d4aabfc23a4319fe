//! `igc audit`

mod proof;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use store::DatabaseRole;

use super::Global;
use crate::audit_log::bundle;
use crate::installation::Installation;
use crate::output;
use crate::problem::Problem;

pub use verify::{verify_installation, verify_with_audit_key};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Recompute every leaf and every signed head, and compare them with the checkpoints kept outside the
    /// database; exit 8 and the rows' names where one is altered.
    Verify {
        /// Checkpoints that somebody else kept: notes, one after the other.
        #[arg(long, value_name = "FILE")]
        since_checkpoint: Option<PathBuf>,
    },
    /// Prove that an event stands in the log: C2SP tlog-proof, one for each event.
    Proof(proof::ProofArgs),
    /// Prove that the log of today begins with the one of then (RFC 9162 §2.1.4).
    Consistency(proof::ConsistencyArgs),
    /// Write everything an auditor needs into a folder, to be checked elsewhere with `igc-verify`.
    Export {
        /// The folder; it must not exist. It holds personal data: see docs/audit.md.
        #[arg(long, value_name = "BUNDLE")]
        out: PathBuf,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    match command {
        Command::Verify { since_checkpoint } => {
            verify::run(global, &installation, &mut db, since_checkpoint.as_deref())
        }
        Command::Proof(args) => proof::prove(global, &mut db, args),
        Command::Consistency(args) => proof::prove_consistency(global, &mut db, args),
        Command::Export { out } => {
            let written = bundle::write(&installation, &mut db, out)?;
            output::one(global.output, &written, || {
                format!(
                    "{}: {} events, {} certificates, {} checkpoints. Next: igc-verify {}\n",
                    out.display(),
                    written.events,
                    written.certificates,
                    written.checkpoints,
                    out.display()
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
