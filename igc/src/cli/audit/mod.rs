//! `igc audit`

mod erase;
mod proof;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use ca_core::signing;
use clap::Subcommand;
use serde_json::json;
use store::DatabaseRole;

use super::Global;
use crate::audit_log::bundle;
use crate::faults;
use crate::installation::{Installation, system_rng};
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
    /// Say what was made of an alarm about a signature, or a ledger of them: it stays, and is told of no longer.
    Acknowledge {
        /// The ledger, as `igc doctor` names it.
        ledger: String,
        /// The line's sequence.
        #[arg(allow_negative_numbers = true)]
        sequence: i64,
        /// What was found, 1 to 500 characters.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Erase the payloads of events about persons that are past their time; the log stands without them.
    Erase(erase::EraseArgs),
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
        Command::Acknowledge { ledger, sequence, reason } => {
            let act = installation.operator_act();
            db.write(|db| signing::acknowledge(db, (ledger, *sequence), reason, &mut system_rng(), &act))?;
            let open = signing::standing(&mut db)?.open;
            output::one(global.output, &json!({ "open": open }), || format!("{open} alarms are open\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Erase(args) => erase::run(global, &installation, &mut db, args),
        Command::Export { out } => {
            let written = bundle::write(&installation, &mut db, out)?;
            output::one(global.output, &written, || {
                format!(
                    "{}: {} events, {} certificates, {} checkpoints, {} kept beside the log. Next: igc-verify {}\n",
                    out.display(),
                    written.events,
                    written.certificates,
                    written.checkpoints,
                    written.witnessed,
                    out.display()
                )
            })?;
            match written.contradiction {
                None => Ok(ExitCode::SUCCESS),
                Some(what) => {
                    let what = format!("{what}; {} is written, and does not hold", out.display());
                    Err(Problem::new(faults::AUDIT_ROLLED_BACK, what))
                }
            }
        }
    }
}
