//! That an event stands in the log: its leaf, and the way from it to a signed head.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store::Database;
use store::audit::checkpoint::{self, Checkpoint, SignedCheckpoint};
use store::audit::export::ExportedEvent;
use store::audit::tree::{Hash, proof, stored};

use super::AuditLog;
use crate::faults;
use crate::problem::Problem;

/// An event with its proof, which was verified.
pub struct Proven {
    /// The event.
    pub event: ExportedEvent,
    head: SignedCheckpoint,
    path: Vec<Hash>,
}

/// Proves each of these events under the newest signed head; those that it does not cover yet are left out. Called
/// inside the caller's snapshot. What does not verify here is handed to nobody.
pub fn prove(db: &mut Database, log: &AuditLog, events: Vec<ExportedEvent>) -> Result<Vec<Proven>, Problem> {
    let head = head(db, log, None)?;
    let size = head.checkpoint.size;
    let covered = events.into_iter().filter(|event| place(event) < size);
    let proven = covered.map(|event| {
        let path = stored::inclusion(db, place(&event), size)?;
        let proven = Proven { event, head: head.clone(), path };
        if proven.holds() { Ok(proven) } else { Err(proven.broken()) }
    });
    proven.collect()
}

/// The newest signed head, or that of a size.
pub fn head(db: &mut Database, log: &AuditLog, size: Option<u64>) -> Result<SignedCheckpoint, Problem> {
    let found = match size {
        Some(size) => checkpoint::of_size(db, log.origin(), size)?,
        None => checkpoint::newest(db, log.origin())?,
    };
    let unknown = || Problem::new(faults::AUDIT_HEAD_UNKNOWN, "no head of that size was signed");
    let head = found.ok_or_else(unknown)?;
    if log.is_ours(&head) {
        return Ok(head);
    }
    let what = format!("audit_checkpoints {}: its signature is not the audit key's", head.checkpoint.size);
    Err(Problem::new(faults::AUDIT_BROKEN, what))
}

impl Proven {
    /// The head that it is proven under.
    pub fn head(&self) -> &Checkpoint {
        &self.head.checkpoint
    }

    /// Its place in the tree.
    pub fn place(&self) -> u64 {
        place(&self.event)
    }

    /// The hashes on its way to the root.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// C2SP tlog-proof: the extra data is the event's leaf.
    pub fn tlog_proof(&self) -> String {
        let hashes: String = base64_of(&self.path).iter().map(|hash| format!("{hash}\n")).collect();
        let leaf = STANDARD.encode(hex::decode(&self.event.leaf_hash).unwrap_or_default());
        format!("c2sp.org/tlog-proof@v1\nextra {leaf}\nindex {}\n{hashes}\n{}", place(&self.event), self.head)
    }

    /// The same as an object, with the event.
    pub fn as_json(&self) -> Value {
        json!({
            "event": self.event,
            "index": place(&self.event),
            "size": self.head.checkpoint.size,
            "path": base64_of(&self.path),
            "checkpoint": self.head.to_string(),
        })
    }

    fn holds(&self) -> bool {
        let checkpoint = &self.head.checkpoint;
        let mut leaf = [0; 32];
        hex::decode_to_slice(&self.event.leaf_hash, &mut leaf).is_ok()
            && proof::verify_inclusion(
                &leaf,
                place(&self.event),
                checkpoint.size,
                &checkpoint.root,
                &self.path,
            )
    }

    fn broken(&self) -> Problem {
        let what = format!("audit_leaves {}: is not in the tree that was signed", place(&self.event));
        Problem::new(faults::AUDIT_BROKEN, what)
    }
}

fn place(event: &ExportedEvent) -> u64 {
    event.sequence.map_or(u64::MAX, |sequence| sequence as u64)
}

/// Each hash in base64.
pub fn base64_of(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| STANDARD.encode(hash)).collect()
}
