use diesel::prelude::*;
use serde::Serialize;
use store::schema::register_feeds;
use store::{Database, Timestamp};

use super::{Difference, ImportError};

/// A feed as it was imported, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedFeed {
    /// Its place among all feeds.
    pub sequence: i64,
    /// SHA-256 of the file, in hex.
    pub feed: String,
    /// Which of the extracts it is.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// When the extract was made.
    pub extracted_at: Timestamp,
    /// When its import ended; when it began, while it runs.
    pub imported_at: Timestamp,
    /// `complete`, or `importing`.
    pub status: String,
    /// Lines after the header.
    pub rows_read: i64,
    /// Lines that were refused.
    pub rows_rejected: i64,
    /// What it changed; `None` while it is imported, and of a feed from before this was kept.
    pub difference: Option<Difference>,
}

/// The newest feeds of all forms, newest first.
pub fn newest_feeds(db: &mut Database, limit: i64) -> Result<Vec<ImportedFeed>, ImportError> {
    let rows: Vec<FeedRow> = register_feeds::table
        .order(register_feeds::sequence.desc())
        .limit(limit)
        .select(FeedRow::as_select())
        .load(db)?;
    rows.into_iter().map(FeedRow::read).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_feeds)]
struct FeedRow {
    sequence: i64,
    id: String,
    source: String,
    file_name: String,
    extracted_at: Timestamp,
    imported_at: Timestamp,
    status: String,
    rows_read: i64,
    rows_rejected: i64,
    difference: Option<String>,
}

impl FeedRow {
    fn read(self) -> Result<ImportedFeed, ImportError> {
        let difference = self.difference.as_deref().map(serde_json::from_str).transpose();
        Ok(ImportedFeed {
            sequence: self.sequence,
            feed: self.id,
            source: self.source,
            file_name: self.file_name,
            extracted_at: self.extracted_at,
            imported_at: self.imported_at,
            status: self.status,
            rows_read: self.rows_read,
            rows_rejected: self.rows_rejected,
            difference: difference.map_err(|_| ImportError::Unreadable)?,
        })
    }
}
