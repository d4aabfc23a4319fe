//! Walks the whole trail again: rows against leaves, leaves against signed heads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_checkpoints, audit_events, audit_leaves, audit_payloads, audit_pending};
use crate::{Database, Timestamp};

use super::erasure;
use super::event::{EventRow, commitment};
use super::sequencer::{HeadSignature, TreeHead};
use super::tree::{Frontier, Hash};

const PAGE: i64 = 1000;

/// A row that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// Table and key: `audit_events 3f0c…`.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row, self.what)
    }
}

/// What the walk found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// Events that have their place in the tree.
    pub events: u64,
    /// Signed heads, each recomputed.
    pub checkpoints: u64,
    /// Events that wait for the sequencer.
    pub waiting: u64,
    /// Leaves that no signed head covers yet.
    pub unsigned: u64,
    /// Payloads erased since, each by an event that says so (their commitments stand).
    pub erased_payloads: u64,
    /// Every row that contradicts another; empty where the trail holds.
    pub contradictions: Vec<Contradiction>,
}

impl Verified {
    fn contradiction(&mut self, table: &str, key: impl fmt::Display, what: impl Into<String>) {
        self.contradictions.push(Contradiction { row: format!("{table} {key}"), what: what.into() });
    }
}

/// Verifies the trail on one picture of the database. `verify_head` says whether a head's
/// signature is the audit key's.
pub fn run(
    db: &mut Database,
    verify_head: &dyn Fn(&TreeHead, &HeadSignature) -> bool,
) -> QueryResult<Verified> {
    db.snapshot(|db| {
        let mut found = Verified::default();
        let mut heads = load_heads(db)?;
        let erasures = erasure::subjects(db)?;
        let mut frontier = Frontier::default();
        let mut next = 0;
        loop {
            let page = load_page(db, next)?;
            let Some(last) = page.last() else { break };
            let after = last.sequence + 1;
            for leaf in &page {
                check_leaf(&mut found, leaf, next, &erasures);
                next = leaf.sequence + 1;
                frontier.push(leaf.hash);
                if let Some(signed) = heads.remove(&frontier.size()) {
                    check_head(&mut found, &signed, &frontier, verify_head);
                }
            }
            next = after;
        }
        found.unsigned = frontier.size() - last_signed(db)?.min(frontier.size());
        for size in heads.keys() {
            found.contradiction("audit_checkpoints", size, "signed over more leaves than there are");
        }
        check_events_outside_the_tree(db, &mut found)?;
        let twice: Vec<String> = audit_pending::table
            .filter(audit_pending::event_id.eq_any(audit_leaves::table.select(audit_leaves::event_id)))
            .select(audit_pending::event_id)
            .load(db)?;
        for event in twice {
            found.contradiction("audit_pending", event, "waits for a place that it has");
        }
        if found.events > 0 && last_signed(db)? == 0 {
            found.contradiction(
                "audit_checkpoints",
                "none",
                format!("no signed head stands over {} leaves", found.events),
            );
        }
        if found.events == 0 && found.waiting == 0 {
            found.contradiction(
                "audit_events",
                "none",
                "the trail is empty: an installation begins with its ceremony",
            );
        }
        Ok(found)
    })
}

struct LeafRow {
    sequence: i64,
    hash: Hash,
    event: Option<EventRow>,
    event_id: String,
    payload: Option<(Vec<u8>, String)>,
}

fn load_page(db: &mut Database, from: i64) -> QueryResult<Vec<LeafRow>> {
    type Row = (i64, String, Vec<u8>, Option<EventRow>, Option<(Vec<u8>, String)>);
    let rows: Vec<Row> = audit_leaves::table
        .left_join(audit_events::table)
        .left_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_leaves::event_id)))
        .filter(audit_leaves::sequence.ge(from))
        .order(audit_leaves::sequence)
        .limit(PAGE)
        .select((
            audit_leaves::sequence,
            audit_leaves::event_id,
            audit_leaves::leaf_hash,
            Option::<EventRow>::as_select(),
            (audit_payloads::salt, audit_payloads::payload).nullable(),
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(sequence, event_id, hash, event, payload)| LeafRow {
            sequence,
            event_id,
            // A leaf of another length cannot equal any hash, which is what is checked next.
            hash: hash.try_into().unwrap_or_default(),
            event,
            payload,
        })
        .collect())
}

fn check_leaf(found: &mut Verified, leaf: &LeafRow, expected_sequence: i64, erasures: &BTreeSet<String>) {
    found.events += 1;
    if leaf.sequence != expected_sequence {
        found.contradiction(
            "audit_leaves",
            leaf.sequence,
            format!("leaves {expected_sequence} to {} are missing", leaf.sequence - 1),
        );
    }
    let Some(event) = &leaf.event else {
        found.contradiction("audit_events", &leaf.event_id, format!("gone; it was leaf {}", leaf.sequence));
        return;
    };
    let expected = event.expected_leaf_hash();
    if event.leaf_hash != expected {
        found.contradiction(
            "audit_events",
            &event.id,
            format!(
                "altered: its columns no longer give its leaf (leaf {}, {})",
                leaf.sequence, event.action
            ),
        );
    }
    if leaf.hash.as_slice() != event.leaf_hash {
        found.contradiction("audit_leaves", leaf.sequence, format!("is not the leaf of event {}", event.id));
    }
    match &leaf.payload {
        None if erasures.contains(&erasure::subject(&event.id)) => found.erased_payloads += 1,
        None => found.contradiction(
            "audit_payloads",
            &event.id,
            format!("gone, and no event says that it was erased (leaf {})", leaf.sequence),
        ),
        Some((salt, payload)) if commitment(salt, payload).as_slice() != event.payload_commitment => {
            found.contradiction(
                "audit_payloads",
                &event.id,
                format!("altered: it is not what its event committed to (leaf {})", leaf.sequence),
            );
        }
        Some(_) => {}
    }
}

fn check_head(
    found: &mut Verified,
    signed: &SignedHead,
    frontier: &Frontier,
    verify_head: &dyn Fn(&TreeHead, &HeadSignature) -> bool,
) {
    let SignedHead { head, signature, frontier: stored } = signed;
    found.checkpoints += 1;
    if *stored != frontier.to_bytes() {
        found.contradiction(
            "audit_checkpoints",
            head.size,
            "its frontier is not the right edge of its leaves",
        );
    }
    if head.root != frontier.root() {
        found.contradiction("audit_checkpoints", head.size, "its root is not the root of its leaves");
    }
    if !verify_head(head, signature) {
        found.contradiction("audit_checkpoints", head.size, "its signature is not the audit key's");
    }
}

struct SignedHead {
    head: TreeHead,
    signature: HeadSignature,
    frontier: Vec<u8>,
}

fn load_heads(db: &mut Database) -> QueryResult<BTreeMap<u64, SignedHead>> {
    type Row = (i64, Vec<u8>, Timestamp, String, Vec<u8>, Vec<u8>);
    let rows: Vec<Row> = audit_checkpoints::table
        .select((
            audit_checkpoints::tree_size,
            audit_checkpoints::root_hash,
            audit_checkpoints::signed_at,
            audit_checkpoints::key_id,
            audit_checkpoints::signature,
            audit_checkpoints::frontier,
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(size, root, at, key_id, signature, frontier)| {
            let size = size as u64;
            let root = root.try_into().unwrap_or_default();
            let head = TreeHead { size, root, at };
            (size, SignedHead { head, signature: HeadSignature { key_id, signature }, frontier })
        })
        .collect())
}

fn last_signed(db: &mut Database) -> QueryResult<u64> {
    let size: Option<i64> =
        audit_checkpoints::table.select(diesel::dsl::max(audit_checkpoints::tree_size)).first(db)?;
    Ok(size.unwrap_or(0) as u64)
}

/// Every event is a leaf or waits to be one.
fn check_events_outside_the_tree(db: &mut Database, found: &mut Verified) -> QueryResult<()> {
    let outside: Vec<(EventRow, Option<String>)> = audit_events::table
        .left_join(audit_leaves::table)
        .left_join(audit_pending::table)
        .filter(audit_leaves::sequence.nullable().is_null())
        .select((EventRow::as_select(), audit_pending::event_id.nullable()))
        .load(db)?;
    for (event, pending) in outside {
        if event.leaf_hash != event.expected_leaf_hash() {
            found.contradiction("audit_events", &event.id, "altered before it got its place");
        }
        match pending {
            Some(_) => found.waiting += 1,
            None => found.contradiction("audit_events", &event.id, "neither in the tree nor waiting for it"),
        }
    }
    Ok(())
}
