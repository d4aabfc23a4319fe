//! The status log: OCSP, deltas and lists are cut from it (invariant 8).

use std::fmt;

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{certificate_status_counter, certificate_status_events};
use store::{Act, CryptoRng, Database, Timestamp};

/// The reason of a hold (RFC 5280 §5.3.1).
pub const CERTIFICATE_HOLD: &str = "certificateHold";

/// The reason under which the release of a hold stands on deltas, and nowhere else (RFC 5280 §5.3.1).
pub const REMOVE_FROM_CRL: &str = "removeFromCRL";

/// What a line of the log says of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// It ended: nothing follows.
    Revoked,
    /// It may not be relied on for now.
    Held,
    /// It may be relied on again: only what is held is released.
    Released,
}

impl StatusChange {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Held => "held",
            Self::Released => "released",
        }
    }
}

impl fmt::Display for StatusChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A line whose event no version of this program has written.
#[derive(Debug, thiserror::Error)]
#[error("the status log has an event {0:?}")]
pub struct UnknownChange(String);

impl TryFrom<String> for StatusChange {
    type Error = UnknownChange;

    fn try_from(text: String) -> Result<Self, UnknownChange> {
        [Self::Revoked, Self::Held, Self::Released]
            .into_iter()
            .find(|change| change.name() == text)
            .ok_or(UnknownChange(text))
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct StatusEvent {
    /// Its place; grows in the order of commits.
    pub sequence: i64,
    /// Short name of the issuing authority.
    pub issuer: String,
    /// The serial number, upper-case hexadecimal.
    pub serial: String,
    /// What happened.
    #[diesel(deserialize_as = String)]
    pub change: StatusChange,
    /// The reason's name in RFC 5280 §5.3.1.
    pub reason: String,
    /// When it happened, by the database's clock.
    pub occurred_at: Timestamp,
    /// Since when a certificate that was revoked had been held, where that is earlier.
    pub since: Option<Timestamp>,
}

impl StatusEvent {
    /// The date under which it is published. "The revocation date shall be the date the certificate was placed on hold"
    /// (X.509, on holds that become final): what was signed while it was held never becomes good.
    pub fn dated(&self) -> Timestamp {
        self.since.unwrap_or(self.occurred_at)
    }
}

/// The columns of a [`StatusEvent`], in its order.
pub const COLUMNS: Columns = (
    certificate_status_events::sequence,
    certificate_status_events::issuer,
    certificate_status_events::serial,
    certificate_status_events::event,
    certificate_status_events::reason,
    certificate_status_events::occurred_at,
    certificate_status_events::since,
);

/// The type of [`COLUMNS`].
pub type Columns = (
    certificate_status_events::sequence,
    certificate_status_events::issuer,
    certificate_status_events::serial,
    certificate_status_events::event,
    certificate_status_events::reason,
    certificate_status_events::occurred_at,
    certificate_status_events::since,
);

/// The events after `sequence`, oldest first, at most `limit`.
pub fn since(db: &mut Database, sequence: i64, limit: i64) -> QueryResult<Vec<StatusEvent>> {
    certificate_status_events::table
        .filter(certificate_status_events::sequence.gt(sequence))
        .order(certificate_status_events::sequence)
        .limit(limit)
        .select(COLUMNS)
        .load(db)
}

/// The sequence of the newest event; zero where nothing ever ended.
pub fn newest(db: &mut Database) -> QueryResult<i64> {
    certificate_status_counter::table.find(1).select(certificate_status_counter::last).first(db)
}

/// Takes the log's counter before any certificate row, so that two who write of several certificates wait for each
/// other instead of locking each other out, and holds it to the commit: sequence order is commit order.
pub(crate) fn lock_counter(db: &mut Database) -> QueryResult<()> {
    diesel::update(certificate_status_counter::table.find(1))
        .set(certificate_status_counter::last.eq(certificate_status_counter::last))
        .execute(db)?;
    Ok(())
}

/// What is written of a certificate.
pub(crate) struct NewStatusEvent<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) serial: &'a str,
    pub(crate) change: StatusChange,
    pub(crate) reason: &'a str,
    pub(crate) occurred_at: Timestamp,
    pub(crate) since: Option<Timestamp>,
}

/// Writes a line, with the event of the audit trail that says all of it; its place. The caller has [locked](lock_counter) the
/// counter.
pub(crate) fn append(
    db: &mut Database,
    new: &NewStatusEvent<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<i64> {
    diesel::update(certificate_status_counter::table.find(1))
        .set(certificate_status_counter::last.eq(certificate_status_counter::last + 1))
        .execute(db)?;
    let sequence = newest(db)?;
    diesel::insert_into(certificate_status_events::table)
        .values((
            certificate_status_events::sequence.eq(sequence),
            certificate_status_events::issuer.eq(new.issuer),
            certificate_status_events::serial.eq(new.serial),
            certificate_status_events::event.eq(new.change.name()),
            certificate_status_events::reason.eq(new.reason),
            certificate_status_events::occurred_at.eq(new.occurred_at),
            certificate_status_events::since.eq(new.since),
        ))
        .execute(db)?;
    let event = Event {
        action: match new.change {
            StatusChange::Revoked => "certificate.revoked",
            StatusChange::Held => "certificate.held",
            StatusChange::Released => "certificate.released",
        },
        subject: format!("certificate {} {}", new.issuer, new.serial),
        payload: json!({
            "reason": new.reason,
            "sequence": sequence,
            "at": new.occurred_at.millis(),
            "since": new.since.map(Timestamp::millis),
        }),
    };
    record(db, event, rng, act)?;
    Ok(sequence)
}
