use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_tickets;
use store::{Act, Database};

use super::{close_event, living_cards};
use crate::opposition::declaration::Declared;

/// For how long one that names no living card stands before officers: a number that was typed wrong, a card that is on its way.
const LOOKED_AT_FOR: Duration = Duration::from_secs(24 * 3600);

/// Why the worker dismisses one, for the officers.
const REASON: &str = "Le numéro déclaré ne désigne aucune carte en cours de validité.";

/// The most that one run closes; what is left is the next one's.
const A_RUN: i64 = 1000;

/// Dismisses the tickets that named no living card when they were opened, and name none a day later; how many. In the worker. Can be called
/// any number of times.
pub fn dismiss_nameless(db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<usize> {
    let due: Vec<(String, String)> = opposition_tickets::table
        .filter(opposition_tickets::outcome.is_null().and(opposition_tickets::names_card.eq(false)))
        .filter(opposition_tickets::opened_at.le(act.at.minus(LOOKED_AT_FOR)))
        .order((opposition_tickets::opened_at, opposition_tickets::number))
        .limit(A_RUN)
        .select((opposition_tickets::number, opposition_tickets::identifier))
        .load(db)?;
    let mut dismissed = 0;
    for (number, identifier) in due {
        dismissed += db.write(|db| {
            if let Ok(declared) = identifier.parse::<Declared>()
                && !living_cards(db, &declared)?.is_empty()
            {
                return Ok(0);
            }
            let closed = diesel::update(opposition_tickets::table.find(&number))
                .filter(opposition_tickets::outcome.is_null())
                .set((
                    opposition_tickets::outcome.eq("dismissed"),
                    opposition_tickets::reason.eq(REASON),
                    opposition_tickets::closed_at.eq(act.at),
                    opposition_tickets::closed_by.eq(act.actor.to_string()),
                    opposition_tickets::telephone.eq(None::<String>),
                    opposition_tickets::email.eq(None::<String>),
                ))
                .execute(db)?;
            if closed == 1 {
                let payload = json!({"outcome": "dismissed", "reason": REASON});
                close_event(db, &number, payload, rng, act)?;
            }
            QueryResult::Ok(closed)
        })?;
    }
    Ok(dismissed)
}
