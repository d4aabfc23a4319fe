//! Gives the waiting events their place in the tree, and has its head signed.

use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{audit_checkpoints, audit_events, audit_leaves, audit_pending};
use crate::{Act, Database, Timestamp};

use super::tree::{Frontier, Hash};

/// How many events one transaction orders, so that an opposition never waits behind a big one.
const BATCH: i64 = 500;

/// A tree head to be signed. What is signed is [`TreeHead::signed_bytes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves the tree has.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Hash,
    /// When the head was made.
    pub at: Timestamp,
}

impl TreeHead {
    /// Three lines of text, each ended by a line feed: purpose, size, root, time.
    pub fn signed_bytes(&self) -> Vec<u8> {
        format!("igc-audit-checkpoint-v1\n{}\n{}\n{}\n", self.size, hex::encode(self.root), self.at.millis())
            .into_bytes()
    }
}

/// A signature over a tree head.
#[derive(Clone, Debug)]
pub struct HeadSignature {
    /// Which key signed, by name.
    pub key_id: String,
    /// The signature, as the key's algorithm encodes it.
    pub signature: Vec<u8>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequenced {
    /// How many events got their place.
    pub ordered: u64,
    /// The size of the tree under the newest signed head.
    pub signed_size: u64,
}

/// Orders every waiting event, then signs the head where it grew.
///
/// Two sequencers at once do no harm: the second one's leaves hit the primary key of the
/// first one's, and its transaction is rolled back.
pub fn run<E>(
    db: &mut Database,
    sign: &mut dyn FnMut(&mut Database, &TreeHead) -> Result<HeadSignature, E>,
    act: &Act,
) -> Result<Sequenced, E>
where
    E: From<diesel::result::Error>,
{
    let mut ordered = 0;
    loop {
        let batch = db.write(order_batch)?;
        ordered += batch;
        if (batch as i64) < BATCH {
            break;
        }
    }
    let signed_size = sign_head(db, sign, act)?;
    Ok(Sequenced { ordered, signed_size })
}

fn order_batch(db: &mut Database) -> QueryResult<u64> {
    // An event that has its place and waits all the same was put there by hand: it has its place.
    diesel::delete(
        audit_pending::table
            .filter(audit_pending::event_id.eq_any(audit_leaves::table.select(audit_leaves::event_id))),
    )
    .execute(db)?;
    let waiting: Vec<(String, Vec<u8>)> = audit_pending::table
        .inner_join(audit_events::table)
        .select((audit_events::id, audit_events::leaf_hash))
        .order((audit_events::occurred_at, audit_events::id))
        .limit(BATCH)
        .load(db)?;
    for (sequence, (id, leaf)) in (next_sequence(db)?..).zip(&waiting) {
        diesel::insert_into(audit_leaves::table)
            .values((
                audit_leaves::sequence.eq(sequence),
                audit_leaves::event_id.eq(id),
                audit_leaves::leaf_hash.eq(leaf),
            ))
            .execute(db)?;
        diesel::delete(audit_pending::table.find(id)).execute(db)?;
    }
    Ok(waiting.len() as u64)
}

fn next_sequence(db: &mut Database) -> QueryResult<i64> {
    let last: Option<i64> = audit_leaves::table.select(diesel::dsl::max(audit_leaves::sequence)).first(db)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// The signature is made outside any transaction: an HSM that hangs must not hold a lock.
fn sign_head<E>(
    db: &mut Database,
    sign: &mut dyn FnMut(&mut Database, &TreeHead) -> Result<HeadSignature, E>,
    act: &Act,
) -> Result<u64, E>
where
    E: From<diesel::result::Error>,
{
    let mut frontier = last_frontier(db)?;
    let signed_before = frontier.size();
    let leaves: Vec<Vec<u8>> = audit_leaves::table
        .filter(audit_leaves::sequence.ge(signed_before as i64))
        .order(audit_leaves::sequence)
        .select(audit_leaves::leaf_hash)
        .load(db)?;
    for leaf in leaves {
        frontier.push(leaf.try_into().expect("the table checks that a leaf has 32 octets"));
    }
    if frontier.size() == signed_before {
        return Ok(signed_before);
    }
    let head = TreeHead { size: frontier.size(), root: frontier.root(), at: act.at };
    let signed = sign(db, &head)?;
    let stored = diesel::insert_into(audit_checkpoints::table)
        .values((
            audit_checkpoints::tree_size.eq(head.size as i64),
            audit_checkpoints::root_hash.eq(head.root.as_slice()),
            audit_checkpoints::frontier.eq(frontier.to_bytes()),
            audit_checkpoints::signed_at.eq(head.at),
            audit_checkpoints::key_id.eq(&signed.key_id),
            audit_checkpoints::signature.eq(&signed.signature),
        ))
        .execute(db);
    match stored {
        Err(error) if crate::database::is_unique_violation(&error) => Ok(head.size),
        other => other.map(|_| head.size).map_err(E::from),
    }
}

fn last_frontier(db: &mut Database) -> QueryResult<Frontier> {
    let stored: Option<Vec<u8>> = audit_checkpoints::table
        .order(audit_checkpoints::tree_size.desc())
        .select(audit_checkpoints::frontier)
        .first(db)
        .optional()?;
    Ok(stored.and_then(|bytes| Frontier::from_bytes(&bytes)).unwrap_or_default())
}
