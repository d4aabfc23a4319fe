use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::json;
use std::time::Duration;
use store::audit::{self, Event};
use store::schema::register_feeds;
use store::{Act, CryptoRng, Database, Timestamp};

use super::ImportError;
use super::survey::Survey;

/// What the feeds of this kind are called in `register_feeds.source`.
const SOURCE: &str = "ps-libreacces-personne-activite";

/// How far a clock may be behind that of the publisher.
const SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a file stands among the feeds that were seen.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Its sequence, where it was imported already.
    pub(super) complete: Option<i64>,
    /// Its sequence, where an import of it was begun and not finished.
    pub(super) importing: Option<i64>,
}

/// Finds where the file stands; refuses one that is not newer than the newest.
pub(super) fn standing(
    db: &mut Database,
    digest: &str,
    extracted_at: Timestamp,
    act: &Act,
) -> Result<Standing, ImportError> {
    if extracted_at > act.at.plus(SKEW) {
        return Err(ImportError::Future { extracted_at });
    }
    let same: Option<(String, i64)> = register_feeds::table
        .find(digest)
        .select((register_feeds::status, register_feeds::sequence))
        .first(db)
        .optional()?;
    if let Some((status, sequence)) = &same
        && status == "complete"
    {
        return Ok(Standing { complete: Some(*sequence), importing: None });
    }
    // A feed that was begun counts as well: its rows are partly in. Of the same minute, only one that was finished
    // bars the way; one that was not may have been a bad copy of this very file.
    let others: Vec<(Timestamp, String)> = register_feeds::table
        .filter(register_feeds::id.ne(digest).and(register_feeds::extracted_at.ge(extracted_at)))
        .order(register_feeds::extracted_at.desc())
        .limit(20)
        .select((register_feeds::extracted_at, register_feeds::status))
        .load(db)?;
    let bars = |(made, status): &(Timestamp, String)| *made > extracted_at || status == "complete";
    if let Some((newest, _)) = others.into_iter().find(bars) {
        return Err(ImportError::Older { extracted_at, newest });
    }
    Ok(Standing { complete: None, importing: same.map(|(_, sequence)| sequence) })
}

/// A feed to begin.
pub(super) struct Begun<'a> {
    pub(super) digest: &'a str,
    pub(super) file_name: &'a str,
    pub(super) extracted_at: Timestamp,
}

/// A feed that is being imported.
pub(super) struct Feed {
    pub(super) sequence: i64,
}

impl Feed {
    /// Makes the feed's row, or takes up that of an interrupted import. Inside the caller's transaction.
    pub(super) fn begin(
        db: &mut Database,
        feed: &Begun<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, ImportError> {
        // Asked again inside the transaction: another import may have begun since.
        let standing = standing(db, feed.digest, feed.extracted_at, act)?;
        if standing.complete.is_some() {
            return Err(ImportError::Superseded);
        }
        let newest = newest_sequence(db)?;
        if let Some(sequence) = standing.importing {
            // Another file of the same minute was begun since: what it wrote already counts as newer.
            return if sequence == newest { Ok(Self { sequence }) } else { Err(ImportError::Superseded) };
        }
        let sequence = newest + 1;
        diesel::insert_into(register_feeds::table)
            .values((
                register_feeds::id.eq(feed.digest),
                register_feeds::source.eq(SOURCE),
                register_feeds::file_name.eq(feed.file_name),
                register_feeds::extracted_at.eq(feed.extracted_at),
                register_feeds::imported_at.eq(act.at),
                register_feeds::status.eq("importing"),
                register_feeds::sequence.eq(sequence),
                register_feeds::rows_read.eq(0),
                register_feeds::rows_rejected.eq(0),
            ))
            .execute(db)?;
        let event = Event {
            action: "register.import-begun",
            subject: format!("feed {}", feed.digest),
            payload: json!({ "file_name": feed.file_name, "extracted_at": feed.extracted_at, "sequence": sequence }),
        };
        audit::record(db, event, rng, act)?;
        Ok(Self { sequence })
    }

    /// Fails unless this is still the newest feed and unfinished. At the head of every transaction of the import.
    pub(super) fn hold(&self, db: &mut Database, rows_read: u64) -> Result<(), ImportError> {
        if newest_sequence(db)? != self.sequence {
            return Err(ImportError::Superseded);
        }
        let held = diesel::update(register_feeds::table)
            .filter(register_feeds::sequence.eq(self.sequence).and(register_feeds::status.eq("importing")))
            .set(register_feeds::rows_read.eq(counted(rows_read)))
            .execute(db)?;
        if held == 1 { Ok(()) } else { Err(ImportError::Superseded) }
    }

    /// Marks the feed complete. Inside the caller's transaction, which records it.
    pub(super) fn complete(&self, db: &mut Database, survey: &Survey, act: &Act) -> Result<(), ImportError> {
        self.hold(db, survey.rows_read)?;
        diesel::update(register_feeds::table.filter(register_feeds::sequence.eq(self.sequence)))
            .set((
                register_feeds::status.eq("complete"),
                register_feeds::imported_at.eq(act.at),
                register_feeds::rows_rejected.eq(counted(survey.rows_rejected)),
            ))
            .execute(db)?;
        Ok(())
    }
}

fn newest_sequence(db: &mut Database) -> QueryResult<i64> {
    let newest: Option<i64> = register_feeds::table.select(max(register_feeds::sequence)).first(db)?;
    Ok(newest.unwrap_or(0))
}

fn counted(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
