//! `igc audit`

use std::process::ExitCode;

use ca_core::service_key::{self, Purpose};
use ca_core::signer::SignatureAlgorithm;
use clap::Subcommand;
use serde_json::json;
use store::audit::{export, verify};
use store::{Database, DatabaseRole};

use super::Global;
use crate::faults;
use crate::installation::Installation;
use crate::output::{self, OutputFormat};
use crate::problem::Problem;

const PAGE: i64 = 1000;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Recompute every leaf and every signed head; exit 8 and the rows' names where one is altered.
    Verify,
    /// The events in their order, one JSON document a line; with `-o json`, one array.
    Export {
        /// From this place in the tree on.
        #[arg(long, default_value_t = 0)]
        from: i64,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    match command {
        Command::Verify => verify_trail(global, &mut db),
        Command::Export { from } => export_trail(global.output, &mut db, *from),
    }
}

fn verify_trail(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let found = verify_with_audit_key(db)?;
    output::one(global.output, &found, || {
        let mut text = format!(
            "{} events in the tree under {} signed heads; {} wait for their place, {} under no head yet, {} payloads erased\n",
            found.events, found.checkpoints, found.waiting, found.unsigned, found.erased_payloads
        );
        for contradiction in &found.contradictions {
            text += &format!("ALTERED {contradiction}\n");
        }
        text
    })?;
    match found.contradictions.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        [first, ..] => Err(Problem::new(
            faults::AUDIT_BROKEN,
            format!(
                "{} of the trail's rows contradict each other, first {first}",
                found.contradictions.len()
            ),
        )),
    }
}

/// Verifies the trail with the audit keys that the ceremony recorded.
pub fn verify_with_audit_key(db: &mut Database) -> Result<verify::Verified, Problem> {
    let keys = service_key::of_purpose(db, Purpose::Audit)?;
    let verify_head = |head: &store::audit::sequencer::TreeHead,
                       signed: &store::audit::sequencer::HeadSignature| {
        keys.iter().filter(|key| key.key.to_string() == signed.key_id).any(|key| {
            SignatureAlgorithm::of_key(&key.public_key).is_ok_and(|algorithm| {
                algorithm.verify(&key.public_key, &head.signed_bytes(), &signed.signature)
            })
        })
    };
    Ok(verify::run(db, &verify_head)?)
}

fn export_trail(format: OutputFormat, db: &mut Database, from: i64) -> Result<ExitCode, Problem> {
    let as_array = format == OutputFormat::Json;
    let mut next = from;
    let mut before = if as_array { "[" } else { "" };
    loop {
        let page = export::from(db, next, PAGE)?;
        let Some(last) = page.last() else { break };
        next = last.sequence + 1;
        let mut text = String::new();
        for event in &page {
            text += before;
            text += &json!(event).to_string();
            before = if as_array { ",\n" } else { "\n" };
        }
        output::print(&text)?;
    }
    let end = match (as_array, before) {
        (true, "[") => "[]\n",
        (true, _) => "]\n",
        (false, "") => "",
        (false, _) => "\n",
    };
    output::print(end)?;
    Ok(ExitCode::SUCCESS)
}
