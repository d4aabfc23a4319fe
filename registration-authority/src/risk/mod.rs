//! What makes an officer look twice at an order: flags that are computed and explained, and never decisive alone.
//!
//! `flags.toml` says which there are, how grave each is, and whether two officers must approve an order that bears it. [`assess`] is
//! a pure function of facts. What is found when a version of an order is submitted, refreshed, answered or decided is kept for
//! that version and never taken back: whoever removes the cause makes another version, which begins anew. So neither a page nor the
//! web role can take a flag away that asks for a second officer; the database counts the decisions too, and the worker again
//! (decision 28). One flag an officer raises himself: that he wants a second one to look (decision 50).

mod assess;
mod births;
mod changed_contact;
mod places;
mod second_look;
mod table;

#[cfg(test)]
mod tests;

use std::time::Duration;

use card::CardNumber;
use diesel::prelude::*;
use professional_registry::extract::Form;
use professional_registry::{
    Category, Profession, ProfessionalRecord, Registry, RegistryError, import, merges,
};
use store::schema::{card_orders, cards, order_flags, register_feeds};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

pub use assess::{RaisedFlag, RiskFacts, assess};
pub(crate) use births::look_at;
pub use births::{Looked, look};
pub use changed_contact::forget as forget_contact_changes;
pub(crate) use changed_contact::{lately as contact_changed_lately, raised as changed_contact};
pub(crate) use places::{places_of, structures};
pub(crate) use second_look::{AloneBecause, alone_because, keep_places, worker_asks_for_two};
pub use table::{BadFlags, Flag, FlagRule, Level, flags};

use crate::eligibility::{self, BadRules, Product};
use crate::order::{CardOrder, OrderError, Origin, Tie};

/// Within which time orders count as a rush.
const HOUR: Duration = Duration::from_secs(3600);

/// What an officer raises himself: no rule of the table finds it, and nothing takes it away.
const SECOND_OFFICER: &str = "second-officer";

/// Why it is not known what is to be looked at.
#[derive(Debug, Error)]
pub enum RiskError {
    /// The table of flags cannot be read.
    #[error(transparent)]
    Flags(#[from] BadFlags),
    /// The rules of eligibility cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The order cannot be read.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RiskError {
    fn code(&self) -> Code {
        match self {
            Self::Flags(error) => error.code(),
            Self::Rules(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes down where the holder of a new version practises, and the flags that it raises. Inside the transaction that writes it.
/// A plan's order is approved with its plan: it raises none, and others are compared with it.
pub(crate) fn begin(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    act: &Act,
) -> Result<(), RiskError> {
    places::keep(db, order)?;
    if matches!(order.origin, Origin::Plan(_)) {
        return Ok(());
    }
    if asked_for_second_officer(db, &order.number)? {
        ask_for_second_officer(db, order, act)?;
    }
    look_again(db, registry, order, act)
}

/// Two officers must approve this version, because one asks for another, and those that follow: whoever answers or refreshes does
/// not take the doubt away.
pub(crate) fn ask_for_second_officer(db: &mut Database, order: &CardOrder, act: &Act) -> QueryResult<()> {
    let raised = RaisedFlag {
        flag: SECOND_OFFICER.to_owned(),
        level: Level::Orange.as_str(),
        second_officer: true,
        reason: "Un opérateur d'enregistrement demande qu'un second regarde aussi.".to_owned(),
    };
    keep(db, (&order.number, order.version), vec![raised], act)
}

fn asked_for_second_officer(db: &mut Database, number: &str) -> QueryResult<bool> {
    let of_any_version = order_flags::table
        .filter(order_flags::order_number.eq(number))
        .filter(order_flags::flag.eq(SECOND_OFFICER));
    diesel::select(diesel::dsl::exists(of_any_version)).get_result(db)
}

/// Keeps what this version of the order raises now and did not before.
pub(crate) fn look_again(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    act: &Act,
) -> Result<(), RiskError> {
    let raised = raised_now(db, registry, order, act.at)?;
    Ok(keep(db, (&order.number, order.version), raised, act)?)
}

/// Keeps what of this is not kept yet of this version.
pub(crate) fn keep(
    db: &mut Database,
    (number, version): (&str, i64),
    raised: Vec<RaisedFlag>,
    act: &Act,
) -> QueryResult<()> {
    let known = recorded(db, number, version)?;
    for raised in raised {
        if known.iter().any(|one| one.flag == raised.flag) {
            continue;
        }
        diesel::insert_into(order_flags::table)
            .values((
                order_flags::order_number.eq(number),
                order_flags::order_version.eq(version),
                order_flags::flag.eq(raised.flag),
                order_flags::level.eq(raised.level),
                order_flags::second_officer.eq(raised.second_officer),
                order_flags::reason.eq(raised.reason),
                order_flags::found_at.eq(act.at),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// What an officer is shown: what was kept of this version, and what else it would raise now; the gravest first.
pub(crate) fn shown(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Vec<RaisedFlag>, RiskError> {
    let mut flags = recorded(db, &order.number, order.version)?;
    if order.is_undecided() {
        let now = raised_now(db, registry, order, at)?;
        flags.extend(
            now.into_iter()
                .filter(|raised| !flags.iter().any(|one| one.flag == raised.flag))
                .collect::<Vec<_>>(),
        );
    }
    flags.sort_by_key(|flag| std::cmp::Reverse(flag.level()));
    Ok(flags)
}

/// Whether two officers must approve this version.
pub(crate) fn asks_for_two(db: &mut Database, order: &CardOrder) -> QueryResult<bool> {
    let asking: i64 = order_flags::table
        .filter(order_flags::order_number.eq(&order.number))
        .filter(order_flags::order_version.eq(order.version))
        .filter(order_flags::second_officer.eq(true))
        .count()
        .get_result(db)?;
    Ok(asking > 0)
}

/// What was kept of a version, by flag.
pub fn recorded(db: &mut Database, number: &str, version: i64) -> QueryResult<Vec<RaisedFlag>> {
    let rows: Vec<(String, String, bool, String)> = order_flags::table
        .filter(order_flags::order_number.eq(number).and(order_flags::order_version.eq(version)))
        .order(order_flags::flag)
        .select((order_flags::flag, order_flags::level, order_flags::second_officer, order_flags::reason))
        .load(db)?;
    let read = |(flag, level, second_officer, reason): (String, String, bool, String)| RaisedFlag {
        flag,
        // The database knows two levels; an unknown one would be the graver.
        level: Level::from_name(&level).unwrap_or(Level::Red).as_str(),
        second_officer,
        reason,
    };
    Ok(rows.into_iter().map(read).collect())
}

fn raised_now(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<Vec<RaisedFlag>, RiskError> {
    // Whether the staff of a structure are still there, and named so, is a rule's matter: the register knows none of them.
    let (supported, differs) = match &order.tie {
        Tie::Structure(_) => (true, Vec::new()),
        Tie::Exercise { profession, category } => {
            let record = registry.professional(db, &order.holder)?;
            let rules = eligibility::rules_of(Product::Card(order.kind))?;
            let ended = eligibility::change(rules, *profession, None, record.as_ref());
            (ended.is_none(), differs(order, (*profession, *category), record.as_ref()))
        }
    };
    let since = at.minus(HOUR);
    let facts = RiskFacts {
        at,
        supported,
        differs,
        extracted_at: extracted_at(db)?,
        duplicates: duplicates(db, order)?,
        neighbours: places::neighbours(db, order)?,
        // Civil status and contacts are the worker's to read (`births`).
        born_alike: Vec::new(),
        contact_changed_at: None,
        of_structure: places::busiest(db, order, since)?,
        of_submitter: of_submitter(db, order, since)?,
    };
    Ok(assess(flags()?, &facts))
}

fn differs(
    order: &CardOrder,
    (profession, category): (Profession, Category),
    record: Option<&ProfessionalRecord>,
) -> Vec<&'static str> {
    let Some(now) = record.and_then(|record| record.living_exercise(profession)) else {
        return Vec::new();
    };
    let fields = [
        ("le nom d'exercice", now.practice_family_name != order.family_name),
        ("le prénom d'exercice", now.practice_given_name != order.given_name),
        ("la catégorie", now.category != category),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// When the newest extract that is all in the register was made.
fn extracted_at(db: &mut Database) -> QueryResult<Option<Timestamp>> {
    match import::newest_feed(db, Form::ACTIVITIES)?.filter(|feed| feed.complete) {
        None => Ok(None),
        Some(feed) => register_feeds::table
            .filter(register_feeds::sequence.eq(feed.sequence))
            .select(register_feeds::extracted_at)
            .first(db)
            .optional(),
    }
}

/// The holder's other open orders and living cards for the same profession, of whatever kind; what is replaced is none.
fn duplicates(db: &mut Database, order: &CardOrder) -> QueryResult<Vec<String>> {
    let orders: Vec<String> = card_orders::table
        // Whoever has an ADELI number and an RPPS number is one holder.
        .filter(card_orders::holder.eq_any(merges::identifiers_of_one(db, &order.holder)?))
        .filter(card_orders::profession.eq(order.tie.profession().map_or("", |profession| profession.code())))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
        .filter(card_orders::number.ne(&order.number))
        .order(card_orders::number)
        .select(card_orders::number)
        .load(db)?;
    let orders = orders.into_iter().map(|number| format!("la demande {number}"));
    let living = living_cards(db, order)?.into_iter().map(|living| format!("la carte {}", living.number));
    Ok(orders.chain(living).collect())
}

/// A card of the same holder.
struct LivingCard {
    number: CardNumber,
    ordered_at: Timestamp,
}

/// The holder's living cards for the same profession, by number; but for the one that is replaced, and those that are lent.
fn living_cards(db: &mut Database, order: &CardOrder) -> QueryResult<Vec<LivingCard>> {
    let rows: Vec<(String, Timestamp)> = cards::table
        .filter(cards::holder.eq_any(merges::identifiers_of_one(db, &order.holder)?))
        .filter(cards::exercise.eq(order.tie.key()))
        .filter(cards::status.ne_all(["opposed", "expired", "cancelled"]))
        .filter(cards::temporary.eq(false))
        .filter(cards::order_number.ne(&order.number))
        .order(cards::number)
        .select((cards::number, cards::ordered_at))
        .load(db)?;
    let living = rows.into_iter().filter_map(|(number, ordered_at)| {
        // The database lets a card have ten digits only.
        Some(LivingCard { number: number.parse().ok()?, ordered_at })
    });
    Ok(living.filter(|living| Some(living.number) != order.replaces).collect())
}

fn of_submitter(db: &mut Database, order: &CardOrder, since: Timestamp) -> QueryResult<i64> {
    card_orders::table
        .filter(card_orders::submitted_by.eq(&order.submitted_by))
        .filter(card_orders::submitted_at.gt(since))
        .count()
        .get_result(db)
}
