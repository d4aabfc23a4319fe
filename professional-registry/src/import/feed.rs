use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::json;
use std::time::Duration;
use store::audit::{self, Event};
use store::schema::register_feeds;
use store::{Act, CryptoRng, Database, Timestamp};

use super::brakes::Brakes;
use super::difference::Change;
use super::{Difference, ImportError, Warning};
use crate::extract::Form;
use crate::registry::RegistryError;

/// How far a clock may be behind that of the publisher.
const SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a file stands among the feeds that were seen.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Its sequence, where it was imported already.
    pub(crate) complete: Option<i64>,
    /// What the file was called then.
    pub(crate) called: String,
    /// Its sequence, where an import of it was begun and not finished.
    pub(crate) importing: Option<i64>,
    /// What that began with; `None` of one from before this was kept.
    pub(crate) began_with: Option<Changes>,
}

/// What a feed changes, and what of it is more than usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) difference: Difference,
    pub(crate) warnings: Vec<Warning>,
}

impl Changes {
    /// What a feed does of which `change` is still to be done, and which `began_with` that where its import is taken up.
    pub(super) fn of(brakes: Brakes, change: &Change, began_with: Option<Self>, ceases: bool) -> Self {
        let difference = match &began_with {
            Some(began) => began.difference.taken_up(&change.difference, ceases),
            None => change.difference,
        };
        match began_with {
            Some(began) if began.difference == difference => began,
            _ => Self { difference, warnings: brakes.warnings(&difference, change.living) },
        }
    }

    fn read(difference: Option<&str>, warnings: Option<&str>) -> Result<Option<Self>, ImportError> {
        let (Some(difference), Some(warnings)) = (difference, warnings) else { return Ok(None) };
        let unreadable = |_| ImportError::Unreadable;
        Ok(Some(Self {
            difference: serde_json::from_str(difference).map_err(unreadable)?,
            warnings: serde_json::from_str(warnings).map_err(unreadable)?,
        }))
    }

    fn written(&self) -> (String, String) {
        let json = "numbers and names of what they count are always JSON";
        (
            serde_json::to_string(&self.difference).expect(json),
            serde_json::to_string(&self.warnings).expect(json),
        )
    }
}

/// Finds where the file stands; refuses one that is not newer than the newest.
pub(crate) fn standing(
    db: &mut Database,
    source: &str,
    digest: &str,
    extracted_at: Timestamp,
    act: &Act,
) -> Result<Standing, ImportError> {
    if extracted_at > act.at.plus(SKEW) {
        return Err(ImportError::Future { extracted_at });
    }
    type Same = (String, i64, String, Option<String>, Option<String>);
    let same: Option<Same> = register_feeds::table
        .find(digest)
        .select((
            register_feeds::status,
            register_feeds::sequence,
            register_feeds::file_name,
            register_feeds::difference,
            register_feeds::warnings,
        ))
        .first(db)
        .optional()?;
    if let Some((status, sequence, called, ..)) = &same
        && status == "complete"
    {
        return Ok(Standing { complete: Some(*sequence), called: called.clone(), ..Standing::default() });
    }
    // A feed that was begun counts as well: its rows are partly in. Of the same minute, only one that was finished
    // bars the way; one that was not may have been a bad copy of this very file.
    let others: Vec<(Timestamp, String)> = register_feeds::table
        .filter(register_feeds::source.eq(source))
        .filter(register_feeds::id.ne(digest).and(register_feeds::extracted_at.ge(extracted_at)))
        .order(register_feeds::extracted_at.desc())
        .limit(20)
        .select((register_feeds::extracted_at, register_feeds::status))
        .load(db)?;
    let bars = |(made, status): &(Timestamp, String)| *made > extracted_at || status == "complete";
    if let Some((newest, _)) = others.into_iter().find(bars) {
        return Err(ImportError::Older { extracted_at, newest });
    }
    let Some((_, sequence, called, difference, warnings)) = same else { return Ok(Standing::default()) };
    let began_with = Changes::read(difference.as_deref(), warnings.as_deref())?;
    Ok(Standing { complete: None, called, importing: Some(sequence), began_with })
}

/// A feed to begin.
pub(crate) struct Begun<'a> {
    /// Of what it is a feed: `register_feeds.source`.
    pub(crate) source: &'static str,
    pub(crate) digest: &'a str,
    pub(crate) file_name: &'a str,
    pub(crate) extracted_at: Timestamp,
    /// Lines after the header.
    pub(crate) rows: u64,
    /// What it changes as a whole.
    pub(crate) changes: &'a Changes,
}

/// How many rows a feed has, and how many of them were refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub(crate) read: u64,
    pub(crate) rejected: u64,
}

/// A feed that is being imported.
pub(crate) struct Feed {
    source: &'static str,
    pub(crate) sequence: i64,
    /// How many transactions of it were committed. Who writes must know: of two imports one goes on.
    writes: i64,
}

/// How much all imports of a source have written: what was read of the register before stands while this does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written(i64);

impl Written {
    pub(crate) fn now(db: &mut Database, source: &str) -> QueryResult<Self> {
        let feeds: Vec<i64> = register_feeds::table
            .filter(register_feeds::source.eq(source))
            .select(register_feeds::writes)
            .load(db)?;
        Ok(Self(feeds.iter().map(|writes| writes + 1).sum()))
    }
}

/// Imports begin one after the other, so that the second reads what the first has begun. SQLite's write transactions stand
/// in line already.
fn lock(db: &mut Database) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('register_feeds'), 0)")
            .execute(connection)?;
    }
    Ok(())
}

impl Feed {
    /// Makes the feed's row, or takes up that of an interrupted import. Inside the caller's transaction.
    pub(crate) fn begin(
        db: &mut Database,
        feed: &Begun<'_>,
        compared: Written,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, ImportError> {
        lock(db)?;
        if Written::now(db, feed.source)? != compared {
            return Err(ImportError::Meanwhile);
        }
        // Asked again inside the transaction: another import may have begun since.
        let standing = standing(db, feed.source, feed.digest, feed.extracted_at, act)?;
        if standing.complete.is_some() {
            return Err(ImportError::Superseded);
        }
        let (source, newest) = (feed.source, newest_sequence(db, Some(feed.source))?);
        if let Some(sequence) = standing.importing {
            // Another file of the same minute was begun since: what it wrote already counts as newer.
            if sequence != newest {
                return Err(ImportError::Superseded);
            }
            let writes = register_feeds::table.find(feed.digest).select(register_feeds::writes).first(db)?;
            // Whoever had begun it finds that he is no longer who writes.
            let mut taken = Self { source, sequence, writes };
            taken.hold(db, 0)?;
            taken.writes += 1;
            taken.say(db, feed.changes)?;
            return Ok(taken);
        }
        let sequence = newest_sequence(db, None)? + 1;
        let (difference, warnings) = feed.changes.written();
        diesel::insert_into(register_feeds::table)
            .values((
                register_feeds::id.eq(feed.digest),
                register_feeds::source.eq(source),
                register_feeds::file_name.eq(feed.file_name),
                register_feeds::extracted_at.eq(feed.extracted_at),
                register_feeds::imported_at.eq(act.at),
                register_feeds::status.eq("importing"),
                register_feeds::sequence.eq(sequence),
                register_feeds::rows_read.eq(0),
                register_feeds::rows_rejected.eq(0),
                register_feeds::writes.eq(0),
                register_feeds::rows_in_file.eq(counted(feed.rows)),
                register_feeds::difference.eq(difference),
                register_feeds::warnings.eq(warnings),
            ))
            .execute(db)?;
        let event = Event {
            action: "register.import-begun",
            subject: format!("feed {}", feed.digest),
            payload: json!({ "source": source, "file_name": feed.file_name, "extracted_at": feed.extracted_at, "sequence": sequence }),
        };
        audit::record(db, event, rng, act)?;
        Ok(Self { source, sequence, writes: 0 })
    }

    /// Writes in one transaction of this import, of which `rows_read` rows have been read. Fails where this is no
    /// longer the newest feed, or another import has taken it up.
    pub(crate) fn write<T>(
        &mut self,
        db: &mut Database,
        rows_read: u64,
        write: impl FnOnce(&mut Database, i64) -> Result<T, ImportError>,
    ) -> Result<T, ImportError> {
        let written = db.write(|db| {
            self.hold(db, rows_read)?;
            write(db, self.sequence)
        })?;
        self.writes += 1;
        Ok(written)
    }

    fn hold(&self, db: &mut Database, rows_read: u64) -> Result<(), ImportError> {
        if newest_sequence(db, Some(self.source))? != self.sequence {
            return Err(ImportError::Superseded);
        }
        let held = diesel::update(register_feeds::table)
            .filter(register_feeds::sequence.eq(self.sequence).and(register_feeds::status.eq("importing")))
            .filter(register_feeds::writes.eq(self.writes))
            .set((
                register_feeds::rows_read.eq(counted(rows_read)),
                register_feeds::writes.eq(self.writes + 1),
            ))
            .execute(db)?;
        if held == 1 { Ok(()) } else { Err(ImportError::Superseded) }
    }

    /// Writes what the feed changes as a whole: one that is taken up is told otherwise where the operator tells it otherwise.
    fn say(&self, db: &mut Database, changes: &Changes) -> QueryResult<()> {
        let (difference, warnings) = changes.written();
        diesel::update(register_feeds::table.filter(register_feeds::sequence.eq(self.sequence)))
            .set((register_feeds::difference.eq(difference), register_feeds::warnings.eq(warnings)))
            .execute(db)
            .map(drop)
    }

    /// Marks the feed complete, with what it changed; `ceases`: whom it does not name is no longer there. Inside the caller's transaction, which
    /// records it.
    pub(crate) fn complete(
        &self,
        db: &mut Database,
        rows: Rows,
        changes: &Changes,
        ceases: bool,
        act: &Act,
    ) -> Result<(), ImportError> {
        self.hold(db, rows.read)?;
        self.say(db, changes)?;
        diesel::update(register_feeds::table.filter(register_feeds::sequence.eq(self.sequence)))
            .set((
                register_feeds::status.eq("complete"),
                register_feeds::imported_at.eq(act.at),
                register_feeds::rows_rejected.eq(counted(rows.rejected)),
                register_feeds::speaks_of_absent.eq(ceases),
            ))
            .execute(db)?;
        Ok(())
    }
}

/// The newest feed of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestFeed {
    /// Its place among all feeds.
    pub sequence: i64,
    /// SHA-256 of the file, in hex.
    pub feed: String,
    /// Whether all of it is in the register; if not, some of it is.
    pub complete: bool,
    /// Whether it says of those whom it does not name that they are no longer there.
    pub speaks_of_absent: bool,
}

/// The newest feed of a form, finished or not.
pub fn newest(db: &mut Database, form: &Form) -> QueryResult<Option<NewestFeed>> {
    let row: Option<(i64, String, String, bool)> = register_feeds::table
        .filter(register_feeds::source.eq(form.source))
        .order(register_feeds::sequence.desc())
        .select((
            register_feeds::sequence,
            register_feeds::id,
            register_feeds::status,
            register_feeds::speaks_of_absent,
        ))
        .first(db)
        .optional()?;
    Ok(row.map(|(sequence, feed, status, speaks_of_absent)| NewestFeed {
        sequence,
        feed,
        complete: status == "complete",
        speaks_of_absent,
    }))
}

/// Whether the feed of this sequence ended, or changed, more at once than a day usually brings: whom it does not name may stand in the part
/// of it that was cut off. False of a feed from before this was kept.
pub fn is_warned_of(db: &mut Database, sequence: i64) -> Result<bool, RegistryError> {
    let stored: Option<Option<String>> = register_feeds::table
        .filter(register_feeds::sequence.eq(sequence))
        .select(register_feeds::warnings)
        .first(db)
        .optional()?;
    let Some(stored) = stored.flatten() else { return Ok(false) };
    let unreadable = |_| RegistryError::Unreadable { table: "register_feeds", column: "warnings" };
    let warnings: Vec<Warning> = serde_json::from_str(&stored).map_err(unreadable)?;
    Ok(warnings.iter().any(|warning| warning.what.is_of_who_leaves()))
}

/// The digest of the newest complete feed of a source; empty where there is none.
pub(crate) fn base(db: &mut Database, source: &str) -> QueryResult<String> {
    let newest = register_feeds::table
        .filter(register_feeds::source.eq(source).and(register_feeds::status.eq("complete")))
        .order(register_feeds::sequence.desc())
        .select(register_feeds::id)
        .first(db)
        .optional()?;
    Ok(newest.unwrap_or_default())
}

/// The sequence of the newest feed of a source, or of all.
fn newest_sequence(db: &mut Database, source: Option<&str>) -> QueryResult<i64> {
    let newest: Option<i64> = match source {
        Some(source) => register_feeds::table
            .filter(register_feeds::source.eq(source))
            .select(max(register_feeds::sequence))
            .first(db)?,
        None => register_feeds::table.select(max(register_feeds::sequence)).first(db)?,
    };
    Ok(newest.unwrap_or(0))
}

fn counted(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
