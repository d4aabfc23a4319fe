//! Whoever speaks for a structure is told of what happens to the cards of its staff: the register has no address of theirs, and it is
//! he who tells them.

use std::collections::BTreeSet;

use card::Card;
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::card_orders;
use store::{Act, Database, Timestamp};

use crate::mandate;
use crate::order::CardOrder;
use crate::outbox::{self, Notice, Recipient};

/// Tells of a card of the staff; of any other card nothing. `days` is until when at most it ends, where that is what is told. Inside the
/// transaction of what it tells of.
pub(crate) fn tell_of_card(
    db: &mut Database,
    card: &Card,
    notice: Notice,
    days: Option<u16>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let structure: Option<Option<String>> =
        card_orders::table.find(&card.order_number).select(card_orders::structure).first(db).optional()?;
    let Some(structure) = structure.flatten() else { return Ok(()) };
    let within = days.map_or(String::new(), |days| format!(" within {days}"));
    let subject = format!("card {} of {} at {structure}{within}", card.number, member(&card.holder));
    tell(db, &structure, None, notice, &subject, rng, act)
}

/// Tells of an order for the staff that was approved, but for who submitted it: he is told of it as such.
pub(crate) fn tell_of_order(
    db: &mut Database,
    order: &CardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let Some(staff) = order.tie.staff() else { return Ok(()) };
    let structure = staff.structure.to_string();
    let subject = format!("order {} of {} at {structure}", order.number, member(&order.holder.to_string()));
    tell(db, &structure, Some(&order.submitted_by), Notice::StaffCardOrdered, &subject, rng, act)
}

fn tell(
    db: &mut Database,
    structure: &str,
    but_for: Option<&str>,
    notice: Notice,
    subject: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    for login in agents(db, structure, act.at)? {
        if but_for != Some(login.as_str()) {
            outbox::put(db, Recipient::Officer(&login), notice, subject, rng, act)?;
        }
    }
    Ok(())
}

/// Who speaks for the structure at `at`, by a mandate that an officer has signed for: nobody else is told of anything.
pub(crate) fn agents(db: &mut Database, structure: &str, at: Timestamp) -> QueryResult<BTreeSet<String>> {
    let Ok(structure) = structure.parse() else { return Ok(BTreeSet::new()) };
    let mandates = mandate::proven_of(db, &structure)?;
    Ok(mandates.into_iter().filter(|mandate| mandate.stood(at)).map(|mandate| mandate.login).collect())
}

/// The number that the structure gives its member, in his IdNat_PS.
fn member(holder: &str) -> &str {
    holder.split_once('/').map_or(holder, |(_, local_id)| local_id)
}
