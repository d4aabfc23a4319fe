//! What the audit trail says of persons, and for how long (docs/personal-data.md).
//!
//! The payload of an event is erased when its time is over; the event, its leaf and its commitment stay, so that the tree
//! stands (decision 13). What certificates, keys and feeds are proven with says nothing of a person but a number that
//! stands in the certificate itself, and is kept.

use std::time::Duration;

use rand_core::CryptoRng;
use store::audit::{self, EraseError, retention};
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::faults;

/// Whether the payloads of a family of events are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payloads {
    /// They tell of persons: who asked for what and why, who decided, what happened to whose card.
    OfPersons,
    /// They prove certificates, keys, feeds and publications, and tell of nobody.
    Kept,
}

/// Every family of events, by how its actions begin. A test finds an event of none of them.
pub const FAMILIES: [(&str, Payloads); 30] = [
    ("audit-reading.", Payloads::OfPersons),
    ("card.", Payloads::OfPersons),
    ("card-batch.", Payloads::OfPersons),
    ("decision.", Payloads::OfPersons),
    ("delegation.", Payloads::OfPersons),
    ("officer.", Payloads::OfPersons),
    ("one-time-code.", Payloads::OfPersons),
    ("opposition.", Payloads::OfPersons),
    ("opposition-code.", Payloads::OfPersons),
    ("opposition-ticket.", Payloads::OfPersons),
    ("order.", Payloads::OfPersons),
    ("renewal.", Payloads::OfPersons),
    ("request.", Payloads::OfPersons),
    ("review.", Payloads::OfPersons),
    ("structure.", Payloads::OfPersons),
    ("suspension.", Payloads::OfPersons),
    ("audit.", Payloads::Kept),
    ("authority.", Payloads::Kept),
    ("ceremony.", Payloads::Kept),
    ("certificate.", Payloads::Kept),
    ("coherence.", Payloads::Kept),
    ("compact-opposition-list.", Payloads::Kept),
    ("crl.", Payloads::Kept),
    ("key.", Payloads::Kept),
    ("notice.", Payloads::Kept),
    ("opposition-list.", Payloads::Kept),
    ("register.", Payloads::Kept),
    ("responder.", Payloads::Kept),
    ("service-key.", Payloads::Kept),
    ("signing.", Payloads::Kept),
];

fn of_persons() -> impl Iterator<Item = &'static str> {
    FAMILIES.into_iter().filter(|(_, payloads)| *payloads == Payloads::OfPersons).map(|(family, _)| family)
}

/// The reason that the trail keeps of an erasure.
const REASON: &str = "its time is over (docs/personal-data.md)";

/// The most that one run erases; what is left is the next one's.
const A_RUN: i64 = 10_000;

/// Why one payload is not erased on request.
#[derive(Debug, Error)]
pub enum EraseOneError {
    /// It proves something and tells of nobody.
    #[error("event {event}: what {action} records proves certificates, keys, feeds or publications")]
    Proves {
        /// Its identifier.
        event: String,
        /// Its action.
        action: String,
    },
    /// It is not erased all the same.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl Fault for EraseOneError {
    fn code(&self) -> Code {
        match self {
            Self::Proves { .. } => faults::AUDIT_PAYLOAD_PROVES,
            Self::Erase(error) => error.code(),
        }
    }
}

/// Erases the payload of one event on a person's request, whose reference is `reason`: of a family that tells of persons, and of
/// no other, since what proves a certificate could not be proven again.
pub fn erase_one(
    db: &mut Database,
    event: &str,
    reason: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), EraseOneError> {
    let action = audit::action(db, event).map_err(EraseError::Database)?;
    if let Some(action) = action.filter(|action| !of_persons().any(|family| action.starts_with(family))) {
        return Err(EraseOneError::Proves { event: event.to_owned(), action });
    }
    Ok(audit::erase_payload(db, event, reason, rng, act)?)
}

/// How many payloads are older than `kept_for`, ten thousand of a family at most.
pub fn due(db: &mut Database, kept_for: Duration, act: &Act) -> diesel::QueryResult<usize> {
    let mut due = 0;
    for family in of_persons() {
        due += retention::payloads_before(db, family, act.at.minus(kept_for), A_RUN)?.len();
    }
    Ok(due)
}

/// Erases the payloads that are older than `kept_for`, oldest first, each with an event that says so; how many. Can be called
/// any number of times: what a crash leaves is found again.
pub fn erase_due(
    db: &mut Database,
    kept_for: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<usize, EraseError> {
    let mut erased = 0;
    for family in of_persons() {
        for event in retention::payloads_before(db, family, act.at.minus(kept_for), A_RUN)? {
            audit::erase_payload(db, &event, REASON, rng, act)?;
            erased += 1;
        }
    }
    Ok(erased)
}
