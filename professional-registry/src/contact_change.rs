//! When somebody's telephone or e-mail for correspondence last changed in the restricted feed. Whoever takes a card over has them changed
//! first, so an officer is told; which they were and are stands nowhere but in the feed.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use store::schema::register_contact_changes;
use store::{Database, Timestamp};

use crate::registry::RegistryError;

#[cfg(test)]
mod tests;

/// Where they stand among the kept cells of a line.
const TELEPHONE: usize = 7;
const EMAIL: usize = 8;

/// Which of the two changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The telephone.
    Telephone,
    /// The e-mail.
    Email,
    /// Both.
    Both,
}

impl Changed {
    const ALL: [Self; 3] = [Self::Telephone, Self::Email, Self::Both];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Telephone => "telephone",
            Self::Email => "email",
            Self::Both => "both",
        }
    }

    /// What differs between what stood in the register and what a feed says, both as they are stored; `None` where neither does, or
    /// where either cannot be read: another reader says so.
    pub(crate) fn between(before: &str, after: &str) -> Option<Self> {
        let read = |text| serde_json::from_str::<Vec<Vec<String>>>(text).ok();
        let (before, after) = (read(before)?, read(after)?);
        let differs = |place| cells(&before, place) != cells(&after, place);
        match (differs(TELEPHONE), differs(EMAIL)) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Telephone),
            (false, true) => Some(Self::Email),
            (false, false) => None,
        }
    }
}

fn cells(lines: &[Vec<String>], place: usize) -> BTreeSet<&str> {
    lines
        .iter()
        .filter_map(|line| line.get(place))
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// The last change that a feed brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactChange {
    /// When the feed was read.
    pub changed_at: Timestamp,
    /// Which.
    pub what: Changed,
}

/// When the contact of `person`, an IdNat_PS, last changed; `None` where no feed has changed it. For the worker alone.
pub fn contact_change(db: &mut Database, person: &str) -> Result<Option<ContactChange>, RegistryError> {
    let found: Option<(Timestamp, String)> = register_contact_changes::table
        .find(person)
        .select((register_contact_changes::changed_at, register_contact_changes::what))
        .first(db)
        .optional()?;
    let read = |(changed_at, what): (Timestamp, String)| {
        let what = Changed::ALL.into_iter().find(|one| one.as_str() == what);
        let what =
            what.ok_or(RegistryError::Unreadable { table: "register_contact_changes", column: "what" })?;
        Ok(ContactChange { changed_at, what })
    };
    found.map(read).transpose()
}

/// Keeps that a feed has changed it. Inside the caller's transaction.
pub(crate) fn keep(db: &mut Database, person: &str, feed: i64, change: ContactChange) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO register_contact_changes (subject, feed, changed_at, what) VALUES ($1, $2, $3, $4)
         ON CONFLICT (subject) DO UPDATE SET feed = excluded.feed, changed_at = excluded.changed_at, what = excluded.what",
    )
    .into_boxed()
    .bind::<Text, _>(person)
    .bind::<BigInt, _>(feed)
    .bind::<BigInt, _>(change.changed_at.millis())
    .bind::<Text, _>(change.what.as_str())
    .execute(db)
    .map(drop)
}
