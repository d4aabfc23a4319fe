//! What the worker finds for itself before a card is made and before it is certified.
//!
//! `order_flags` and `order_places` are written by the web role, which an attacker may own: a flag that was left out asks for nobody.
//! So the worker looks again, at what the web role cannot write: the register, the cards there are, and where their holders practised
//! when each was made, which the worker itself wrote down. Cards that came later do not count: of two that are alike, the second asks
//! for two officers, and the first stands; nor does a contact that changes once the card is made.

use std::collections::BTreeMap;

use card::{Card, CardNumber};
use diesel::prelude::*;
use professional_registry::{ProfessionalRecord, Registry, merges};
use store::database::MultiBackend;
use store::schema::{card_places, cards};
use store::{Database, Timestamp};

use super::places::{MOST_COMPARED, entries, likenesses, structures};
use super::{
    RaisedFlag, RiskError, RiskFacts, assess, births, changed_contact, flags, living_cards, raised_now,
    recorded,
};
use crate::names;
use crate::order::CardOrder;

/// Why two officers must approve the order, if they must: the flags that were kept of this version, or else what the worker finds at `at`.
pub(crate) fn worker_asks_for_two(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Vec<RaisedFlag>, RiskError> {
    let mut kept = recorded(db, &order.number, order.version)?;
    kept.retain(|flag| flag.second_officer);
    if !kept.is_empty() {
        return Ok(kept);
    }
    let own = card::of_order(db, &order.number)?;
    let own = own.as_ref();
    let duplicates =
        living_cards(db, order)?.into_iter().filter(|found| before(own, found.ordered_at, &found.number));
    let duplicates = duplicates.map(|found| found.number.to_string()).collect();
    let record = registry.professional(db, &order.holder)?;
    // What the register no longer supports is refused by a rule, and what else is flagged asks for no second officer.
    let facts = RiskFacts {
        duplicates,
        neighbours: neighbours(db, order, record.as_ref(), own)?,
        born_alike: births::cards_before(db, order, own)?,
        ..match own {
            None => changed_contact::facts(db, &order.number, &order.holder.to_string(), at)?,
            Some(_) => RiskFacts::nothing(at),
        }
    };
    let mut found = assess(flags()?, &facts);
    found.retain(|flag| flag.second_officer);
    Ok(found)
}

/// What the worker finds of an order that was approved with others: that two officers must approve it, or that somebody must look at it.
/// What a flag was raised about is approved alone, whoever looks for flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AloneBecause {
    /// Two officers must approve it.
    TwoOfficers,
    /// A flag asks for a look.
    Look,
}

/// Why this order is approved alone, if it is: by what the worker finds for itself, and by every flag that was kept or would be raised now.
pub(crate) fn alone_because(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Option<AloneBecause>, RiskError> {
    if !worker_asks_for_two(db, registry, order, at)?.is_empty() {
        return Ok(Some(AloneBecause::TwoOfficers));
    }
    let mut raised = recorded(db, &order.number, order.version)?;
    raised.extend(raised_now(db, registry, order, at)?);
    Ok(match raised.iter().any(|flag| flag.second_officer) {
        true => Some(AloneBecause::TwoOfficers),
        false => (!raised.is_empty()).then_some(AloneBecause::Look),
    })
}

/// Writes down where the holder practises, as the register says now, beside the card that was made for him.
pub(crate) fn keep_places(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    card: &CardNumber,
) -> Result<(), RiskError> {
    let words = names::words(&order.family_name, &order.given_name);
    let record = registry.professional(db, &order.holder)?;
    for (structure, initials) in entries(&structures(order, record.as_ref()), &names::initials(&words)) {
        diesel::insert_into(card_places::table)
            .values((
                card_places::structure.eq(structure),
                card_places::initials.eq(initials),
                card_places::card_number.eq(card.to_string()),
                card_places::name.eq(words.join(" ")),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// The earlier cards of other persons at the places of this order's holder, with the likeness of the names in hundredths.
fn neighbours(
    db: &mut Database,
    order: &CardOrder,
    record: Option<&ProfessionalRecord>,
    own: Option<&Card>,
) -> QueryResult<Vec<(String, i64)>> {
    let words = names::words(&order.family_name, &order.given_name);
    let holder = merges::identifiers_of_one(db, &order.holder)?;
    let mut found = BTreeMap::new();
    for (structure, initials) in entries(&structures(order, record), &names::initials(&words)) {
        let mut there = card_places::table
            .inner_join(cards::table.on(cards::number.eq(card_places::card_number)))
            .filter(card_places::structure.eq(structure).and(card_places::initials.eq(initials)))
            .filter(cards::holder.ne_all(&holder))
            .filter(cards::status.ne("cancelled"))
            .into_boxed::<MultiBackend>();
        if let Some(own) = own {
            there = there.filter(cards::ordered_at.le(own.ordered_at));
        }
        let rows: Vec<(String, String, Timestamp)> = there
            .order(card_places::card_number.desc())
            .limit(MOST_COMPARED)
            .select((card_places::card_number, card_places::name, cards::ordered_at))
            .load(db)?;
        let earlier = rows.into_iter().filter(|(number, _, ordered_at)| {
            number.parse().is_ok_and(|number| before(own, *ordered_at, &number))
        });
        found.extend(earlier.map(|(number, name, _)| (number, name)));
    }
    Ok(likenesses(&words, found))
}

/// Whether a card was there before the order's own; every one was while there is none.
pub(super) fn before(own: Option<&Card>, ordered_at: Timestamp, number: &CardNumber) -> bool {
    own.is_none_or(|own| (ordered_at, number) < (own.ordered_at, &own.number))
}
