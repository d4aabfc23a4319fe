use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store::Database;
use store::audit::export::{self, ExportedEvent};
use store::audit::tree::{self, stored};

use super::Global;
use crate::audit_log::AuditLog;
use crate::audit_log::proof::{self, Proven, base64_of};
use crate::faults;
use crate::output::{self, OutputFormat};
use crate::problem::Problem;

/// Events that one subject may have proven at once.
const MOST_EVENTS: i64 = 200;

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct ProofArgs {
    /// The event, by its identifier.
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Every event about this, newest first: "certificate ACI-FO-PP 1D5D…", "card 2600000017".
    #[arg(long)]
    subject: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct ConsistencyArgs {
    /// The size of the older tree.
    #[arg(long, value_name = "SIZE")]
    from: u64,
    /// The size of the newer one, which must have been signed; by default the newest.
    #[arg(long, value_name = "SIZE")]
    to: Option<u64>,
}

pub(super) fn prove(global: &Global, db: &mut Database, args: &ProofArgs) -> Result<ExitCode, Problem> {
    let log = AuditLog::of(db)?;
    let proofs = db.snapshot(|db| -> Result<_, Problem> {
        let events = events(db, args)?;
        proof::prove(db, &log, events)
    })?;
    if proofs.is_empty() {
        return Err(Problem::new(faults::AUDIT_LEAF_LATE, "no signed head covers it yet"));
    }
    let objects: Vec<Value> = proofs.iter().map(Proven::as_json).collect();
    match global.output {
        OutputFormat::Table => output::print(&proofs.iter().map(Proven::tlog_proof).collect::<String>())?,
        OutputFormat::Json => output::one(global.output, &objects, String::new)?,
        OutputFormat::Jsonl => {
            objects.iter().try_for_each(|object| output::one(global.output, object, String::new))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn prove_consistency(
    global: &Global,
    db: &mut Database,
    args: &ConsistencyArgs,
) -> Result<ExitCode, Problem> {
    let log = AuditLog::of(db)?;
    let (newer, from_root, path) = db.snapshot(|db| -> Result<_, Problem> {
        let newer = proof::head(db, &log, args.to)?;
        let size = newer.checkpoint.size;
        if !(1..=size).contains(&args.from) {
            let what = format!("--from: a size from 1 to {size}");
            return Err(Problem::new(faults::ARGUMENT, what));
        }
        Ok((newer, stored::root(db, args.from)?, stored::consistency(db, args.from, size)?))
    })?;
    let head = &newer.checkpoint;
    if !tree::proof::verify_consistency(args.from, &from_root, head.size, &head.root, &path) {
        let what = format!("no proof holds between {} and {} leaves", args.from, head.size);
        return Err(Problem::new(faults::AUDIT_BROKEN, what));
    }
    let object = json!({
        "from": args.from,
        "from_root": STANDARD.encode(from_root),
        "to": head.size,
        "to_root": STANDARD.encode(head.root),
        "path": base64_of(&path),
        "checkpoint": newer.to_string(),
    });
    output::one(global.output, &object, || {
        let hashes: String = base64_of(&path).iter().map(|hash| format!("{hash}\n")).collect();
        format!("consistency {} {}\n{}\n{hashes}\n{newer}", args.from, head.size, STANDARD.encode(from_root))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn events(db: &mut Database, args: &ProofArgs) -> Result<Vec<ExportedEvent>, Problem> {
    let events = match (&args.event, &args.subject) {
        (Some(id), _) => export::find(db, id)?.into_iter().collect(),
        (None, Some(subject)) => export::about(db, subject, MOST_EVENTS)?,
        (None, None) => Vec::new(),
    };
    let named = args.event.as_ref().or(args.subject.as_ref()).map_or("", String::as_str);
    if events.is_empty() {
        let what = format!("no event in the tree: {named}");
        return Err(Problem::new(faults::AUDIT_EVENT_UNKNOWN, what));
    }
    Ok(events)
}
