//! One person who is entered twice in the register, under two numbers: somebody else of almost the same name, born on the
//! same day. Dates of birth are the worker's alone to read, so it looks at each version of an order soon after it was
//! submitted, and what it finds stands beside it before an officer decides; an officer reads that there is somebody, and no date.

#[cfg(test)]
mod tests;

use card::Card;
use diesel::prelude::*;
use professional_registry::{SameBirth, merges, same_birth};
use store::schema::{card_orders, cards, order_looks};
use store::{Act, Code, Database, Fault, Timestamp};

use super::second_look::before;
use super::{RiskError, RiskFacts, assess, changed_contact, flags, keep};
use crate::names;
use crate::order::{self, CardOrder};

/// Versions that are looked at in one run, each in a transaction of its own.
const MOST: i64 = 200;

/// What a look has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Orders that are flagged now.
    pub flagged: Vec<String>,
    /// Orders that cannot be read, and why. Each is said once, and holds nobody else up.
    pub failed: Vec<(String, Code)>,
}

/// Looks at the open orders whose version was not looked at yet, a transaction each, and again at those whose holder's contact has changed
/// since.
pub fn look(db: &mut Database, act: &Act) -> Result<Looked, RiskError> {
    let looked = order_looks::table
        .filter(order_looks::order_number.eq(card_orders::number))
        .filter(order_looks::order_version.eq(card_orders::version));
    let waiting: Vec<(String, i64)> = card_orders::table
        .filter(card_orders::status.eq_any(["submitted", "waiting"]))
        .filter(diesel::dsl::not(diesel::dsl::exists(looked)))
        .order((card_orders::submitted_at, card_orders::number))
        .limit(MOST)
        .select((card_orders::number, card_orders::version))
        .load(db)?;
    let mut looked = Looked::default();
    for (number, version) in waiting {
        let looked_at = db.write(|db| {
            let order = order::get(db, &number)?;
            look_at(db, &order, act)
        });
        match looked_at {
            Ok(true) => looked.flagged.push(number),
            Ok(false) => {}
            Err(RiskError::Order(error)) => {
                // It stays what it is, and nobody certifies it: the next look is at what comes after it.
                db.write(|db| mark(db, &number, version, act))?;
                looked.failed.push((number, error.code()));
            }
            Err(error) => return Err(error),
        }
    }
    looked.flagged.extend(changed_contact::look_again(db, act)?);
    Ok(looked)
}

/// Looks at a version that was not looked at yet, and keeps what it finds; whether that is anything. Inside the caller's transaction.
pub(crate) fn look_at(db: &mut Database, order: &CardOrder, act: &Act) -> Result<bool, RiskError> {
    let mut born_alike = cards_before(db, order, None)?;
    born_alike.extend(orders(db, order)?);
    let contact = changed_contact::facts(db, &order.number, &order.holder.to_string(), act.at)?;
    let raised = assess(flags()?, &RiskFacts { born_alike, ..contact });
    let found = !raised.is_empty();
    keep(db, (&order.number, order.version), raised, act)?;
    mark(db, &order.number, order.version, act)?;
    order::keep_birth_names(db, order)?;
    Ok(found)
}

/// Writes down that this version was looked at.
fn mark(db: &mut Database, number: &str, version: i64, act: &Act) -> QueryResult<()> {
    diesel::insert_into(order_looks::table)
        .values((
            order_looks::order_number.eq(number),
            order_looks::order_version.eq(version),
            order_looks::looked_at.eq(act.at),
        ))
        .execute(db)
        .map(drop)
}

/// The cards of persons who were born on the day of this order's holder, but for those that came after the order's own;
/// with the likeness of the names in hundredths.
pub(super) fn cards_before(
    db: &mut Database,
    order: &CardOrder,
    own: Option<&Card>,
) -> Result<Vec<(String, i64)>, RiskError> {
    let mut found = Vec::new();
    for (person, likeness) in alike(db, order)? {
        let rows: Vec<(String, Timestamp)> = cards::table
            .filter(cards::holder.eq(person))
            .filter(cards::status.ne("cancelled"))
            .order(cards::number)
            .select((cards::number, cards::ordered_at))
            .load(db)?;
        let earlier = rows.into_iter().filter(|(number, ordered_at)| {
            number.parse().is_ok_and(|number| before(own, *ordered_at, &number))
        });
        found.extend(earlier.map(|(number, _)| (format!("la carte {number}"), likeness)));
    }
    Ok(found)
}

fn orders(db: &mut Database, order: &CardOrder) -> Result<Vec<(String, i64)>, RiskError> {
    let mut found = Vec::new();
    for (person, likeness) in alike(db, order)? {
        let numbers: Vec<String> = card_orders::table
            .filter(card_orders::holder.eq(person))
            .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
            .order(card_orders::number)
            .select(card_orders::number)
            .load(db)?;
        found.extend(numbers.into_iter().map(|number| (format!("la demande {number}"), likeness)));
    }
    Ok(found)
}

/// Who else was born on that day, with the likeness of the names at birth, where it is worth a look.
fn alike(db: &mut Database, order: &CardOrder) -> Result<Vec<(String, i64)>, RiskError> {
    let Some(SameBirth { of, others }) = same_birth(db, &order.holder.to_string())? else {
        return Ok(Vec::new());
    };
    let itself = merges::identifiers_of_one(db, &order.holder)?;
    let words = names::words(&of.family_name, &of.given_names);
    let others = others.into_iter().filter(|one| !itself.contains(&one.person)).map(|one| {
        let likeness = names::likeness(&words, &names::words(&one.family_name, &one.given_names));
        (one.person, likeness)
    });
    Ok(others.filter(|(_, likeness)| *likeness >= LEAST).collect())
}

/// Whoever is less alike is not looked up further: no reviewed table asks for so little.
const LEAST: i64 = 50;
