//! What the composition root proves of the audit trail: it knows the log's key, these pages do not.

use std::sync::Arc;

use store::audit::export::ExportedEvent;
use store::audit::search::Filter;
use store::{Database, Timestamp};

use crate::Untold;

/// Proves that an event stands under the newest signed head; none where that does not cover it yet.
pub type ProveEvent =
    Arc<dyn Fn(&mut Database, ExportedEvent) -> Result<Option<EventProof>, Untold> + Send + Sync>;

/// Writes a selection of the trail, each event with its proof (`docs/audit.md`).
pub type WriteSelection = Arc<dyn Fn(&mut Database, Selected) -> Result<Vec<u8>, Untold> + Send + Sync>;

/// That an event stands in the log; verified.
#[derive(Clone, Debug)]
pub struct EventProof {
    /// How many leaves the signed head covers.
    pub size: u64,
    /// When it was made.
    pub signed_at: Timestamp,
    /// The log's verifier key, in one line.
    pub key: String,
    /// The proof, a C2SP `tlog-proof`.
    pub text: String,
}

/// What an auditor takes away.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The events, the newest first, without their payloads.
    pub events: Vec<ExportedEvent>,
    /// Whether there are more that fit.
    pub more: bool,
    /// What was asked for.
    pub filter: Filter,
    /// By whom: an officer's login.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
