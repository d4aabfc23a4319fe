use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store::Database;
use store::audit::checkpoint::{self, SignedCheckpoint};
use store::audit::export::{self, ExportedEvent};
use store::audit::tree::{Hash, proof, stored};

use super::Global;
use crate::audit_log::AuditLog;
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
    let proofs: Vec<(ExportedEvent, SignedCheckpoint, Vec<Hash>)> =
        db.snapshot(|db| -> Result<_, Problem> {
            let events = events(db, args)?;
            let head = head(db, &log, None)?;
            let size = head.checkpoint.size;
            let signed: Vec<_> = events.into_iter().filter(|event| place(event) < size).collect();
            if signed.is_empty() {
                return Err(Problem::new(faults::AUDIT_LEAF_LATE, "no signed head covers it yet"));
            }
            let proven = signed.into_iter().map(|event| {
                let path = stored::inclusion(db, place(&event), size)?;
                Ok((event, head.clone(), path))
            });
            proven.collect()
        })?;
    let mut text = String::new();
    let mut objects = Vec::new();
    for (event, head, path) in &proofs {
        verify_own(event, head, path)?;
        text += &tlog_proof(event, head, path);
        objects.push(as_json(event, head, path));
    }
    match global.output {
        OutputFormat::Table => output::print(&text)?,
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
        let newer = head(db, &log, args.to)?;
        let size = newer.checkpoint.size;
        if !(1..=size).contains(&args.from) {
            let what = format!("--from: a size from 1 to {size}");
            return Err(Problem::new(faults::ARGUMENT, what));
        }
        Ok((newer, stored::root(db, args.from)?, stored::consistency(db, args.from, size)?))
    })?;
    let head = &newer.checkpoint;
    if !proof::verify_consistency(args.from, &from_root, head.size, &head.root, &path) {
        return Err(broken(format!("no proof holds between {} and {} leaves", args.from, head.size)));
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

fn head(db: &mut Database, log: &AuditLog, size: Option<u64>) -> Result<SignedCheckpoint, Problem> {
    let found = match size {
        Some(size) => checkpoint::of_size(db, log.origin(), size)?,
        None => checkpoint::newest(db, log.origin())?,
    };
    let unknown = || Problem::new(faults::AUDIT_HEAD_UNKNOWN, "no head of that size was signed");
    let head = found.ok_or_else(unknown)?;
    if log.is_ours(&head) {
        Ok(head)
    } else {
        Err(broken(format!(
            "audit_checkpoints {}: its signature is not the audit key's",
            head.checkpoint.size
        )))
    }
}

/// What does not verify here is handed to nobody.
fn verify_own(event: &ExportedEvent, head: &SignedCheckpoint, path: &[Hash]) -> Result<(), Problem> {
    let checkpoint = &head.checkpoint;
    let mut leaf = [0; 32];
    let read = hex::decode_to_slice(&event.leaf_hash, &mut leaf).is_ok();
    if read && proof::verify_inclusion(&leaf, place(event), checkpoint.size, &checkpoint.root, path) {
        return Ok(());
    }
    Err(broken(format!("audit_leaves {}: is not in the tree that was signed", place(event))))
}

/// C2SP tlog-proof: the extra data is the event's leaf.
fn tlog_proof(event: &ExportedEvent, head: &SignedCheckpoint, path: &[Hash]) -> String {
    let hashes: String = base64_of(path).iter().map(|hash| format!("{hash}\n")).collect();
    let leaf = STANDARD.encode(hex::decode(&event.leaf_hash).unwrap_or_default());
    format!("c2sp.org/tlog-proof@v1\nextra {leaf}\nindex {}\n{hashes}\n{head}", place(event))
}

fn as_json(event: &ExportedEvent, head: &SignedCheckpoint, path: &[Hash]) -> Value {
    json!({
        "event": event,
        "index": place(event),
        "size": head.checkpoint.size,
        "path": base64_of(path),
        "checkpoint": head.to_string(),
    })
}

fn place(event: &ExportedEvent) -> u64 {
    event.sequence.map_or(u64::MAX, |sequence| sequence as u64)
}

fn base64_of(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| STANDARD.encode(hash)).collect()
}

fn broken(what: String) -> Problem {
    Problem::new(faults::AUDIT_BROKEN, what)
}
