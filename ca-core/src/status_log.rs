//! The status log, read: OCSP, deltas and lists are cut from it (invariant 8).

use diesel::prelude::*;
use store::schema::{certificate_status_counter, certificate_status_events};
use store::{Database, Timestamp};

/// One line of the log: a certificate that ended.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct StatusEvent {
    /// Its place; grows in the order of commits.
    pub sequence: i64,
    /// Short name of the issuing authority.
    pub issuer: String,
    /// The serial number, upper-case hexadecimal.
    pub serial: String,
    /// The reason's name in RFC 5280 §5.3.1.
    pub reason: String,
    /// The revocation date.
    pub occurred_at: Timestamp,
}

/// The events after `sequence`, oldest first, at most `limit`.
pub fn since(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<StatusEvent>> {
    certificate_status_events::table
        .filter(certificate_status_events::sequence.gt(sequence))
        .order(certificate_status_events::sequence)
        .limit(limit)
        .select((
            certificate_status_events::sequence,
            certificate_status_events::issuer,
            certificate_status_events::serial,
            certificate_status_events::reason,
            certificate_status_events::occurred_at,
        ))
        .load(db)
}

/// The sequence of the newest event; zero where nothing ever ended.
pub fn newest(db: &mut Database) -> QueryResult<i64> {
    certificate_status_counter::table.find(1).select(certificate_status_counter::last).first(db)
}
