//! When somebody's telephone or e-mail for correspondence last changed in the restricted feed. Whoever takes a card over has them changed
//! first, so an officer is told; what they were and are, and which of them changed, stands nowhere but in the feed.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use store::schema::register_contact_changes;
use store::{Database, Timestamp};

#[cfg(test)]
mod tests;

/// Where they stand among the kept cells of a line.
const TELEPHONE: usize = 7;
const EMAIL: usize = 8;

/// Changes that one transaction forgets.
const AT_ONCE: i64 = 1000;

/// What is stored of somebody of whom nothing is known any more.
pub(crate) const EMPTIED: &str = "[]";

/// Whether telephone or e-mail differ between what stood in the register and what a feed says, both as they are stored; not where either
/// cannot be read: another reader says so.
pub(crate) fn differs(before: &str, after: &str) -> bool {
    let read = |text| serde_json::from_str::<Vec<Vec<String>>>(text).ok();
    let (Some(before), Some(after)) = (read(before), read(after)) else { return false };
    [TELEPHONE, EMAIL].into_iter().any(|place| cells(&before, place) != cells(&after, place))
}

fn cells(lines: &[Vec<String>], place: usize) -> BTreeSet<&str> {
    lines
        .iter()
        .filter_map(|line| line.get(place))
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// What stays of somebody whom the restricted feed no longer names, of `content` as it is stored: telephone and e-mail, and nothing in the
/// place of anything else; nothing at all where it cannot be read.
pub(crate) fn contact_alone(content: &str) -> String {
    let mut lines: Vec<Vec<String>> = serde_json::from_str(content).unwrap_or_default();
    for line in &mut lines {
        let others = line.iter_mut().enumerate().filter(|(place, _)| ![TELEPHONE, EMAIL].contains(place));
        others.for_each(|(_, cell)| cell.clear());
    }
    lines.dedup();
    serde_json::to_string(&lines).expect("text is always JSON")
}

/// When the contact of `person`, an IdNat_PS, last changed, by the clock of whoever began to read the feed that changed it: what is compared
/// with it is days away. `None` where no feed has, or where it was [forgotten](forget_contact_changes). For the worker alone.
pub fn contact_changed_at(db: &mut Database, person: &str) -> QueryResult<Option<Timestamp>> {
    register_contact_changes::table
        .find(person)
        .select(register_contact_changes::changed_at)
        .first(db)
        .optional()
}

/// Keeps that a feed has changed it, in the place of the change before. Inside the caller's transaction.
pub(crate) fn keep(db: &mut Database, person: &str, feed: i64, changed_at: Timestamp) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO register_contact_changes (subject, feed, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (subject) DO UPDATE SET feed = excluded.feed, changed_at = excluded.changed_at",
    )
    .into_boxed()
    .bind::<Text, _>(person)
    .bind::<BigInt, _>(feed)
    .bind::<BigInt, _>(changed_at.millis())
    .execute(db)
    .map(drop)
}

/// Forgets the changes that are older than `before`, in transactions of their own; how many. Can be called any number of times. Needs the
/// rights of the database's owner.
pub fn forget_contact_changes(db: &mut Database, before: Timestamp) -> QueryResult<usize> {
    let mut forgotten = 0;
    loop {
        let due: Vec<String> = register_contact_changes::table
            .filter(register_contact_changes::changed_at.lt(before))
            .order(register_contact_changes::changed_at)
            .limit(AT_ONCE)
            .select(register_contact_changes::subject)
            .load(db)?;
        if due.is_empty() {
            return Ok(forgotten);
        }
        forgotten += db.write(|db| {
            // Whose contact changed again meanwhile stays.
            let gone = register_contact_changes::table
                .filter(register_contact_changes::subject.eq_any(&due))
                .filter(register_contact_changes::changed_at.lt(before));
            diesel::delete(gone).execute(db)
        })?;
    }
}
