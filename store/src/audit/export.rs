//! The trail in its order, for a person or a witness outside.

use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_events, audit_leaves, audit_payloads};
use crate::{Database, Timestamp};

/// One event in its place.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedEvent {
    /// Its place in the tree, from zero.
    pub sequence: i64,
    /// When.
    pub occurred_at: Timestamp,
    /// Who.
    pub actor: String,
    /// For which request.
    pub request: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The rest; absent where it was erased.
    pub payload: Option<serde_json::Value>,
    /// The RFC 6962 leaf, hexadecimal.
    pub leaf_hash: String,
}

/// The events from place `sequence` on, in order, at most `limit`.
pub fn from(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<ExportedEvent>> {
    type Row = (i64, Timestamp, String, String, String, String, Option<String>, Vec<u8>);
    let rows: Vec<Row> = audit_leaves::table
        .inner_join(audit_events::table)
        .left_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_leaves::event_id)))
        .filter(audit_leaves::sequence.ge(sequence))
        .order(audit_leaves::sequence)
        .limit(limit)
        .select((
            audit_leaves::sequence,
            audit_events::occurred_at,
            audit_events::actor,
            audit_events::request,
            audit_events::action,
            audit_events::subject,
            audit_payloads::payload.nullable(),
            audit_leaves::leaf_hash,
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(sequence, occurred_at, actor, request, action, subject, payload, leaf)| ExportedEvent {
            sequence,
            occurred_at,
            actor,
            request,
            action,
            subject,
            payload: payload.and_then(|text| serde_json::from_str(&text).ok()),
            leaf_hash: hex::encode(leaf),
        })
        .collect())
}
