//! That a card is about to end is told sixty, thirty and seven days before: to its holder, and of the card of somebody's staff to who
//! speaks for his structure.

use std::time::Duration;

use card::{Card, CardLife};
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::card_expiry_notices;
use store::{Act, Database, database};

use crate::outbox::{self, Notice, Recipient};
use crate::structure_notices;

#[cfg(test)]
mod tests;

/// How many days before its end a card is told of.
pub const DAYS: [u16; 3] = [60, 30, 7];

/// Cards that one transaction takes.
const AT_ONCE: usize = 100;

/// Tells of each card in use that ends within the days of which it has not been told of; how many. A card that is found late is told
/// of once, by how little is left. Each hundred in a transaction of its own. Can be called any number of times.
pub fn tell(db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<usize> {
    let (mut told, mut after) = (0, None);
    loop {
        let before = act.at.plus(days(DAYS[0]));
        let page: Vec<Card> = card::expiring(db, before, after, AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(told) };
        after = Some(last.number);
        told += db.write(|db| {
            let mut told = 0;
            for card in &page {
                told += usize::from(tell_of(db, card, rng, act)?);
            }
            QueryResult::Ok(told)
        })?;
    }
}

fn tell_of(db: &mut Database, card: &Card, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<bool> {
    let Some(within) = due(db, card, act)? else { return Ok(false) };
    let noted = db.attempt(|db| {
        diesel::insert_into(card_expiry_notices::table)
            .values((
                card_expiry_notices::card_number.eq(card.number.to_string()),
                card_expiry_notices::days.eq(i64::from(within)),
                card_expiry_notices::told_at.eq(act.at),
            ))
            .execute(db)
    });
    match noted {
        Err(error) if database::is_unique_violation(&error) => return Ok(false), // Another worker was quicker.
        noted => drop(noted?),
    }
    let subject = format!("card {} within {within}", card.number);
    // The register has no address of the staff of a structure.
    if !outbox::is_of_staff(&card.holder) {
        outbox::put(db, Recipient::Holder(&card.holder), Notice::CardExpiring, &subject, rng, act)?;
    }
    structure_notices::tell_of_card(db, card, Notice::StaffCardExpiring, Some(within), rng, act)?;
    Ok(true)
}

/// Of how many days the card is to be told now, the least that it ends within.
fn due(db: &mut Database, card: &Card, act: &Act) -> QueryResult<Option<u16>> {
    let CardLife::Active { expires_at, .. } = card.life else { return Ok(None) };
    let within = DAYS.into_iter().rfind(|within| expires_at < act.at.plus(days(*within)));
    let Some(within) = within else { return Ok(None) };
    let told: i64 = card_expiry_notices::table
        .filter(card_expiry_notices::card_number.eq(card.number.to_string()))
        .filter(card_expiry_notices::days.le(i64::from(within)))
        .count()
        .get_result(db)?;
    Ok((told == 0).then_some(within))
}

fn days(days: u16) -> Duration {
    Duration::from_secs(86_400 * u64::from(days))
}
