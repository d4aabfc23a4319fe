//! What the log speaks of between two places of it: what a delta CRL says.

use ca_core::status_log::{self, StatusEvent};
use diesel::dsl::{auto_type, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

use super::{Scope, ended};

/// `in_scope!` of a query over the log alone. What came since a base is little beside all certificates: so the log is read,
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
