//! The trail in its order, with all that a verifier outside needs to compute each leaf again.

use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_events, audit_leaves, audit_payloads, audit_pending, audit_subjects};
use crate::{Database, Timestamp};

/// One event. Octets are lower-case hexadecimal.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedEvent {
    /// Its place in the tree, from zero; none while it waits for one.
    pub sequence: Option<i64>,
    /// Its identifier.
    pub id: String,
    /// When, milliseconds since 1970-01-01T00:00:00Z.
    pub occurred_at: i64,
    /// Who.
    pub actor: String,
    /// For which request.
    pub request: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// SHA-256 over salt and payload.
    pub payload_commitment: String,
    /// The salt; absent where the payload was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The rest, the very text that was committed to; absent where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// The RFC 6962 leaf that the tree has for it.
    pub leaf_hash: String,
}

/// The events from place `sequence` on, in order, at most `limit`.
pub fn from(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<ExportedEvent>> {
    let rows: Vec<Row> = placed()
        .filter(audit_leaves::sequence.ge(sequence))
        .order(audit_leaves::sequence)
        .limit(limit)
        .load(db)?;
    Ok(rows.into_iter().map(ExportedEvent::from).collect())
}

/// The events that have their place and are about `subject`, the newest first, at most `limit`.
pub fn about(db: &mut Database, subject: &str, limit: i64) -> QueryResult<Vec<ExportedEvent>> {
    let places: Vec<i64> = audit_subjects::table
        .filter(audit_subjects::subject.eq(subject))
        .order(audit_subjects::sequence.desc())
        .limit(limit)
        .select(audit_subjects::sequence)
        .load(db)?;
    let rows: Vec<Row> = placed()
        .filter(audit_leaves::sequence.eq_any(places))
        .order(audit_leaves::sequence.desc())
        .load(db)?;
    Ok(rows.into_iter().map(ExportedEvent::from).collect())
}

/// The event with this identifier, where it has its place.
pub fn find(db: &mut Database, id: &str) -> QueryResult<Option<ExportedEvent>> {
    let row: Option<Row> = placed().filter(audit_events::id.eq(id)).first(db).optional()?;
    Ok(row.map(ExportedEvent::from))
}

/// The events that wait for their place, at most `limit`, after the one with this identifier.
pub fn waiting(db: &mut Database, after: &str, limit: i64) -> QueryResult<Vec<ExportedEvent>> {
    type Waiting = (Columns, Option<Payload>, Vec<u8>);
    let rows: Vec<Waiting> = audit_pending::table
        .inner_join(audit_events::table)
        .left_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_pending::event_id)))
        .filter(audit_pending::event_id.gt(after))
        .order(audit_pending::event_id)
        .limit(limit)
        .select((
            COLUMNS,
            (audit_payloads::salt, audit_payloads::payload).nullable(),
            audit_events::leaf_hash,
        ))
        .load(db)?;
    Ok(rows.into_iter().map(|(columns, payload, leaf)| exported(None, columns, payload, &leaf)).collect())
}

pub(super) type Columns = (String, Timestamp, String, String, String, String, Vec<u8>);
pub(super) type Payload = (Vec<u8>, String);
type Row = (i64, Columns, Option<Payload>, Vec<u8>);

pub(super) const COLUMNS: (
    audit_events::id,
    audit_events::occurred_at,
    audit_events::actor,
    audit_events::request,
    audit_events::action,
    audit_events::subject,
    audit_events::payload_commitment,
) = (
    audit_events::id,
    audit_events::occurred_at,
    audit_events::actor,
    audit_events::request,
    audit_events::action,
    audit_events::subject,
    audit_events::payload_commitment,
);

#[diesel::dsl::auto_type(no_type_alias)]
fn placed() -> _ {
    audit_leaves::table
        .inner_join(audit_events::table)
        .left_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_leaves::event_id)))
        .select((
            audit_leaves::sequence,
            (
                audit_events::id,
                audit_events::occurred_at,
                audit_events::actor,
                audit_events::request,
                audit_events::action,
                audit_events::subject,
                audit_events::payload_commitment,
            ),
            (audit_payloads::salt, audit_payloads::payload).nullable(),
            audit_leaves::leaf_hash,
        ))
}

impl From<Row> for ExportedEvent {
    fn from((sequence, columns, payload, leaf): Row) -> Self {
        exported(Some(sequence), columns, payload, &leaf)
    }
}

pub(super) fn exported(
    sequence: Option<i64>,
    columns: Columns,
    payload: Option<Payload>,
    leaf: &[u8],
) -> ExportedEvent {
    let (id, occurred_at, actor, request, action, subject, commitment) = columns;
    let (salt, payload) = payload.unzip();
    ExportedEvent {
        sequence,
        id,
        occurred_at: occurred_at.millis(),
        actor,
        request,
        action,
        subject,
        payload_commitment: hex::encode(commitment),
        salt: salt.map(hex::encode),
        payload,
        leaf_hash: hex::encode(leaf),
    }
}
