use diesel::prelude::*;
use serde::Serialize;
use store::schema::register_feeds;
use store::{Database, Timestamp};

use super::{Difference, ImportError};
use crate::extract::Form;

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
    /// Lines after the header; while it is imported, how many of them were read.
    pub rows_read: i64,
    /// How many lines the file has after its header; `None` of a feed from before this was kept.
    pub rows_in_file: Option<i64>,
    /// Lines that were refused.
    pub rows_rejected: i64,
    /// Whether it says of those whom it does not name that they are no longer there.
    pub speaks_of_absent: bool,
    /// What it changes; `None` of a feed from before this was kept.
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

/// The newest complete feed of each form that there is one of, in the order of [`Form::ALL`].
pub fn newest_of_each(db: &mut Database) -> Result<Vec<ImportedFeed>, ImportError> {
    let mut newest = Vec::new();
    for form in Form::ALL {
        let row: Option<FeedRow> = register_feeds::table
            .filter(register_feeds::source.eq(form.source).and(register_feeds::status.eq("complete")))
            .order(register_feeds::sequence.desc())
            .select(FeedRow::as_select())
            .first(db)
            .optional()?;
        newest.extend(row.map(FeedRow::read).transpose()?);
    }
    Ok(newest)
}

/// The feed of each form that is being imported, or whose import was broken off, oldest first.
pub fn under_way(db: &mut Database) -> Result<Vec<ImportedFeed>, ImportError> {
    let rows: Vec<FeedRow> = register_feeds::table
        .filter(register_feeds::status.eq("importing"))
        .order(register_feeds::sequence)
        .select(FeedRow::as_select())
        .load(db)?;
    let mut under_way = Vec::new();
    for feed in rows {
        // What a later feed of the form has overtaken is never taken up again.
        let later = register_feeds::table
            .filter(register_feeds::source.eq(&feed.source))
            .filter(register_feeds::sequence.gt(feed.sequence));
        if later.count().get_result::<i64>(db)? == 0 {
            under_way.push(feed.read()?);
        }
    }
    Ok(under_way)
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
    rows_in_file: Option<i64>,
    rows_rejected: i64,
    speaks_of_absent: bool,
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
            rows_in_file: self.rows_in_file,
            rows_rejected: self.rows_rejected,
            speaks_of_absent: self.speaks_of_absent,
            difference: difference.map_err(|_| ImportError::Unreadable)?,
        })
    }
}
