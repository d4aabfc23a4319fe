//! What became good since everything was read, taken into memory though nobody has asked about it.
//!
//! Issuing has no number that grows in the order of commits, and needs none here. Each look notes which certificates are
//! unsettled, and the database's time from before its snapshot. Whatever is good at the next look was then either unsettled, and
//! is looked up by its key now that it no longer is, whenever its transaction was begun; or it was not yet recorded as
//! intended, and is settled by that time or later (invariant 3: it became good in a transaction that began after that of its
//! intention had ended). So nothing is missed that commits late.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use store::schema::certificates;
use store::{Database, Timestamp};

use super::load::{UNSETTLED, readable, serials_where};
use super::{Standing, Status, StatusImage, lookup};

/// Rows of one look, so that the log never waits long for it.
const PAGE: i64 = 5_000;

/// By how much the database's clock may be put back between two looks and nothing be missed. So much is read again at each.
const CLOCK_MARGIN: Duration = Duration::from_secs(2);

/// By how much less than ours the database's clock may go on between two looks and not have been put back: a thousandth, and a tenth
/// of a second.
const SLOWER: Duration = Duration::from_millis(100);

/// What the partial index `certificates_settled` holds, in its own words.
const GOOD: &str = "status = 'good'";

/// How far issuing was followed.
#[derive(Debug)]
pub(super) struct Issued {
    /// Whatever is good, and is neither in memory nor among the unsettled, was settled then or later, by the database's clock.
    since: Timestamp,
    /// What was not yet good at the last look, and may be by now.
    unsettled: HashSet<(String, String)>,
    /// What the database's clock said before the last look, and when that was by one that nobody puts back. That one stands still while
    /// this machine sleeps (CLOCK_MONOTONIC): a database's clock that is put back meanwhile, by less than the sleep, is not noticed.
    looked_at: (Timestamp, Instant),
    /// How many rows a look reads.
    page: i64,
    /// How many pages the next look takes as one.
    pages: i64,
}

impl Issued {
    /// From a snapshot on that has these unsettled, and began when the database's clock had said this or later.
    pub(super) fn from(looked_at: (Timestamp, Instant), unsettled: HashSet<(String, String)>) -> Self {
        Self { since: looked_at.0.minus(CLOCK_MARGIN), unsettled, looked_at, page: PAGE, pages: 1 }
    }

    /// Takes a page of what became good into `image`; whether there may be more.
    pub(super) fn follow(&mut self, db: &mut Database, image: &StatusImage) -> QueryResult<bool> {
        self.follow_after(self.looked_at.1.elapsed(), db, image)
    }

    /// The same so long after the look before.
    fn follow_after(
        &mut self,
        passed: Duration,
        db: &mut Database,
        image: &StatusImage,
    ) -> QueryResult<bool> {
        let now = db.now()?;
        let safe = now.minus(CLOCK_MARGIN);
        if now.plus(SLOWER + passed / 1000) < self.looked_at.0.plus(passed) {
            // It was put back, nobody knows when: what was settled since the look before was so no longer ago than that look is.
            self.since = self.since.min(safe.minus(passed));
        }
        self.looked_at = (now, Instant::now());
        let found = db.snapshot(|db| self.look(db, image))?;
        self.unsettled = found.unsettled;
        let is_full = found.count == self.page * self.pages;
        (self.since, self.pages) = match found.first_and_last.filter(|_| is_full) {
            // All of one moment: to read more of it at once is the only way on.
            Some((first, last)) if first == last => (last, 2 * self.pages),
            Some((_, last)) => (last, 1),
            None => (safe, 1),
        };
        Ok(is_full)
    }

    /// As if the look before had been so long ago.
    #[cfg(test)]
    pub(super) fn after_standstill(
        &mut self,
        passed: Duration,
        db: &mut Database,
        image: &StatusImage,
    ) -> QueryResult<bool> {
        self.follow_after(passed, db, image)
    }

    /// The same, with so many rows a look.
    #[cfg(test)]
    pub(super) fn by_pages_of(self, page: i64) -> Self {
        Self { page, ..self }
    }

    fn look(&self, db: &mut Database, image: &StatusImage) -> QueryResult<Found> {
        let unsettled: HashSet<_> = serials_where(db, UNSETTLED)?.into_iter().collect();
        let rows: Vec<Settled> = settled_from(self.since, self.page * self.pages).load(db)?;
        for row in &rows {
            let status = row.held_at.map_or(Status::Good, |at| Status::Held { at });
            if let (Some(serial), Some(standing)) =
                (readable(&row.issuer, &row.serial), Standing::of(&status))
            {
                image.learn(&row.issuer, &serial, standing);
            }
        }
        for (issuer, serial) in self.unsettled.difference(&unsettled) {
            learn_by_key(db, image, issuer, serial)?;
        }
        let moment = |row: Option<&Settled>| row.and_then(|row| row.settled_at);
        let first_and_last = moment(rows.first()).zip(moment(rows.last()));
        Ok(Found { unsettled, count: rows.len() as i64, first_and_last })
    }
}

/// What a look has found.
struct Found {
    unsettled: HashSet<(String, String)>,
    count: i64,
    /// When the first and the last of them became good.
    first_and_last: Option<(Timestamp, Timestamp)>,
}

#[derive(Queryable)]
struct Settled {
    issuer: String,
    serial: String,
    held_at: Option<Timestamp>,
    settled_at: Option<Timestamp>,
}

/// The statement that reads what became good from a moment on, oldest first.
#[diesel::dsl::auto_type]
pub(super) fn settled_from(from: Timestamp, at_most: i64) -> _ {
    let good: SqlLiteral<Bool> = sql(GOOD);
    certificates::table
        .filter(good)
        .filter(certificates::settled_at.ge(from))
        .order(certificates::settled_at)
        .limit(at_most)
        .select((certificates::issuer, certificates::serial, certificates::held_at, certificates::settled_at))
}

/// One that was unsettled and no longer is, unless the page had it: good, or given up, or revoked.
fn learn_by_key(db: &mut Database, image: &StatusImage, issuer: &str, serial: &str) -> QueryResult<()> {
    let Some(serial) = readable(issuer, serial) else { return Ok(()) };
    if image.get(issuer, &serial).is_none()
        && let Some(standing) = Standing::of(&lookup(db, issuer, &serial)?)
    {
        image.learn(issuer, &serial, standing);
    }
    Ok(())
}
