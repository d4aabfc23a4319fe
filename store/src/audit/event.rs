use diesel::prelude::*;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use crate::schema::{audit_events, audit_payloads, audit_pending};
use crate::{Act, Database, Timestamp};

use super::tree;

/// Longest subject that is stored, in octets: what an index of PostgreSQL takes has an end (migration 0095).
const SUBJECT_BOUND: usize = 1024;

/// What happened, to be recorded in the commit that makes it happen.
#[derive(Clone, Debug)]
pub struct Event {
    /// Lower-case words and dots: `card.opposed`.
    pub action: &'static str,
    /// What it happened to, by natural key and never by a person's name: `card 2600000017`. One that is longer than 1024 octets, which
    /// no key of ours is, is recorded by how it begins and its SHA-256.
    pub subject: String,
    /// The rest, in words; personal data may stand here, because it can be erased.
    pub payload: serde_json::Value,
}

/// Records `event`. Called inside the transaction of the act itself.
pub fn record(db: &mut Database, event: Event, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<()> {
    record_all(db, vec![event], rng, act)
}

/// Records several events of one transaction, each as a leaf of its own.
pub fn record_all(
    db: &mut Database,
    events: Vec<Event>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    debug_assert!(db.in_transaction(), "an audit event belongs to the commit of its act");
    if events.is_empty() {
        return Ok(());
    }
    let (actor, request) = (act.actor.to_string(), act.request.to_string());
    let mut rows = Vec::with_capacity(events.len());
    let mut payloads = Vec::with_capacity(events.len());
    for event in events {
        let payload = event.payload.to_string();
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let mut row = EventRow {
            id: draw_id(act.at, rng),
            occurred_at: act.at,
            actor: actor.clone(),
            request: request.clone(),
            action: event.action.to_owned(),
            subject: bounded(event.subject),
            payload_commitment: commitment(&salt, &payload).to_vec(),
            leaf_hash: Vec::new(),
        };
        row.leaf_hash = row.expected_leaf_hash().to_vec();
        payloads.push(PayloadRow { event_id: row.id.clone(), salt: salt.to_vec(), payload });
        rows.push(row);
    }
    match db {
        // Statements of one row are kept prepared; one of many rows would be read anew, with all its triggers.
        Database::Sqlite(c) => {
            for (row, payload) in rows.iter().zip(&payloads) {
                diesel::insert_into(audit_events::table).values(row).execute(c)?;
                diesel::insert_into(audit_payloads::table).values(payload).execute(c)?;
                diesel::insert_into(audit_pending::table)
                    .values(audit_pending::event_id.eq(&row.id))
                    .execute(c)?;
            }
        }
        // Each statement goes to the server and back.
        Database::Postgresql(c) => {
            let pending: Vec<_> = rows.iter().map(|row| audit_pending::event_id.eq(&row.id)).collect();
            diesel::insert_into(audit_events::table).values(&rows).execute(c)?;
            diesel::insert_into(audit_payloads::table).values(&payloads).execute(c)?;
            diesel::insert_into(audit_pending::table).values(&pending).execute(c)?;
        }
    }
    Ok(())
}

/// A row that somebody wrote by hand may have a key without end: that it is told of must not fail because of it.
fn bounded(mut subject: String) -> String {
    if subject.len() > SUBJECT_BOUND {
        let digest = hex::encode(Sha256::digest(&subject));
        let room = SUBJECT_BOUND - digest.len() - 1;
        let end = (0..=room).rev().find(|end| subject.is_char_boundary(*end)).unwrap_or(0);
        subject.truncate(end);
        subject.push(' ');
        subject.push_str(&digest);
    }
    subject
}

/// Milliseconds, six octets, and ten fresh random ones, in hexadecimal: new rows stand at the end of every index,
/// however many there are.
fn draw_id(at: Timestamp, rng: &mut dyn CryptoRng) -> String {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(at.millis() << 16).to_be_bytes());
    rng.fill_bytes(&mut id[6..]);
    hex::encode(id)
}

/// SHA-256 over salt and payload: hides the payload, and holds us to it.
pub(super) fn commitment(salt: &[u8], payload: &str) -> tree::Hash {
    Sha256::new().chain_update(salt).chain_update(payload).finalize().into()
}

/// A row of `audit_payloads`.
#[derive(Insertable)]
#[diesel(table_name = audit_payloads)]
struct PayloadRow {
    event_id: String,
    salt: Vec<u8>,
    payload: String,
}

/// A row of `audit_events`.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_events)]
pub(super) struct EventRow {
    pub(super) id: String,
    pub(super) occurred_at: Timestamp,
    pub(super) actor: String,
    pub(super) request: String,
    pub(super) action: String,
    pub(super) subject: String,
    pub(super) payload_commitment: Vec<u8>,
    pub(super) leaf_hash: Vec<u8>,
}

impl EventRow {
    /// The leaf that the other columns must have: RFC 6962 §2.1 over the length-prefixed fields.
    pub(super) fn expected_leaf_hash(&self) -> tree::Hash {
        let mut encoded = b"igc-audit-event-v1".to_vec();
        let occurred_at = self.occurred_at.millis().to_be_bytes();
        let fields: [&[u8]; 7] = [
            self.id.as_bytes(),
            &occurred_at,
            self.actor.as_bytes(),
            self.request.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            &self.payload_commitment,
        ];
        for field in fields {
            encoded.extend_from_slice(&(field.len() as u64).to_be_bytes());
            encoded.extend_from_slice(field);
        }
        tree::leaf_hash(&encoded)
    }
}
