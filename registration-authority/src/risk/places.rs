//! Where the holders of orders practise: among whom a similar person is looked for. An order is compared with those of the same
//! place that share the first two letters of a name, and never with all there are.

use std::collections::BTreeMap;

use diesel::prelude::*;
use professional_registry::{ProfessionalRecord, merges};
use store::schema::{card_orders, order_places};
use store::{Database, Timestamp};

use crate::names;
use crate::order::CardOrder;

/// Most places of one person that are kept.
const MOST_PLACES: usize = 8;
/// Most orders of one place and one pair of letters that are compared, the newest.
pub(super) const MOST_COMPARED: i64 = 100;

/// Writes down where the holder of this version practises. Inside the transaction that writes the order.
pub(super) fn keep(db: &mut Database, order: &CardOrder) -> QueryResult<()> {
    diesel::delete(order_places::table.filter(order_places::order_number.eq(&order.number))).execute(db)?;
    let words = names::words(&order.family_name, &order.given_name);
    let name = words.join(" ");
    let mut initials = names::initials(&words);
    if initials.is_empty() {
        // A service's card names nobody, and has its place all the same.
        initials.push(String::new());
    }
    for (structure, initials) in entries(&structures(order, order.register.record().as_ref()), &initials) {
        diesel::insert_into(order_places::table)
            .values((
                order_places::structure.eq(structure),
                order_places::initials.eq(initials),
                order_places::order_number.eq(&order.number),
                order_places::name.eq(&name),
                order_places::submitted_at.eq(order.submitted_at),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// The orders of other persons at the places of this one, with the likeness of the names in hundredths.
pub(super) fn neighbours(db: &mut Database, order: &CardOrder) -> QueryResult<Vec<(String, i64)>> {
    let words = names::words(&order.family_name, &order.given_name);
    let holder = merges::identifiers_of_one(db, &order.holder)?;
    let mut found = BTreeMap::new();
    let structures = structures(order, order.register.record().as_ref());
    for (structure, initials) in entries(&structures, &names::initials(&words)) {
        let rows: Vec<(String, String)> = order_places::table
            .inner_join(card_orders::table.on(card_orders::number.eq(order_places::order_number)))
            .filter(order_places::structure.eq(structure).and(order_places::initials.eq(initials)))
            .filter(card_orders::holder.ne_all(&holder))
            .filter(card_orders::status.ne_all(["refused", "withdrawn"]))
            .order(order_places::order_number.desc())
            .limit(MOST_COMPARED)
            .select((order_places::order_number, order_places::name))
            .load(db)?;
        found.extend(rows);
    }
    Ok(likenesses(&words, found))
}

/// Under what a person is found: each of his places, with the first letters of each of his names.
pub(super) fn entries<'a>(
    structures: &'a [String],
    initials: &'a [String],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    structures
        .iter()
        .flat_map(|structure| initials.iter().map(|initials| (structure.as_str(), initials.as_str())))
}

/// How alike a name is to those that were found, each once, in hundredths.
pub(super) fn likenesses(words: &[String], found: BTreeMap<String, String>) -> Vec<(String, i64)> {
    let kept = |name: &str| -> Vec<String> { name.split(' ').map(str::to_owned).collect() };
    found.into_iter().map(|(of, name)| (of, names::likeness(words, &kept(&name)))).collect()
}

/// The place with most orders since `since`, and how many.
pub(super) fn busiest(db: &mut Database, order: &CardOrder, since: Timestamp) -> QueryResult<i64> {
    let mut most = 0;
    for structure in structures(order, order.register.record().as_ref()) {
        let count: i64 = order_places::table
            .filter(order_places::structure.eq(structure).and(order_places::submitted_at.gt(since)))
            .select(diesel::dsl::count(order_places::order_number).aggregate_distinct())
            .first(db)?;
        most = most.max(count);
    }
    Ok(most)
}

/// Where the register says that the holder practises, whatever he does there; the structure whose staff he is.
pub(crate) fn structures(order: &CardOrder, record: Option<&ProfessionalRecord>) -> Vec<String> {
    if let Some(staff) = order.tie.staff() {
        return vec![staff.structure.to_string()];
    }
    record.map_or_else(Vec::new, places_of)
}

/// Where the register says that somebody practises, whatever he does there.
pub(crate) fn places_of(record: &ProfessionalRecord) -> Vec<String> {
    let activities = record.exercises.iter().flat_map(|exercise| &exercise.activities);
    let mut structures: Vec<String> =
        activities.filter_map(|activity| activity.structure.as_ref()).map(ToString::to_string).collect();
    structures.sort_unstable();
    structures.dedup();
    structures.truncate(MOST_PLACES);
    structures
}
