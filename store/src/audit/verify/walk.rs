//! Along the leaves, from the first one to the last.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::Database;
use crate::audit::checkpoint::{self, SignedCheckpoint};
use crate::audit::erasure;
use crate::audit::event::{EventRow, commitment};
use crate::audit::tree::{Frontier, Hash, Subtree, TILE_HEIGHT};
use crate::schema::{audit_events, audit_leaves, audit_payloads, audit_subjects, audit_subtrees};

use super::outside::Kept;
use super::{Expected, PAGE, Verified};

pub(super) struct Walk<'a> {
    origin: &'a str,
    is_ours: &'a dyn Fn(&SignedCheckpoint) -> bool,
    outside: Vec<Kept<'a>>,
    erasures: BTreeSet<String>,
    found: Verified,
    frontier: Frontier,
    /// The size under the newest head: subtrees are stored up to here.
    signed_size: u64,
    next: i64,
}

impl<'a> Walk<'a> {
    pub(super) fn begin(expected: Expected<'a>, signed_size: u64, erasures: BTreeSet<String>) -> Self {
        Self {
            origin: expected.origin,
            is_ours: expected.is_ours,
            outside: expected.outside.into_iter().map(Kept::begin).collect(),
            erasures,
            found: Verified::default(),
            frontier: Frontier::default(),
            signed_size,
            next: 0,
        }
    }

    /// One page of leaves; false when there was none.
    pub(super) fn page(&mut self, db: &mut Database) -> QueryResult<bool> {
        let leaves = load_page(db, self.next)?;
        let mut heads: BTreeMap<u64, checkpoint::Row> = checkpoint::rows(db, self.frontier.size(), PAGE)?
            .into_iter()
            .map(|row| (row.tree_size as u64, row))
            .collect();
        for leaf in &leaves {
            check_leaf(&mut self.found, leaf, self.next, &self.erasures);
            self.next = leaf.sequence + 1;
            let mut full = Vec::new();
            self.frontier.push(leaf.hash, &mut |subtree| full.push(subtree));
            let size = self.frontier.size();
            for subtree in full.iter().filter(|_| size <= self.signed_size) {
                check_subtree(db, &mut self.found, subtree)?;
            }
            if let Some(row) = heads.remove(&size) {
                check_head(&mut self.found, &row, &self.frontier, self.origin, self.is_ours);
            }
            for kept in &mut self.outside {
                kept.compare(&mut self.found, self.is_ours, size, || self.frontier.root());
            }
        }
        Ok(!leaves.is_empty())
    }

    /// What was found, the size of the tree, and the log's name.
    pub(super) fn end(mut self) -> (Verified, u64, &'a str) {
        let size = self.frontier.size();
        for kept in self.outside {
            kept.conclude(&mut self.found, self.is_ours, size);
        }
        self.found.unsigned = size - self.signed_size.min(size);
        (self.found, size, self.origin)
    }
}

struct LeafRow {
    sequence: i64,
    hash: Hash,
    event: Option<EventRow>,
    event_id: String,
    payload: Option<(Vec<u8>, String)>,
    /// Whether who asks by the event's subject finds it.
    found_by_subject: bool,
}

fn load_page(db: &mut Database, from: i64) -> QueryResult<Vec<LeafRow>> {
    type Row = (i64, String, Vec<u8>, Option<EventRow>, Option<(Vec<u8>, String)>, Option<i64>);
    let rows: Vec<Row> = audit_leaves::table
        .left_join(audit_events::table)
        .left_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_leaves::event_id)))
        .left_join(
            audit_subjects::table.on(audit_subjects::subject
                .eq(audit_events::subject)
                .and(audit_subjects::sequence.eq(audit_leaves::sequence))),
        )
        .filter(audit_leaves::sequence.ge(from))
        .order(audit_leaves::sequence)
        .limit(PAGE)
        .select((
            audit_leaves::sequence,
            audit_leaves::event_id,
            audit_leaves::leaf_hash,
            Option::<EventRow>::as_select(),
            (audit_payloads::salt, audit_payloads::payload).nullable(),
            audit_subjects::sequence.nullable(),
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(sequence, event_id, hash, event, payload, by_subject)| LeafRow {
            sequence,
            event_id,
            // A leaf of another length cannot equal any hash, which is what is checked next.
            hash: hash.try_into().unwrap_or_default(),
            event,
            payload,
            found_by_subject: by_subject.is_some(),
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
    if !leaf.found_by_subject {
        let what = format!("is not found by what event {} is about", event.id);
        found.contradiction("audit_subjects", leaf.sequence, what);
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
    row: &checkpoint::Row,
    frontier: &Frontier,
    origin: &str,
    is_ours: &dyn Fn(&SignedCheckpoint) -> bool,
) {
    found.checkpoints += 1;
    let signed = row.signed(origin);
    let size = signed.checkpoint.size;
    if row.frontier != frontier.to_bytes() {
        found.contradiction("audit_checkpoints", size, "its frontier is not the right edge of its leaves");
    }
    if signed.checkpoint.root != frontier.root() {
        found.contradiction("audit_checkpoints", size, "its root is not the root of its leaves");
    }
    if !is_ours(&signed) {
        found.contradiction("audit_checkpoints", size, "its signature is not the audit key's");
    }
}

/// The stored root of a full subtree is the root of its leaves.
fn check_subtree(db: &mut Database, found: &mut Verified, subtree: &Subtree) -> QueryResult<()> {
    let stored: Option<Vec<u8>> = audit_subtrees::table
        .find((i64::from(subtree.level), subtree.place as i64))
        .select(audit_subtrees::root_hash)
        .first(db)
        .optional()?;
    let key = format!("{} {}", subtree.level, subtree.place);
    match stored {
        None => found.contradiction("audit_subtrees", key, "missing: no proof can be made from it"),
        Some(root) if root != subtree.root => {
            found.contradiction("audit_subtrees", key, "is not the root of its leaves");
        }
        Some(_) => {}
    }
    Ok(())
}

/// Each leaf whose event stands was found by its subject, or named; what is left over leads astray.
pub(super) fn check_subject_count(db: &mut Database, found: &mut Verified) -> QueryResult<()> {
    let stored: i64 = audit_subjects::table.count().get_result(db)?;
    let astray = (stored as u64).saturating_sub(found.events);
    if astray > 0 {
        let what = format!("{astray} more than there are leaves");
        found.contradiction("audit_subjects", stored, what);
    }
    Ok(())
}

/// No subtree stands beyond the tree.
pub(super) fn check_subtree_count(db: &mut Database, found: &mut Verified, size: u64) -> QueryResult<()> {
    let stored: Vec<(i64, Option<i64>)> = audit_subtrees::table
        .group_by(audit_subtrees::level)
        .select((audit_subtrees::level, diesel::dsl::max(audit_subtrees::place)))
        .load(db)?;
    for (level, last) in stored {
        let most = size.checked_shr(TILE_HEIGHT * level as u32).unwrap_or(0);
        if let Some(last) = last.filter(|last| *last as u64 >= most) {
            found.contradiction("audit_subtrees", format!("{level} {last}"), "stands over no leaves");
        }
    }
    Ok(())
}
