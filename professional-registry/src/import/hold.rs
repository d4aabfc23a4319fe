//! A feed that a brake stopped: put aside with what it would do, until two officers release it.
//!
//! Who they are and what proves it is the registration authority's. It says so here by a [`Release`]; the database
//! counts their decisions again before the feed's row may be made.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{register_feeds, register_holds, register_merge_cases};
use store::{Act, CryptoRng, Database, Timestamp};

use super::difference::Change;
use super::feed::Written;
use super::{Difference, ImportError, ImportReport};

/// A feed that was put aside, and what it would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// SHA-256 of the file, in hex.
    pub feed: String,
    /// Grows where the same file is put aside again and would do something else.
    pub version: i64,
    /// Which of the extracts it is.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// When the extract was made.
    pub extracted_at: Timestamp,
    /// The newest complete feed of that source, with which it was compared; empty where there was none.
    pub base: String,
    /// Lines after the header.
    pub rows_read: u64,
    /// How many persons, or mailboxes, the register held.
    pub living: u64,
    /// What would become of them.
    pub difference: Difference,
    /// When it was put aside.
    pub held_at: Timestamp,
    /// By whom: the operator's login, or a job.
    pub held_by: String,
}

/// That two officers have released a [`Hold`], as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    hold: Hold,
    officers: [String; 2],
}

impl Release {
    /// `None` where the two are one. To be made only where the proofs of both were verified just now.
    pub fn by_two(hold: Hold, officers: [String; 2]) -> Option<Self> {
        (officers[0] != officers[1]).then_some(Self { hold, officers })
    }

    /// Who they are.
    pub fn officers(&self) -> &[String; 2] {
        &self.officers
    }

    /// What was released.
    pub(crate) fn hold(&self) -> &Hold {
        &self.hold
    }

    /// Whether it lets in what this feed would do now: the register is the one they were told of, and no more cease, change or
    /// come back. Less do where the import of the feed was interrupted.
    pub(super) fn covers(&self, report: &ImportReport, base: &str, change: &Change) -> bool {
        let now = Hold {
            feed: report.feed.clone(),
            source: report.source.to_owned(),
            extracted_at: report.extracted_at,
            base: base.to_owned(),
            difference: change.difference,
            ..self.hold.clone()
        };
        self.hold.covers(&now)
    }
}

/// What a feed was found to do.
pub(super) struct Compared<'a> {
    pub(super) report: &'a ImportReport,
    pub(super) change: &'a Change,
    /// The newest complete feed then.
    pub(super) base: String,
    /// How much all imports had written then.
    pub(super) written: Written,
}

/// Puts an extract aside, as [`stand_aside`] does. Fails where another import wrote meanwhile: the figures would be of neither
/// register. Inside a transaction.
pub(super) fn put_aside(
    db: &mut Database,
    compared: Compared<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Hold, ImportError> {
    let Compared { report, change, base, written } = compared;
    if Written::now(db, report.source)? != written {
        return Err(ImportError::Meanwhile);
    }
    let hold = Hold {
        feed: report.feed.clone(),
        version: 1,
        source: report.source.to_owned(),
        file_name: report.file_name.clone(),
        extracted_at: report.extracted_at,
        base,
        rows_read: report.rows_read,
        living: change.living,
        difference: change.difference,
        held_at: act.at,
        held_by: who(act),
    };
    Ok(stand_aside(db, hold, report.resumed, rng, act)?)
}

/// In whose name something is put aside.
pub(crate) fn who(act: &Act) -> String {
    act.actor.officer().map_or_else(|| act.actor.to_string(), str::to_owned)
}

/// Puts it aside: as the version that stands where nothing of it has changed, else as the next one. One whose import was released and
/// interrupted (`resumed`) stays the version that was released, since what is left of it is less. Inside a transaction.
pub(crate) fn stand_aside(
    db: &mut Database,
    mut hold: Hold,
    resumed: bool,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Hold> {
    let standing = newest(db, &hold.feed)?;
    hold.version = standing.as_ref().map_or(1, |standing| standing.version + 1);
    let stays = |standing: &Hold| standing.says_what(&hold) || (resumed && standing.covers(&hold));
    if let Some(standing) = standing.filter(stays) {
        return Ok(standing);
    }
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let Difference { new, changed, ceased, merged, held, reappeared, .. } = hold.difference;
    diesel::insert_into(register_holds::table)
        .values((
            register_holds::feed.eq(&hold.feed),
            register_holds::version.eq(hold.version),
            register_holds::source.eq(&hold.source),
            register_holds::file_name.eq(&hold.file_name),
            register_holds::extracted_at.eq(hold.extracted_at),
            register_holds::base.eq(&hold.base),
            register_holds::rows_read.eq(count(hold.rows_read)),
            register_holds::living.eq(count(hold.living)),
            register_holds::added.eq(count(new)),
            register_holds::changed.eq(count(changed)),
            register_holds::ceased.eq(count(ceased)),
            register_holds::merged.eq(count(merged)),
            register_holds::kept.eq(count(held)),
            register_holds::reappeared.eq(count(reappeared)),
            register_holds::held_at.eq(hold.held_at),
            register_holds::held_by.eq(&hold.held_by),
        ))
        .execute(db)?;
    let event = Event {
        action: "register.feed-held",
        subject: format!("feed {}", hold.feed),
        payload: json!({
            "version": hold.version, "source": hold.source, "file_name": hold.file_name, "base": hold.base,
            "extracted_at": hold.extracted_at, "living": hold.living, "difference": hold.difference,
        }),
    };
    audit::record(db, event, rng, act)?;
    Ok(hold)
}

impl Hold {
    /// Whether `now` is the same file against the same register, and does no more.
    pub(crate) fn covers(&self, now: &Self) -> bool {
        let parts = |hold: &Self| {
            let Difference { ceased, changed, reappeared, .. } = hold.difference;
            [ceased, changed, reappeared]
        };
        self.feed == now.feed
            && self.source == now.source
            && self.extracted_at == now.extracted_at
            && self.base == now.base
            && parts(now).into_iter().zip(parts(self)).all(|(now, told)| now <= told)
    }

    /// Whether it would do what `other` would, but for who put it aside and when.
    fn says_what(&self, other: &Self) -> bool {
        let other = Self {
            version: self.version,
            held_at: self.held_at,
            held_by: self.held_by.clone(),
            ..other.clone()
        };
        *self == other
    }
}

/// The feed as it was put aside last.
pub fn newest(db: &mut Database, feed: &str) -> QueryResult<Option<Hold>> {
    register_holds::table
        .filter(register_holds::feed.eq(feed))
        .order(register_holds::version.desc())
        .select(HoldRow::as_select())
        .first(db)
        .optional()
        .map(|row| row.map(Hold::from))
}

/// Those that wait: not imported, and no newer feed of their source is complete. The newest version of each, newest
/// extract first, 200 at most.
///
/// Cases of merges are among them until they are settled; no feed overtakes one.
pub fn waiting(db: &mut Database) -> QueryResult<Vec<Hold>> {
    let overtaken = register_feeds::table
        .filter(register_feeds::source.eq(register_holds::source))
        .filter(register_feeds::status.eq("complete"))
        .filter(register_feeds::extracted_at.ge(register_holds::extracted_at));
    let settled = register_merge_cases::table
        .filter(register_merge_cases::id.eq(register_holds::feed))
        .filter(register_merge_cases::outcome.is_not_null());
    let rows: Vec<HoldRow> = register_holds::table
        .filter(diesel::dsl::not(diesel::dsl::exists(overtaken)))
        .filter(diesel::dsl::not(diesel::dsl::exists(settled)))
        .order((register_holds::version.desc(), register_holds::extracted_at.desc(), register_holds::feed))
        .limit(200)
        .select(HoldRow::as_select())
        .load(db)?;
    let mut seen = HashSet::new();
    let mut holds: Vec<Hold> = rows.into_iter().map(Hold::from).collect();
    holds.retain(|hold| seen.insert(hold.feed.clone()));
    holds.sort_by(|a, b| (b.extracted_at, &b.feed).cmp(&(a.extracted_at, &a.feed)));
    Ok(holds)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_holds)]
struct HoldRow {
    feed: String,
    version: i64,
    source: String,
    file_name: String,
    extracted_at: Timestamp,
    base: String,
    rows_read: i64,
    living: i64,
    added: i64,
    changed: i64,
    ceased: i64,
    merged: i64,
    kept: i64,
    reappeared: i64,
    held_at: Timestamp,
    held_by: String,
}

impl From<HoldRow> for Hold {
    fn from(row: HoldRow) -> Self {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Self {
            feed: row.feed,
            version: row.version,
            source: row.source,
            file_name: row.file_name,
            extracted_at: row.extracted_at,
            base: row.base,
            rows_read: count(row.rows_read),
            living: count(row.living),
            difference: Difference {
                new: count(row.added),
                changed: count(row.changed),
                ceased: count(row.ceased),
                merged: count(row.merged),
                held: count(row.kept),
                reappeared: count(row.reappeared),
                unreadable: 0,
            },
            held_at: row.held_at,
            held_by: row.held_by,
        }
    }
}
