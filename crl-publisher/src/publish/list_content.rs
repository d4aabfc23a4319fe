//! What stands on the opposition list: card number, date, sequence; never a name, never a ground.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use store::schema::card_oppositions;
use store::{Database, Timestamp};

/// One opposed card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable)]
pub struct OppositionEntry {
    /// Grows with each opposition, in the order of commits.
    pub sequence: i64,
    /// The card.
    pub card_number: String,
    /// When it was opposed.
    pub opposed_at: Timestamp,
}

/// `full.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OppositionList {
    /// When the list was made.
    pub issued_at: Timestamp,
    /// When a newer one will have been made, at the latest.
    pub next_update: Timestamp,
    /// The newest sequence on it; zero where no card is opposed. Ask for the changes since this one. Never smaller
    /// than on a list before.
    pub sequence: i64,
    /// Every opposed card, oldest first.
    pub oppositions: Vec<OppositionEntry>,
}

/// `changes/<page>.json`: the oppositions of a thousand sequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// When the page was made, as it stands.
    pub issued_at: Timestamp,
    /// Which page.
    pub page: u32,
    /// The newest sequence of the whole list when the page was made.
    pub sequence: i64,
    /// What stands on this page, oldest first.
    pub oppositions: Vec<OppositionEntry>,
}

/// How many sequences a page of the changes holds.
pub const PAGE_SEQUENCES: i64 = 1000;

/// The page on which a sequence stands. Whoever knows the list up to `n` asks for the page of `n + 1`.
pub(crate) fn page_of(sequence: i64) -> u32 {
    u32::try_from((sequence - 1) / PAGE_SEQUENCES).unwrap_or(0)
}

/// The sequence of the newest opposition; zero where no card is opposed.
pub fn newest(db: &mut Database) -> QueryResult<i64> {
    let newest: Option<i64> =
        card_oppositions::table.select(diesel::dsl::max(card_oppositions::sequence)).first(db)?;
    Ok(newest.unwrap_or(0))
}

/// The newest opposition, if any card is opposed.
pub(crate) fn newest_entry(db: &mut Database) -> QueryResult<Option<OppositionEntry>> {
    let newest = newest(db)?;
    Ok(since(db, newest - 1, 1)?.pop())
}

/// The oppositions after `sequence`, oldest first, at most `limit`.
pub fn since(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<OppositionEntry>> {
    let mut entries: Vec<OppositionEntry> = card_oppositions::table
        .filter(card_oppositions::sequence.gt(sequence))
        .order(card_oppositions::sequence)
        .limit(limit)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .load(db)?;
    // As the lists say it, so that what was published compares equal.
    entries.iter_mut().for_each(|entry| entry.opposed_at = entry.opposed_at.whole_second());
    Ok(entries)
}

/// A header line, and a line for each card.
pub(crate) fn csv(oppositions: &[OppositionEntry]) -> String {
    let mut csv = String::with_capacity(48 * (oppositions.len() + 1));
    csv.push_str("sequence;card_number;opposed_at\n");
    for entry in oppositions {
        csv += &format!("{};{};{}\n", entry.sequence, entry.card_number, entry.opposed_at);
    }
    csv
}

impl OppositionList {
    /// What stands on it after `sequence`, oldest first, at most so many.
    pub(crate) fn after(&self, sequence: i64, most: usize) -> &[OppositionEntry] {
        let from = self.oppositions.partition_point(|entry| entry.sequence <= sequence);
        let to = from.saturating_add(most).min(self.oppositions.len());
        &self.oppositions[from..to]
    }
}
