//! The status log, read row by row and page by page: what it says of each certificate, beside what its row says.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

use crate::scope::Scope;

/// Rows a query.
const PAGE: i64 = 20_000;

/// How many events are sorted in memory rather than looked up by serial number, for each scope.
const FEW: i64 = 50_000;

/// The same of a shard, of which there may be hundreds.
const FEW_OF_A_SHARD: i64 = 5_000;

/// What the log says of a certificate, beside what its row says.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct Logged {
    pub(crate) sequence: i64,
    pub(crate) issuer: String,
    /// Upper-case hexadecimal.
    pub(crate) serial: String,
    /// `revoked`, `held` or `released`.
    pub(crate) event: String,
    pub(crate) reason: String,
    pub(crate) occurred_at: Timestamp,
    since: Option<Timestamp>,
    pub(crate) not_after: Timestamp,
    status: String,
    revoked_at: Option<Timestamp>,
    revocation_reason: Option<String>,
    held_at: Option<Timestamp>,
}

impl Logged {
    /// It ended.
    pub(crate) fn is_revocation(&self) -> bool {
        self.event == "revoked"
    }

    /// Its hold was lifted.
    pub(crate) fn is_release(&self) -> bool {
        self.event == "released"
    }

    /// Under which date it is published: since when it was held, of what was revoked while it was.
    pub(crate) fn dated(&self) -> Timestamp {
        self.since.unwrap_or(self.occurred_at)
    }

    /// Whether something else was said of the certificate a moment before, as an answer that is on its way may.
    pub(crate) fn follows_a_hold(&self) -> bool {
        self.since.is_some() || self.is_release()
    }

    /// Why its row contradicts it, where it is the last of its certificate; nothing where it does not.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let held = match self.event.as_str() {
            "revoked" => {
                let row = (self.status.as_str(), self.revoked_at, self.revocation_reason.as_deref());
                return (row != ("revoked", Some(self.dated()), Some(self.reason.as_str()))).then(|| {
                    format!(
                        "the log says revoked at {} ({}), its row says {}",
                        self.dated(),
                        self.reason,
                        self.status
                    )
                });
            }
            "held" => Some(self.occurred_at),
            _ => None,
        };
        (self.status != "good" || self.held_at != held).then(|| {
            let held_at = self.held_at.map_or("never".to_owned(), |at| at.to_string());
            format!(
                "the log says {} at {}, its row says {}, held {held_at}",
                self.event, self.occurred_at, self.status
            )
        })
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn events() -> _ {
    certificate_status_events::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .eq(certificate_status_events::issuer)
                .and(certificates::serial.eq(certificate_status_events::serial))),
        )
        .select((
            certificate_status_events::sequence,
            certificate_status_events::issuer,
            certificate_status_events::serial,
            certificate_status_events::event,
            certificate_status_events::reason,
            certificate_status_events::occurred_at,
            certificate_status_events::since,
            certificates::not_after,
            certificates::status,
            certificates::revoked_at,
            certificates::revocation_reason,
            certificates::held_at,
        ))
}

/// A status event that ends a certificate. As a literal, and not as a bound value, it lets both databases use their
/// index of (issuer, serial), which is over these events alone.
pub(crate) fn is_revocation() -> SqlLiteral<Bool> {
    sql("certificate_status_events.event = 'revoked'")
}

/// A status event of a hold or of its end: the same of the index that holds these.
fn is_not_final() -> SqlLiteral<Bool> {
    sql("certificate_status_events.event <> 'revoked'")
}

/// A status event that none of the same certificate follows. By the index of those that end one, and by that of the others.
pub(crate) fn is_last() -> SqlLiteral<Bool> {
    sql("NOT EXISTS (
             SELECT 1 FROM certificate_status_events later
             WHERE later.issuer = certificate_status_events.issuer AND later.serial = certificate_status_events.serial
               AND later.sequence > certificate_status_events.sequence AND later.event = 'revoked')
         AND NOT EXISTS (
             SELECT 1 FROM certificate_status_events later
             WHERE later.issuer = certificate_status_events.issuer AND later.serial = certificate_status_events.serial
               AND later.sequence > certificate_status_events.sequence AND later.event <> 'revoked')")
}

/// A query over [`events`], left to the certificates of the scope. (A boxed query over a join has no name that a function
/// could return.)
macro_rules! in_scope {
    ($query:expr, $scope:expr) => {{
        let query = $query.filter(certificate_status_events::issuer.eq(&$scope.issuer)).into_boxed();
        match &$scope.shard {
            None => query,
            Some(shard) => query.filter(certificates::shard.eq(shard.number)),
        }
    }};
}

/// The last word of the log after `base` and up to `cut` on every certificate of the scope that it speaks of there, by
/// serial number.
pub(crate) fn for_each<E: From<diesel::result::Error>>(
    db: &mut Database,
    scope: &Scope,
    (base, cut): (i64, i64),
    f: &mut dyn FnMut(&mut Database, &Logged) -> Result<(), E>,
) -> Result<(), E> {
    let few = if scope.shard.is_some() { FEW_OF_A_SHARD } else { FEW };
    if cut.saturating_sub(base) <= few {
        let rows: Vec<Logged> = in_scope!(events(), scope)
            .filter(certificate_status_events::sequence.gt(base))
            .filter(certificate_status_events::sequence.le(cut))
            .load(db)?;
        return last_of_each(rows).iter().try_for_each(|row| f(db, row));
    }
    let unfinal: Vec<Logged> = in_scope!(events(), scope)
        .filter(is_not_final())
        .filter(certificate_status_events::sequence.gt(base))
        .filter(certificate_status_events::sequence.le(cut))
        .load(db)?;
    let mut unfinal = last_of_each(unfinal).into_iter().peekable();
    let mut after = String::new();
    loop {
        let following = in_scope!(events(), scope)
            .filter(is_revocation())
            .filter(certificate_status_events::sequence.gt(base))
            .filter(certificate_status_events::sequence.le(cut))
            .limit(PAGE);
        // By the index of the certificates of a shard, or by that of the authority's events: the same serial numbers.
        let rows: Vec<Logged> = if scope.shard.is_some() {
            following.filter(certificates::serial.gt(&after)).order(certificates::serial).load(db)?
        } else {
            following
                .filter(certificate_status_events::serial.gt(&after))
                .order(certificate_status_events::serial)
                .load(db)?
        };
        for row in &rows {
            while let Some(before) = unfinal.next_if(|before| before.serial <= row.serial) {
                // What was held and then revoked is revoked.
                if before.serial != row.serial {
                    f(db, &before)?;
                }
            }
            f(db, row)?;
        }
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after.clone_from(&last.serial),
            _ => return unfinal.try_for_each(|row| f(db, &row)),
        }
    }
}

/// The last of each certificate, by serial number.
fn last_of_each(mut rows: Vec<Logged>) -> Vec<Logged> {
    rows.sort_by(|a, b| (&a.serial, a.sequence).cmp(&(&b.serial, b.sequence)));
    let mut last: Vec<Logged> = Vec::with_capacity(rows.len());
    for row in rows {
        match last.last_mut().filter(|before| before.serial == row.serial) {
            Some(before) => *before = row,
            None => last.push(row),
        }
    }
    last
}

/// The event that ended this certificate, if it has.
pub(crate) fn ended(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Option<Logged>> {
    events()
        .filter(is_revocation())
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::serial.eq(serial))
        .first(db)
        .optional()
}

/// Its holds and their ends, oldest first.
pub(crate) fn holds(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Vec<Logged>> {
    events()
        .filter(is_not_final())
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::serial.eq(serial))
        .order(certificate_status_events::sequence)
        .load(db)
}

/// The last word of the log on this certificate, if there is one.
pub(crate) fn last(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Option<Logged>> {
    match ended(db, issuer, serial)? {
        Some(ended) => Ok(Some(ended)),
        None => Ok(holds(db, issuer, serial)?.pop()),
    }
}

/// The newest events, the newest first.
pub(crate) fn newest(db: &mut Database, limit: i64) -> QueryResult<Vec<Logged>> {
    events().order(certificate_status_events::sequence.desc()).limit(limit).load(db)
}

/// The first event of a scope after a place in the log.
pub(crate) fn first_after(db: &mut Database, scope: &Scope, sequence: i64) -> QueryResult<Option<Logged>> {
    in_scope!(events(), scope)
        .filter(certificate_status_events::sequence.gt(sequence))
        .order(certificate_status_events::sequence)
        .first(db)
        .optional()
}

/// Of how many certificates of a scope the log speaks after `base` and up to `cut`.
pub(crate) fn count_between(db: &mut Database, scope: &Scope, (base, cut): (i64, i64)) -> QueryResult<i64> {
    in_scope!(events(), scope)
        .filter(certificate_status_events::sequence.gt(base).and(certificate_status_events::sequence.le(cut)))
        .select(sql::<BigInt>("count(DISTINCT certificate_status_events.serial)"))
        .get_result(db)
}

/// The sequence of the newest event of all that was dated at `until` or before; zero where there is none.
pub(crate) fn newest_event_until(db: &mut Database, until: Timestamp) -> QueryResult<i64> {
    let newest: Option<i64> = certificate_status_events::table
        .filter(certificate_status_events::occurred_at.le(until))
        .order(certificate_status_events::sequence.desc())
        .select(certificate_status_events::sequence)
        .first(db)
        .optional()?;
    Ok(newest.unwrap_or(0))
}
