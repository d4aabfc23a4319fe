//! Gives the waiting events their place in the tree, and has its head signed.

use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_checkpoints, audit_events, audit_leaves, audit_pending, audit_subjects};
use crate::{Act, Database, crash_point};

use super::checkpoint::{Checkpoint, Row, SignedCheckpoint};
use super::tree::proof::Span;
use super::tree::stored::{self, TreeError};
use super::tree::{Frontier, Hash, Subtree};

/// How many events one transaction orders, so that an opposition never waits behind a big one.
const BATCH: i64 = 500;

/// How many leaves are read at once while a head is computed.
const PAGE: i64 = 5_000;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequenced {
    /// How many events got their place.
    pub ordered: u64,
    /// The size of the tree under the newest signed head.
    pub signed_size: u64,
}

/// Orders every waiting event, then signs the head where it grew. `origin` names the log; `sign` gives the
/// checkpoint with the log's signature first.
///
/// Two sequencers at once do no harm: the second one's leaves hit the primary key of the
/// first one's, and its transaction is rolled back.
pub fn run<E>(
    db: &mut Database,
    origin: &str,
    sign: &mut dyn FnMut(&mut Database, Checkpoint) -> Result<SignedCheckpoint, E>,
    act: &Act,
) -> Result<Sequenced, E>
where
    E: From<diesel::result::Error> + From<TreeError>,
{
    let mut ordered = 0;
    loop {
        let batch = db.write(order_batch)?;
        crash_point("audit.ordered");
        ordered += batch;
        if (batch as i64) < BATCH {
            break;
        }
    }
    let signed_size = sign_head(db, origin, sign, act)?;
    Ok(Sequenced { ordered, signed_size })
}

fn order_batch(db: &mut Database) -> QueryResult<u64> {
    // An event that has its place and waits all the same was put there by hand: it has its place.
    diesel::delete(
        audit_pending::table
            .filter(audit_pending::event_id.eq_any(audit_leaves::table.select(audit_leaves::event_id))),
    )
    .execute(db)?;
    let waiting: Vec<(String, Vec<u8>, String)> = audit_pending::table
        .inner_join(audit_events::table)
        .select((audit_events::id, audit_events::leaf_hash, audit_events::subject))
        .order((audit_events::occurred_at, audit_events::id))
        .limit(BATCH)
        .load(db)?;
    let (leaves, mut subjects): (Vec<Leaf>, Vec<Subject>) = (next_sequence(db)?..)
        .zip(waiting)
        .map(|(sequence, (event_id, leaf_hash, subject))| {
            (Leaf { sequence, event_id, leaf_hash }, Subject { subject, sequence })
        })
        .unzip();
    subjects.sort();
    insert_leaves(db, &leaves, &subjects)?;
    let placed = leaves.iter().map(|leaf| leaf.event_id.as_str());
    diesel::delete(audit_pending::table.filter(audit_pending::event_id.eq_any(placed))).execute(db)?;
    Ok(leaves.len() as u64)
}

/// A row of `audit_leaves`.
#[derive(Insertable)]
#[diesel(table_name = audit_leaves)]
struct Leaf {
    sequence: i64,
    event_id: String,
    leaf_hash: Vec<u8>,
}

/// A row of `audit_subjects`: what the leaf is about.
#[derive(Insertable, PartialEq, Eq, PartialOrd, Ord)]
#[diesel(table_name = audit_subjects)]
struct Subject {
    subject: String,
    sequence: i64,
}

/// A slice is inserted by each backend in its own way.
fn insert_leaves(db: &mut Database, leaves: &[Leaf], subjects: &[Subject]) -> QueryResult<()> {
    match db {
        Database::Sqlite(c) => {
            diesel::insert_into(audit_leaves::table).values(leaves).execute(c)?;
            diesel::insert_into(audit_subjects::table).values(subjects).execute(c)?;
        }
        Database::Postgresql(c) => {
            diesel::insert_into(audit_leaves::table).values(leaves).execute(c)?;
            diesel::insert_into(audit_subjects::table).values(subjects).execute(c)?;
        }
    }
    Ok(())
}

fn next_sequence(db: &mut Database) -> QueryResult<i64> {
    let last: Option<i64> = audit_leaves::table.select(diesel::dsl::max(audit_leaves::sequence)).first(db)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// The signature is made outside any transaction: an HSM that hangs must not hold a lock.
fn sign_head<E>(
    db: &mut Database,
    origin: &str,
    sign: &mut dyn FnMut(&mut Database, Checkpoint) -> Result<SignedCheckpoint, E>,
    act: &Act,
) -> Result<u64, E>
where
    E: From<diesel::result::Error> + From<TreeError>,
{
    let mut frontier = frontier_below(db, i64::MAX)?;
    let signed_before = frontier.size();
    let full = append_leaves(db, &mut frontier, i64::MAX)?;
    if frontier.size() == signed_before {
        return Ok(signed_before);
    }
    let (size, root) = (frontier.size(), frontier.root());
    let signed = sign(db, Checkpoint { origin: origin.to_owned(), size, root, at: act.at })?;
    let stored = db.write(|db| insert(db, &signed, &frontier, &full));
    match stored {
        Err(error) if crate::database::is_unique_violation(&error) => Ok(size),
        other => other.map(|()| size).map_err(E::from),
    }
}

/// The root over the first `size` leaves, also of those that no head covers yet; none where there are fewer.
pub fn root_at(db: &mut Database, size: u64) -> Result<Option<Hash>, TreeError> {
    let mut frontier = frontier_below(db, size as i64)?;
    append_leaves(db, &mut frontier, size as i64)?;
    Ok((frontier.size() == size).then(|| frontier.root()))
}

/// Appends every leaf after the frontier and before the place `end`; the subtrees that became full. Nothing is
/// signed over a hole.
fn append_leaves(db: &mut Database, frontier: &mut Frontier, end: i64) -> Result<Vec<Subtree>, TreeError> {
    let mut full = Vec::new();
    loop {
        let leaves: Vec<(i64, Vec<u8>)> = audit_leaves::table
            .filter(audit_leaves::sequence.ge(frontier.size() as i64).and(audit_leaves::sequence.lt(end)))
            .order(audit_leaves::sequence)
            .limit(PAGE)
            .select((audit_leaves::sequence, audit_leaves::leaf_hash))
            .load(db)?;
        let last_page = (leaves.len() as i64) < PAGE;
        for (sequence, leaf) in leaves {
            if sequence as u64 != frontier.size() {
                let count = sequence as u64 - frontier.size();
                return Err(TreeError::Hole(Span { level: 0, first: frontier.size(), count }));
            }
            let leaf = leaf.try_into().expect("the table checks that a leaf has 32 octets");
            frontier.push(leaf, &mut |subtree| full.push(subtree));
        }
        if last_page {
            return Ok(full);
        }
    }
}

fn insert(
    db: &mut Database,
    signed: &SignedCheckpoint,
    frontier: &Frontier,
    full: &[Subtree],
) -> QueryResult<()> {
    let row = Row::of(signed, frontier.to_bytes());
    diesel::insert_into(audit_checkpoints::table).values(&row).execute(db)?;
    full.iter().try_for_each(|subtree| stored::insert(db, subtree))
}

/// The right edge under the newest head of at most `size` leaves.
fn frontier_below(db: &mut Database, size: i64) -> QueryResult<Frontier> {
    let stored: Option<Vec<u8>> = audit_checkpoints::table
        .filter(audit_checkpoints::tree_size.le(size))
        .order(audit_checkpoints::tree_size.desc())
        .select(audit_checkpoints::frontier)
        .first(db)
        .optional()?;
    Ok(stored.and_then(|bytes| Frontier::from_bytes(&bytes)).unwrap_or_default())
}
