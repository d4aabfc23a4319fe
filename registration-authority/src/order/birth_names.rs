//! The names that a holder was given at birth, beside those under which he practises.
//!
//! A card and its certificates carry the names in practice (*nom et prénom d'exercice*), which every extract of the register has. The
//! names at birth stand in the restricted feed alone, which only the worker reads; an officer needs them where the paper before him bears
//! them. So the worker, when it looks at an order, leaves beside it those that differ, and nothing of those that do not (decision 55).

use std::time::Duration;

use diesel::prelude::*;
use professional_registry::civil_names;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, order_birth_names};
use store::{Act, Database, audit};

use super::CardOrder;
use crate::names::folded;
use crate::risk::RiskError;

#[cfg(test)]
mod tests;

/// Orders whose names one run takes away; the others are the next one's.
const A_RUN: i64 = 1000;

/// What the restricted feed says of the names at birth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BirthNames {
    /// He practises under them.
    AsInPractice,
    /// They are others.
    Others {
        /// *Nom de famille*.
        family_name: String,
        /// *Prénoms*, apart by spaces.
        given_names: String,
    },
}

/// Leaves beside the order's version what the restricted feed says, where it names its holder. For the worker, once a version, with
/// its look at it.
pub(crate) fn keep_birth_names(db: &mut Database, order: &CardOrder) -> Result<(), RiskError> {
    if order.tie.profession().is_none() {
        return Ok(());
    }
    let Some(names) = civil_names(db, &order.holder.to_string())? else { return Ok(()) };
    // As the feed writes them: BRICE'HENRY'ALAIN.
    let given_names = names.given_names.replace('\'', " ");
    let family_name = names.family_name.trim();
    if family_name.is_empty() {
        return Ok(());
    }
    let among = format!(" {} ", folded(&given_names));
    let same = folded(family_name) == folded(&order.family_name)
        && among.contains(&format!(" {} ", folded(&order.given_name)));
    let others = (!same).then_some((family_name, given_names.trim()));
    diesel::insert_into(order_birth_names::table)
        .values((
            order_birth_names::order_number.eq(&order.number),
            order_birth_names::order_version.eq(order.version),
            order_birth_names::birth_family_name.eq(others.map(|(family_name, _)| family_name)),
            order_birth_names::birth_given_names.eq(others.map(|(_, given_names)| given_names)),
        ))
        .execute(db)?;
    Ok(())
}

/// What stands beside the newest version of an order that has something.
pub fn birth_names(db: &mut Database, number: &str) -> QueryResult<Option<BirthNames>> {
    let row: Option<(Option<String>, Option<String>)> = order_birth_names::table
        .filter(order_birth_names::order_number.eq(number))
        .order(order_birth_names::order_version.desc())
        .select((order_birth_names::birth_family_name, order_birth_names::birth_given_names))
        .first(db)
        .optional()?;
    Ok(row.map(|row| match row {
        (Some(family_name), Some(given_names)) => BirthNames::Others { family_name, given_names },
        _ => BirthNames::AsInPractice,
    }))
}

/// Takes away the names at birth beside orders that were closed longer ago than `kept_for`, each order's with an event of its own; of
/// how many orders. Can be called any number of times. Needs the rights of the database's owner.
pub fn erase_birth_names(
    db: &mut Database,
    kept_for: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<usize> {
    let due: Vec<String> = order_birth_names::table
        .inner_join(card_orders::table.on(card_orders::number.eq(order_birth_names::order_number)))
        .filter(card_orders::changed_at.lt(act.at.minus(kept_for)))
        .filter(card_orders::status.eq_any(["refused", "withdrawn", "ordered"]))
        .select(order_birth_names::order_number)
        .distinct()
        .order(order_birth_names::order_number)
        .limit(A_RUN)
        .load(db)?;
    for number in &due {
        db.write(|db| {
            let of_order = order_birth_names::table.filter(order_birth_names::order_number.eq(number));
            let versions = diesel::delete(of_order).execute(db)?;
            let (subject, payload) = (format!("order {number}"), json!({ "versions": versions }));
            audit::record(db, audit::Event { action: "order.birth-names-erased", subject, payload }, rng, act)
        })?;
    }
    Ok(due.len())
}
