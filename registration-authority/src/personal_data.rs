//! What the audit trail says of persons, and for how long (docs/personal-data.md).
//!
//! The payload of an event is erased when its time is over; the event, its leaf and its commitment stay, so that the tree
//! stands (decision 13). What certificates, keys and feeds are proven with says nothing of a person but a number that
//! stands in the certificate itself, and is kept.

use std::time::Duration;

use rand_core::CryptoRng;
use store::audit::{self, EraseError, retention};
use store::{Act, Database};

/// The families of events whose payloads tell of persons: who asked for what and why, who decided, what happened to whose
/// card.
const OF_PERSONS: [&str; 9] = [
    "order.",
    "card.",
    "card-batch.",
    "opposition.",
    "officer.",
    "request.",
    "renewal.",
    "structure.",
    "audit-reading.",
];

/// The reason that the trail keeps of an erasure.
const REASON: &str = "its time is over (docs/personal-data.md)";

/// The most that one run erases; what is left is the next one's.
const A_RUN: i64 = 10_000;

/// How many payloads are older than `kept_for`, ten thousand of a family at most.
pub fn due(db: &mut Database, kept_for: Duration, act: &Act) -> diesel::QueryResult<usize> {
    let mut due = 0;
    for family in OF_PERSONS {
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
    for family in OF_PERSONS {
        for event in retention::payloads_before(db, family, act.at.minus(kept_for), A_RUN)? {
            audit::erase_payload(db, &event, REASON, rng, act)?;
            erased += 1;
        }
    }
    Ok(erased)
}
