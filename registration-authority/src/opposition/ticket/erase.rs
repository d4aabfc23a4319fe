use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_tickets;
use store::{Act, Database, audit};

/// The most that one run erases; what is left is the next one's.
const A_RUN: i64 = 10_000;

/// Erases the tickets that were closed longer than `kept_for` ago, with whom they name and why they were dismissed, each with an event
/// that says so; how many. Can be called any number of times. Needs the rights of the database's owner.
pub fn erase_closed(
    db: &mut Database,
    kept_for: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<usize> {
    let due: Vec<String> = opposition_tickets::table
        .filter(opposition_tickets::closed_at.lt(act.at.minus(kept_for)))
        .order((opposition_tickets::closed_at, opposition_tickets::number))
        .limit(A_RUN)
        .select(opposition_tickets::number)
        .load(db)?;
    let mut erased = 0;
    for number in due {
        erased += db.write(|db| {
            let gone = diesel::delete(opposition_tickets::table.find(&number)).execute(db)?;
            let event = audit::Event {
                action: "opposition-ticket.erased",
                subject: format!("opposition-ticket {number}"),
                payload: json!({}),
            };
            audit::record(db, event, rng, act)?;
            Ok::<_, diesel::result::Error>(gone)
        })?;
    }
    Ok(erased)
}
