//! Which certificates stand on a CRL: read from the database, in the order of their serial numbers.
//!
//! The writer asks the state (`certificates`), the verifier asks the log
//! (`certificate_status_events`): where the two contradict each other, nothing is published.

use ca_core::serial::SerialNumber;
use diesel::dsl::{auto_type, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Bool};
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

use super::Scope;
use super::entry_reason::EntryReason;

/// Rows a query: enough that the round trips do not count, few enough to cost no memory.
const PAGE: i64 = 10_000;

/// Said in so many words, not as a parameter, it lets SQLite find the event of a certificate by the index that holds
/// these alone; without it the log was read anew for each certificate.
const REVOKED: &str = "certificate_status_events.event = 'revoked'";

/// The same of the state: an index of what is revoked holds all that a CRL says of it.
const REVOKED_BY_STATE: &str = "certificates.status = 'revoked'";

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

mod changes;
pub(crate) mod holds;
mod ordered;

pub(crate) use changes::{by_log, by_state, count_by_log};
use ordered::Ordered;

/// A revoked certificate, or one that is held, which a CRL lists for certificateHold.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct RevokedRow {
    pub(crate) serial: SerialNumber,
    /// The date under which it is listed: of its hold, where it was held.
    pub(crate) revoked_at: Timestamp,
    pub(crate) reason: EntryReason,
    /// The certificate's last second; none where the log revokes it and its row does not.
    pub(crate) not_after: Option<Timestamp>,
    /// Its place in the status log.
    pub(crate) sequence: i64,
}

/// The newest full CRL that is at least one period of the schedule old.
///
/// "An entry MUST NOT be removed from the CRL until it appears on one regularly scheduled CRL
/// issued beyond the revoked certificate's validity period." (RFC 5280 §3.3) Where CRLs are made oftener than by the
/// schedule, one alone may have been seen by nobody: an entry stays on each for a whole period after its end.
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
        regular
            .zip(row.not_after)
            .is_some_and(|(crl, not_after)| crl.this_update > not_after && row.sequence <= crl.log_sequence)
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
    let columns = (
        certificates::revoked_at.assume_not_null(),
        certificates::revocation_reason.assume_not_null(),
        certificates::not_after,
    );
    type Columns = (Timestamp, EntryReason, Timestamp);
    let row = |serial, (revoked_at, reason, not_after): Columns, sequence| {
        let not_after = Some(not_after);
        RevokedRow { serial, revoked_at, reason, not_after, sequence }
    };
    if let Some(shard) = scope.shard() {
        let mut rows = Ordered::new(|db, after| {
            of_shard(issuer, shard, cut, after)
                .filter(sql::<Bool>(REVOKED_BY_STATE))
                .select((certificates::serial, (columns, certificate_status_events::sequence)))
                .limit(PAGE)
                .load(db)
        });
        let mut next = |db: &mut Database| {
            Ok(rows.next(db)?.map(|(serial, (columns, sequence))| row(serial, columns, sequence)))
        };
        return hand_on(db, held, &mut next, f);
    }
    let mut state = Ordered::new(|db, after| {
        by_state_alone(issuer, after).select((certificates::serial, columns)).limit(PAGE).load(db)
    });
    let mut log = Ordered::new(|db, after| {
        let columns = (certificate_status_events::serial, certificate_status_events::sequence);
        by_log_alone(issuer, cut, after).select(columns).limit(PAGE).load(db)
    });
    let mut next = |db: &mut Database| {
        // One that the log revokes later than `cut`, or never, is passed by.
        while let Some((serial, columns)) = state.next(db)? {
            if let Some(sequence) = log.of(db, &serial)? {
                return Ok(Some(row(serial, columns, sequence)));
            }
        }
        Ok(None)
    };
    hand_on(db, held, &mut next, f)
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
    let columns =
        (sql::<BigInt>(DATED), certificate_status_events::reason, certificate_status_events::sequence);
    type Columns = (Timestamp, EntryReason, i64);
    let row = |serial, (revoked_at, reason, sequence): Columns, not_after| RevokedRow {
        serial,
        revoked_at,
        reason,
        not_after,
        sequence,
    };
    if let Some(shard) = scope.shard() {
        let mut rows = Ordered::new(|db, after| {
            of_shard(issuer, shard, cut, after)
                .select((certificates::serial, (columns.clone(), certificates::not_after)))
                .limit(PAGE)
                .load(db)
        });
        let mut next = |db: &mut Database| {
            Ok(rows.next(db)?.map(|(serial, (columns, not_after))| row(serial, columns, Some(not_after))))
        };
        return hand_on(db, held, &mut next, f);
    }
    let mut log = Ordered::new(|db, after| {
        let columns = (certificate_status_events::serial, columns.clone());
        by_log_alone(issuer, cut, after).select(columns).limit(PAGE).load(db)
    });
    let mut state = Ordered::new(|db, after| {
        let columns = (certificates::serial, certificates::not_after);
        by_state_alone(issuer, after).select(columns).limit(PAGE).load(db)
    });
    let mut next = |db: &mut Database| {
        let Some((serial, columns)) = log.next(db)? else { return Ok(None) };
        let not_after = state.of(db, &serial)?;
        Ok(Some(row(serial, columns, not_after)))
    };
    hand_on(db, held, &mut next, f)
}

/// The certificates of `issuer` whose rows say that they are revoked, from after a serial number on.
#[auto_type]
pub(super) fn by_state_alone<'a>(issuer: &'a str, after: &'a str) -> _ {
    let revoked: SqlLiteral<Bool> = sql(REVOKED_BY_STATE);
    certificates::table
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.gt(after))
        .filter(revoked)
        .order(certificates::serial)
}

/// The events that revoke certificates of `issuer` up to `cut`, from after a serial number on.
#[auto_type]
pub(super) fn by_log_alone<'a>(issuer: &'a str, cut: i64, after: &'a str) -> _ {
    let revoked: SqlLiteral<Bool> = sql(REVOKED);
    certificate_status_events::table
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::serial.gt(after))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(revoked)
        .order(certificate_status_events::serial)
}

/// The certificates of a shard that the log revokes up to `cut`, each beside its event, from after a serial
/// number on: the log of all certificates is not read for each shard.
#[auto_type]
pub(super) fn of_shard<'a>(issuer: &'a str, shard: u32, cut: i64, after: &'a str) -> _ {
    let revoked: SqlLiteral<Bool> = sql(REVOKED);
    let shard: i64 = shard as i64;
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::shard.eq(shard))
        .filter(certificates::serial.gt(after))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(revoked)
        .order(certificates::serial)
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

/// Hands on the rows, and between them, by their serial numbers, what is held.
fn hand_on<E: From<DieselError>>(
    db: &mut Database,
    held: Vec<RevokedRow>,
    next: &mut dyn FnMut(&mut Database) -> QueryResult<Option<RevokedRow>>,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    let mut held = held.into_iter().peekable();
    while let Some(row) = next(db)? {
        while let Some(held) = held.next_if(|held| held.serial < row.serial) {
            f(&held)?;
        }
        f(&row)?;
    }
    held.try_for_each(|row| f(&row))
}
