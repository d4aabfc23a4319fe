//! Walks the whole trail again: rows against leaves, leaves against signed heads, and both against the
//! checkpoints that somebody keeps outside the database.

mod outside;
mod walk;

use std::fmt;

use diesel::prelude::*;
use serde::Serialize;

use crate::Database;
use crate::schema::{audit_checkpoints, audit_events, audit_leaves, audit_pending};

use super::checkpoint::{self, SignedCheckpoint};
use super::erasure;
use super::event::EventRow;
use walk::Walk;

pub use outside::Outside;

const PAGE: i64 = 1000;

/// A row that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// Table and key, `audit_events 3f0c…`; or a checkpoint kept outside and its size, `witness 120`.
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
    /// Checkpoints kept outside the database, each compared with the tree.
    pub outside: u64,
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

/// What the trail must agree with.
pub struct Expected<'a> {
    /// The log's name.
    pub origin: &'a str,
    /// Whether a checkpoint carries that name and a signature of the log's key.
    pub is_ours: &'a dyn Fn(&SignedCheckpoint) -> bool,
    /// What is kept outside the database.
    pub outside: Vec<Outside<'a>>,
}

/// Verifies the trail on one picture of the database.
pub fn run(db: &mut Database, expected: Expected<'_>) -> QueryResult<Verified> {
    db.snapshot(|db| {
        let mut walk = Walk::begin(expected, last_signed(db)?, erasure::subjects(db)?);
        while walk.page(db)? {}
        let (mut found, size, origin) = walk.end();
        for beyond in checkpoint::list(db, origin, size, PAGE)? {
            let size = beyond.checkpoint.size;
            found.contradiction("audit_checkpoints", size, "signed over more leaves than there are");
        }
        walk::check_subtree_count(db, &mut found, size)?;
        check_events_outside_the_tree(db, &mut found)?;
        check_waiting_room(db, &mut found)?;
        walk::check_subject_count(db, &mut found)?;
        if found.events > 0 && found.unsigned == size {
            let what = format!("no signed head stands over {size} leaves");
            found.contradiction("audit_checkpoints", "none", what);
        }
        if found.events == 0 && found.waiting == 0 {
            let what = "the trail is empty: an installation begins with its ceremony";
            found.contradiction("audit_events", "none", what);
        }
        Ok(found)
    })
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

fn check_waiting_room(db: &mut Database, found: &mut Verified) -> QueryResult<()> {
    let twice: Vec<String> = audit_pending::table
        .filter(audit_pending::event_id.eq_any(audit_leaves::table.select(audit_leaves::event_id)))
        .select(audit_pending::event_id)
        .load(db)?;
    for event in twice {
        found.contradiction("audit_pending", event, "waits for a place that it has");
    }
    Ok(())
}
