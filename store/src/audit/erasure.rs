//! Erases the payload of an event: what it happened to and when stays, who and what in words goes.
//!
//! The event's leaf holds a commitment to the payload, so the tree stands without it. That it is gone is
//! itself an event: the database refuses to erase without one, and [`super::verify`] asks for it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use rand_core::CryptoRng;
use thiserror::Error;

use super::event::{Event, record};
use crate::fault::{self, Code, Fault};
use crate::schema::{audit_events, audit_payloads};
use crate::{Act, Database};

/// The action of an erasure's event. The trigger of `audit_payloads` (migration 0008) knows the same word.
const ACTION: &str = "audit.payload-erased";

/// Longest reason, in characters.
const REASON_BOUND: usize = 200;

/// Why a payload is not erased.
#[derive(Debug, Error)]
pub enum EraseError {
    /// No event of this identifier has a payload.
    #[error("event {0} has no payload")]
    Unknown(String),
    /// Nothing that can be kept as a reason.
    #[error("reason: must be 1 to {REASON_BOUND} characters, none of them a control")]
    Reason,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for EraseError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => fault::AUDIT_PAYLOAD_UNKNOWN,
            Self::Reason => fault::AUDIT_ERASURE_REASON,
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// Erases the payload of an event and records that it did, in a transaction of its own. `reason` stays
/// in the trail: the reference of a request, never a name.
///
/// It is gone from the table at once. From SQLite's write-ahead log it goes with the next checkpoint, and
/// from backups when they are.
pub fn erase_payload(
    db: &mut Database,
    event_id: &str,
    reason: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), EraseError> {
    if !(1..=REASON_BOUND).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(EraseError::Reason);
    }
    db.write(|db| {
        let event = Event {
            action: ACTION,
            subject: subject(event_id),
            payload: serde_json::json!({ "reason": reason }),
        };
        record(db, event, rng, act)?;
        let erased = diesel::delete(audit_payloads::table.find(event_id)).execute(db)?;
        if erased == 1 { Ok(()) } else { Err(EraseError::Unknown(event_id.to_owned())) }
    })
}

/// The action of an event; nothing where no event has this identifier.
pub fn action(db: &mut Database, event_id: &str) -> QueryResult<Option<String>> {
    audit_events::table.find(event_id).select(audit_events::action).first(db).optional()
}

/// The subjects of every erasure that an event tells of.
pub(super) fn subjects(db: &mut Database) -> QueryResult<BTreeSet<String>> {
    let subjects: Vec<String> =
        audit_events::table.filter(audit_events::action.eq(ACTION)).select(audit_events::subject).load(db)?;
    Ok(subjects.into_iter().collect())
}

/// As the erasure of an event names it.
pub(super) fn subject(event_id: &str) -> String {
    format!("event {event_id}")
}
