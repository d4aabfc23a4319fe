//! Which certificates stand on a CRL: read from the database, in the order of their serial numbers.
//!
//! The writer asks the state (`certificates`), the verifier asks the log
//! (`certificate_status_events`): where the two contradict each other, nothing is published.

use ca_core::status_log::{self, StatusEvent};
use diesel::dsl::{auto_type, exists, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Bool};
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

use super::Scope;

/// Rows a query: enough that the round trips do not count, few enough to cost no memory.
const PAGE: i64 = 20_000;

/// Said in so many words, not as a parameter, it lets SQLite find the event of a certificate by the index that holds
/// these alone; without it the log was read anew for each certificate.
const REVOKED: &str = "certificate_status_events.event = 'revoked'";

/// Under which date the log has an event published ([`StatusEvent::dated`]).
const DATED: &str = "coalesce(certificate_status_events.since, certificate_status_events.occurred_at)";

/// A query over `certificates`, left to those of the scope. (Boxed queries over joins have no name to be written as
/// the result of a function.)
macro_rules! in_scope {
    ($query:expr, $scope:expr) => {{
        let query = $query.into_boxed();
        match $scope.shard() {
            Some(shard) => query.filter(certificates::shard.eq(i64::from(shard))),
            None => query,
        }
    }};
}

/// The same of a query over the log alone. What came since a base is little beside all certificates: so the log is read,
/// and each certificate in it looked up; a join would leave it to the database to begin with the certificates.
macro_rules! in_scope_of_log {
    ($query:expr, $scope:expr) => {{
        let query = $query.into_boxed();
        match $scope.shard() {
            Some(shard) => query.filter(exists(
                certificates::table
                    .filter(certificates::issuer.eq(certificate_status_events::issuer))
                    .filter(certificates::serial.eq(certificate_status_events::serial))
                    .filter(certificates::shard.eq(i64::from(shard))),
            )),
            None => query,
        }
    }};
}

pub(crate) mod holds;

/// A revoked certificate, or one that is held, which a CRL lists for certificateHold.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct RevokedRow {
    /// The serial number, upper-case hexadecimal.
    pub(crate) serial: String,
    /// The date under which it is listed: of its hold, where it was held.
    pub(crate) revoked_at: Timestamp,
    /// The reason's name in RFC 5280 §5.3.1.
    pub(crate) reason: String,
    /// The certificate's last second.
    pub(crate) not_after: Timestamp,
    /// Its place in the status log.
    pub(crate) sequence: i64,
}

/// The newest full CRL that has stood for its regular time.
///
/// "An entry MUST NOT be removed from the CRL until it appears on one regularly scheduled CRL
/// issued beyond the revoked certificate's validity period." (RFC 5280 §3.3) A CRL that was
/// replaced before its time may have been seen by nobody, so it does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegularCrl {
    pub(crate) this_update: Timestamp,
    /// The status log up to here stands on it.
    pub(crate) log_sequence: i64,
}

impl RegularCrl {
    /// Whether an entry has done its time (invariant 10). Once true it stays true: a later regular
    /// CRL has a later thisUpdate and a later cut.
    pub(crate) fn releases(regular: Option<Self>, row: &RevokedRow) -> bool {
        regular.is_some_and(|crl| crl.this_update > row.not_after && row.sequence <= crl.log_sequence)
    }
}

/// Every certificate of `issuer` in this scope that is revoked or held at `cut` of the log, as the state has it.
pub(crate) fn for_each_by_state<E: From<DieselError>>(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    cut: i64,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    let held = holds::by_state(db, issuer, scope, cut)?;
    paged(
        held,
        |after| {
            in_scope!(following(issuer, cut, after), scope)
                .filter(certificates::status.eq("revoked"))
                .select((
                    certificates::serial,
                    certificates::revoked_at.assume_not_null(),
                    certificates::revocation_reason.assume_not_null(),
                    certificates::not_after,
                    certificate_status_events::sequence,
                ))
                .limit(PAGE)
                .load(db)
        },
        f,
    )
}

/// The same, as the log has it.
pub(crate) fn for_each_by_log<E: From<DieselError>>(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    cut: i64,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    let held = holds::by_log(db, issuer, scope, cut)?;
    paged(
        held,
        |after| {
            in_scope!(following(issuer, cut, after), scope)
                .select((
                    certificate_status_events::serial,
                    sql::<BigInt>(DATED),
                    certificate_status_events::reason,
                    certificates::not_after,
                    certificate_status_events::sequence,
                ))
                .limit(PAGE)
                .load(db)
        },
        f,
    )
}

/// The certificates that the log revokes up to `cut`, each beside its event, from after a serial number on.
#[auto_type]
pub(super) fn following<'a>(issuer: &'a str, cut: i64, after: &'a str) -> _ {
    let revoked: SqlLiteral<Bool> = sql(REVOKED);
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.gt(after))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(revoked)
        .order(certificates::serial)
}

/// How many certificates of `issuer` in this scope the log speaks of after `base` and up to `cut`.
pub(crate) fn count_by_log(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    (base, cut): (i64, i64),
) -> QueryResult<u64> {
    let count: i64 = in_scope_of_log!(logged(issuer, base, cut), scope)
        .select(sql::<BigInt>("count(DISTINCT certificate_status_events.serial)"))
        .get_result(db)?;
    Ok(count.unsigned_abs())
}

/// The last word of the log on each certificate of `issuer` in this scope that it speaks of after `base` and up to `cut`,
/// in the order of their serial numbers.
pub(crate) fn by_log(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    (base, cut): (i64, i64),
) -> QueryResult<Vec<StatusEvent>> {
    let events: Vec<StatusEvent> = in_scope_of_log!(logged(issuer, base, cut), scope)
        .order((certificate_status_events::serial, certificate_status_events::sequence))
        .select(status_log::COLUMNS)
        .load(db)?;
    let mut last: Vec<StatusEvent> = Vec::with_capacity(events.len());
    for event in events {
        match last.last_mut().filter(|before| before.serial == event.serial) {
            Some(before) => *before = event,
            None => last.push(event),
        }
    }
    Ok(last)
}

/// What the log says of `issuer` after `base` and up to `cut`.
#[auto_type]
fn logged<'a>(issuer: &'a str, base: i64, cut: i64) -> _ {
    certificate_status_events::table
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::sequence.gt(base))
        .filter(certificate_status_events::sequence.le(cut))
}

/// Those of these certificates in this scope that the log revokes after `base` and up to `cut`, as the state has them,
/// each with its place in the log, in the order of their serial numbers.
pub(crate) fn by_state(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    serials: &[String],
    (base, cut): (i64, i64),
) -> QueryResult<Vec<(String, i64, Timestamp, String)>> {
    in_scope!(ended(issuer, base, cut), scope)
        .filter(certificates::serial.eq_any(serials))
        .filter(certificates::status.eq("revoked"))
        .order(certificates::serial)
        .select((
            certificates::serial,
            certificate_status_events::sequence,
            certificates::revoked_at.assume_not_null(),
            certificates::revocation_reason.assume_not_null(),
        ))
        .load(db)
}

/// How many certificates of shards of `issuer`, whichever shard, are revoked or held at `cut` and have not expired at
/// `at`, as the state has it.
pub(crate) fn count_of_shards(db: &mut Database, issuer: &str, cut: i64, at: Timestamp) -> QueryResult<u64> {
    let count: i64 = ended(issuer, 0, cut)
        .filter(certificates::shard.is_not_null())
        .filter(certificates::status.eq("revoked"))
        .filter(certificates::not_after.ge(at))
        .count()
        .get_result(db)?;
    Ok(count.unsigned_abs() + holds::count_of_shards(db, issuer, cut, at)?)
}

/// The certificates that the log revokes after `base` and up to `cut`, each beside its event.
#[auto_type]
fn ended<'a>(issuer: &'a str, base: i64, cut: i64) -> _ {
    let revoked: SqlLiteral<Bool> = sql(REVOKED);
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificates::issuer.eq(issuer))
        .filter(certificate_status_events::sequence.gt(base))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(revoked)
}

/// Hands on the rows page by page, and between them, by their serial numbers, what is held.
fn paged<E: From<DieselError>>(
    held: Vec<RevokedRow>,
    mut page: impl FnMut(&str) -> QueryResult<Vec<RevokedRow>>,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    let mut held = held.into_iter().peekable();
    let mut after = String::new();
    loop {
        let rows = page(&after)?;
        for row in &rows {
            while let Some(held) = held.next_if(|held| held.serial < row.serial) {
                f(&held)?;
            }
            f(row)?;
        }
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after.clone_from(&last.serial),
            _ => return held.try_for_each(|row| f(&row)),
        }
    }
}
