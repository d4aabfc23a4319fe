use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_tickets;
use store::{Act, Database, audit};

/// How a ticket ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Closing<'a> {
    /// Nothing came of it, for this reason.
    Dismissed(&'a str),
    /// The card was opposed, under this receipt.
    Opposed(&'a str),
}

/// Closes a ticket, and leaves of it no contact that the register gave; false where it was closed before, and then nothing happens. Inside
/// a write transaction.
pub(super) fn close(
    db: &mut Database,
    number: &str,
    closing: Closing<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let (outcome, reason, receipt) = match closing {
        Closing::Dismissed(reason) => ("dismissed", Some(reason), None),
        Closing::Opposed(receipt) => ("opposed", None, Some(receipt)),
    };
    let closed = diesel::update(opposition_tickets::table.find(number))
        .filter(opposition_tickets::outcome.is_null())
        .set((
            opposition_tickets::outcome.eq(outcome),
            opposition_tickets::reason.eq(reason),
            opposition_tickets::receipt.eq(receipt),
            opposition_tickets::closed_at.eq(act.at),
            opposition_tickets::closed_by.eq(act.actor.to_string()),
            opposition_tickets::telephone.eq(None::<String>),
            opposition_tickets::email.eq(None::<String>),
        ))
        .execute(db)?;
    if closed != 1 {
        return Ok(false);
    }
    let payload = match closing {
        Closing::Dismissed(reason) => json!({"outcome": outcome, "reason": reason}),
        Closing::Opposed(receipt) => json!({"outcome": outcome, "receipt": receipt}),
    };
    let subject = format!("opposition-ticket {number}");
    audit::record(db, audit::Event { action: "opposition-ticket.closed", subject, payload }, rng, act)?;
    Ok(true)
}
