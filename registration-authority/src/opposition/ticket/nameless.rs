use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::opposition_tickets;
use store::{Act, Database};

use super::close::{Closing, close};
use super::living_cards;
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
            close(db, &number, Closing::Dismissed(REASON), rng, act).map(usize::from)
        })?;
    }
    Ok(dismissed)
}
