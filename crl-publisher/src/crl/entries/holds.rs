//! Holds and their releases: the few rows beside the revocations.
//!
//! A certificate is held at a cut of the log where its last event up to there is a hold. What stands in its row is of
//! now: it is believed of a certificate that no later event has moved on since.

use ca_core::status_log::StatusChange;
use diesel::dsl::{auto_type, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

use super::{RevokedRow, Scope};

/// What a partial index of the log holds, in its own words, so that SQLite sees that it serves.
const NOT_FINAL: &str = "certificate_status_events.event <> 'revoked'";

const HELD: &str = StatusChange::Held.name();

/// The last event of its certificate up to the cut, where that is no revocation.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct UnfinalRow {
    pub(crate) serial: String,
    #[diesel(deserialize_as = String)]
    pub(crate) change: StatusChange,
    pub(crate) occurred_at: Timestamp,
    pub(crate) sequence: i64,
}

/// What is held at `cut` as the state has it, in the order of the serial numbers.
pub(super) fn by_state(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    cut: i64,
) -> QueryResult<Vec<RevokedRow>> {
    in_scope!(unfinal(issuer, cut).filter(certificate_status_events::event.eq(HELD)), scope)
        .filter(sql::<Bool>(&as_the_state_has_it(cut)))
        .order(certificates::serial)
        .select(row())
        .load(db)
}

/// The same, as the log has it.
pub(super) fn by_log(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    cut: i64,
) -> QueryResult<Vec<RevokedRow>> {
    in_scope!(unfinal(issuer, cut).filter(certificate_status_events::event.eq(HELD)), scope)
        .order(certificates::serial)
        .select(row())
        .load(db)
}

/// How many certificates of shards, whichever shard, are held at `cut` and have not expired at `at`, as the state has it.
pub(super) fn count_of_shards(db: &mut Database, issuer: &str, cut: i64, at: Timestamp) -> QueryResult<u64> {
    let count: i64 = unfinal(issuer, cut)
        .filter(certificate_status_events::event.eq(HELD))
        .filter(sql::<Bool>(&as_the_state_has_it(cut)))
        .filter(certificates::shard.is_not_null())
        .filter(certificates::not_after.ge(at))
        .count()
        .get_result(db)?;
    Ok(count.unsigned_abs())
}

/// Those of these certificates in this scope whose last event up to `cut` is a hold or a release, as the state has it,
/// in the order of their serial numbers.
pub(crate) fn of(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    serials: &[String],
    cut: i64,
) -> QueryResult<Vec<UnfinalRow>> {
    in_scope!(unfinal(issuer, cut), scope)
        .filter(sql::<Bool>(&as_the_state_has_it(cut)))
        .filter(certificates::serial.eq_any(serials))
        .order(certificates::serial)
        .select((
            certificates::serial,
            certificate_status_events::event,
            certificate_status_events::occurred_at,
            certificate_status_events::sequence,
        ))
        .load(db)
}

/// When each of these certificates was held, as often as it was up to `cut`.
pub(crate) fn all_of(
    db: &mut Database,
    issuer: &str,
    serials: &[String],
    cut: i64,
) -> QueryResult<Vec<(String, Timestamp)>> {
    certificate_status_events::table
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::serial.eq_any(serials))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(sql::<Bool>(NOT_FINAL))
        .filter(certificate_status_events::event.eq(HELD))
        .select((certificate_status_events::serial, certificate_status_events::occurred_at))
        .load(db)
}

/// The columns of a [`RevokedRow`].
#[auto_type]
fn row() -> _ {
    (
        certificates::serial,
        certificate_status_events::occurred_at,
        certificate_status_events::reason,
        certificates::not_after.nullable(),
        certificate_status_events::sequence,
    )
}

/// The certificates whose last event up to `cut` is a hold or a release, each beside it.
#[auto_type]
fn unfinal<'a>(issuer: &'a str, cut: i64) -> _ {
    let not_final: SqlLiteral<Bool> = sql(NOT_FINAL);
    let last: SqlLiteral<Bool> = sql(&last_until(cut));
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::sequence.le(cut))
        .filter(not_final)
        .filter(last)
}

/// Nothing follows in the log up to `cut`. Looked up in the two partial indexes, one after the other.
fn last_until(cut: i64) -> String {
    let between = format!("later.sequence > certificate_status_events.sequence AND later.sequence <= {cut}");
    format!("NOT {} AND NOT {}", exists(&between, "<> 'revoked'"), exists(&between, "= 'revoked'"))
}

/// Its row says what its event says, or an event after `cut` has moved it on.
fn as_the_state_has_it(cut: i64) -> String {
    let after = format!("later.sequence > {cut}");
    format!(
        "((certificates.status = 'good' AND CASE certificate_status_events.event
              WHEN 'held' THEN certificates.held_at = certificate_status_events.occurred_at
              ELSE certificates.held_at IS NULL END)
          OR {} OR {})",
        exists(&after, "<> 'revoked'"),
        exists(&after, "= 'revoked'")
    )
}

fn exists(which: &str, event: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM certificate_status_events later
             WHERE later.issuer = certificate_status_events.issuer
               AND later.serial = certificate_status_events.serial AND later.event {event} AND {which})"
    )
}
