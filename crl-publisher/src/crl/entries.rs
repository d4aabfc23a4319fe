//! Which certificates stand on a CRL: read from the database, in the order of their serial numbers.
//!
//! The writer asks the state (`certificates`), the verifier asks the log
//! (`certificate_status_events`): where the two contradict each other, nothing is published.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::{certificate_status_events, certificates};
use store::{Database, Timestamp};

/// Rows a query: enough that the round trips do not count, few enough to cost no memory.
const PAGE: i64 = 20_000;

/// A revoked certificate.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct RevokedRow {
    /// The serial number, upper-case hexadecimal.
    pub(crate) serial: String,
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

/// Every revoked certificate of `issuer` up to `cut` of the log, as the state has it.
pub(crate) fn for_each_by_state<E: From<DieselError>>(
    db: &mut Database,
    issuer: &str,
    cut: i64,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    paged(
        |after| {
            following(issuer, cut, after)
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
    cut: i64,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    paged(
        |after| {
            following(issuer, cut, after)
                .filter(certificate_status_events::event.eq("revoked"))
                .select((
                    certificate_status_events::serial,
                    certificate_status_events::occurred_at,
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

/// The certificates that the log names up to `cut`, each beside its event, from after a serial number on.
#[auto_type]
fn following<'a>(issuer: &'a str, cut: i64, after: &'a str) -> _ {
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.gt(after))
        .filter(certificate_status_events::sequence.le(cut))
        .order(certificates::serial)
}

/// How many certificates of `issuer` the log ends after `base` and up to `cut`.
pub(crate) fn count_by_log(db: &mut Database, issuer: &str, base: i64, cut: i64) -> QueryResult<u64> {
    let count: i64 = certificate_status_events::table
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::sequence.gt(base))
        .filter(certificate_status_events::sequence.le(cut))
        .count()
        .get_result(db)?;
    Ok(count.unsigned_abs())
}

/// Those of these certificates that the log ends after `base` and up to `cut`, as the state has them, each
/// with its place in the log, in the order of their serial numbers.
pub(crate) fn by_state(
    db: &mut Database,
    issuer: &str,
    serials: &[String],
    (base, cut): (i64, i64),
) -> QueryResult<Vec<(String, i64, Timestamp, String)>> {
    certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(certificates::issuer)
                .and(certificate_status_events::serial.eq(certificates::serial))),
        )
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.eq_any(serials))
        .filter(certificates::status.eq("revoked"))
        .filter(certificate_status_events::sequence.gt(base))
        .filter(certificate_status_events::sequence.le(cut))
        .order(certificates::serial)
        .select((
            certificates::serial,
            certificate_status_events::sequence,
            certificates::revoked_at.assume_not_null(),
            certificates::revocation_reason.assume_not_null(),
        ))
        .load(db)
}

fn paged<E: From<DieselError>>(
    mut page: impl FnMut(&str) -> QueryResult<Vec<RevokedRow>>,
    f: &mut dyn FnMut(&RevokedRow) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = String::new();
    loop {
        let rows = page(&after)?;
        rows.iter().try_for_each(&mut *f)?;
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after.clone_from(&last.serial),
            _ => return Ok(()),
        }
    }
}
