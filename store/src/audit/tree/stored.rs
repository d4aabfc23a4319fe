//! The tree as the database keeps it: every leaf, and the root of every full subtree of `256^n` leaves that a
//! checkpoint covers.

use diesel::prelude::*;
use thiserror::Error;

use crate::Database;
use crate::fault::{self, Code, Fault};
use crate::schema::{audit_leaves, audit_subtrees};

use super::proof::{self, Span};
use super::{Hash, Subtree};

/// A tree that cannot be read.
#[derive(Debug, Error)]
pub enum TreeError {
    /// Leaves or subtrees are not there, though a checkpoint stands over them.
    #[error("the audit tree has a hole: level {}, from {} on, {} hashes", .0.level, .0.first, .0.count)]
    Hole(Span),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TreeError {
    fn code(&self) -> Code {
        match self {
            Self::Hole(_) => fault::AUDIT_ALTERED,
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// The root over the first `size` leaves, which a checkpoint must cover.
pub fn root(db: &mut Database, size: u64) -> Result<Hash, TreeError> {
    proof::root(size, &mut |span| read(db, span))
}

/// The inclusion proof of the leaf at `index` in the tree of `size` leaves, which a checkpoint must cover.
pub fn inclusion(db: &mut Database, index: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    proof::inclusion(index, size, &mut |span| read(db, span))
}

/// The consistency proof between the trees of these sizes; a checkpoint must cover the larger one.
pub fn consistency(db: &mut Database, from: u64, to: u64) -> Result<Vec<Hash>, TreeError> {
    proof::consistency(from, to, &mut |span| read(db, span))
}

/// Keeps a full subtree, inside the transaction of the checkpoint that covers it.
pub(in crate::audit) fn insert(db: &mut Database, subtree: &Subtree) -> QueryResult<()> {
    diesel::insert_into(audit_subtrees::table)
        .values((
            audit_subtrees::level.eq(i64::from(subtree.level)),
            audit_subtrees::place.eq(subtree.place as i64),
            audit_subtrees::root_hash.eq(subtree.root.as_slice()),
        ))
        .execute(db)
        .map(drop)
}

fn read(db: &mut Database, span: Span) -> Result<Vec<Hash>, TreeError> {
    let (first, end) = (span.first as i64, (span.first + span.count) as i64);
    let hashes: Vec<Vec<u8>> = if span.level == 0 {
        audit_leaves::table
            .filter(audit_leaves::sequence.ge(first).and(audit_leaves::sequence.lt(end)))
            .order(audit_leaves::sequence)
            .select(audit_leaves::leaf_hash)
            .load(db)?
    } else {
        audit_subtrees::table
            .filter(audit_subtrees::level.eq(i64::from(span.level)))
            .filter(audit_subtrees::place.ge(first).and(audit_subtrees::place.lt(end)))
            .order(audit_subtrees::place)
            .select(audit_subtrees::root_hash)
            .load(db)?
    };
    let hashes: Vec<Hash> = hashes.into_iter().filter_map(|hash| hash.try_into().ok()).collect();
    if hashes.len() as u64 == span.count { Ok(hashes) } else { Err(TreeError::Hole(span)) }
}
