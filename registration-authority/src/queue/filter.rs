use card::CardKind;
use diesel::dsl::{auto_type, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use professional_registry::{IdNatPs, Profession};
use store::Timestamp;
use store::database::MultiBackend;
use store::schema::{card_orders, order_flags, order_leases, order_places, register_structures};

use crate::names::folded;
use crate::officers::Scope;
use crate::officers::rows::{self, places_in_register};
use crate::order::OrderStatus;
use crate::risk::Level;

/// Which orders an officer looks at. What is `None` asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub status: OrderStatus,
    /// For which kind of card.
    pub kind: Option<CardKind>,
    /// For the exercise of which profession.
    pub profession: Option<Profession>,
    /// How hard to look at them.
    pub risk: Option<Risk>,
    /// Submitted then at the latest.
    pub submitted_until: Option<Timestamp>,
    /// Who is on them now.
    pub on: Option<On>,
    /// Whose holder practises at this place: a technical identifier of the register.
    pub structure: Option<String>,
    /// For whom, or which.
    pub search: Option<Search>,
}

/// The gravest flag of an order's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// None was raised.
    Green,
    /// One says: look twice.
    Orange,
    /// One says that something is wrong, unless it can be explained.
    Red,
}

/// Who is on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// No officer.
    Nobody,
    /// The officer of this login.
    Officer(String),
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Holders whose family name and given name begin so, folded. The list is in the order of names.
    Name(String),
    /// The holder of this national identifier.
    Holder(IdNatPs),
    /// The order of this number.
    Number(String),
}

impl Search {
    /// What somebody has typed: the number of an order, an RPPS number or a national identifier, the beginning of a name; `None`
    /// where it has neither a letter nor a digit.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.replace(' ', "");
        let number = digits.to_ascii_uppercase();
        // There are people whose name begins so.
        let is_number = |rest: &str| rest.starts_with(|sign: char| sign.is_ascii_digit());
        if number.strip_prefix("CO-").is_some_and(is_number) {
            return Some(Self::Number(number));
        }
        if let Ok(holder) = digits.parse().or_else(|_| format!("8{digits}").parse()) {
            return Some(Self::Holder(holder));
        }
        Some(folded(text)).filter(|name| !name.is_empty()).map(Self::Name)
    }
}

pub(super) type Query<'a> = card_orders::BoxedQuery<'a, MultiBackend>;

impl Filter {
    /// Every order in this state.
    pub const fn of(status: OrderStatus) -> Self {
        Self {
            status,
            kind: None,
            profession: None,
            risk: None,
            submitted_until: None,
            on: None,
            structure: None,
            search: None,
        }
    }

    /// The same in another state.
    pub fn in_state(&self, status: OrderStatus) -> Self {
        Self { status, ..self.clone() }
    }

    /// The orders that it asks for and an officer of any of these scopes is there for, at that moment, in no order.
    pub(super) fn query<'a>(&'a self, scopes: &'a [Scope], at: Timestamp) -> Query<'a> {
        match rows::orders(scopes) {
            Some(within) => self.whole(at).filter(within),
            None => self.whole(at),
        }
    }

    /// The orders that it asks for and an officer of these scopes is not there for.
    pub(super) fn hidden<'a>(&'a self, scopes: &'a [Scope], at: Timestamp) -> Query<'a> {
        match rows::orders(scopes) {
            Some(within) => self.whole(at).filter(not(within)),
            None => self.whole(at).filter(sql::<Bool>("1 = 0")),
        }
    }

    /// Of those, the ones that he is not there for because nobody knows in which department they are.
    pub(super) fn unplaced<'a>(&'a self, scopes: &'a [Scope], at: Timestamp) -> Query<'a> {
        match of_departments(scopes) {
            true => self.hidden(scopes, at).filter(not(exists(placed_anywhere()))),
            false => self.whole(at).filter(sql::<Bool>("1 = 0")),
        }
    }

    fn whole(&self, at: Timestamp) -> Query<'_> {
        let mut query = card_orders::table.filter(card_orders::status.eq(self.status.as_str())).into_boxed();
        if let Some(kind) = self.kind {
            query = query.filter(card_orders::kind.eq(kind.as_str()));
        }
        if let Some(profession) = self.profession {
            query = query.filter(card_orders::profession.eq(profession.code()));
        }
        if let Some(until) = self.submitted_until {
            query = query.filter(card_orders::submitted_at.le(until));
        }
        if let Some(structure) = &self.structure {
            let there = order_places::table
                .filter(order_places::order_number.eq(card_orders::number))
                .filter(order_places::structure.eq(structure));
            query = query.filter(exists(there));
        }
        query = match self.risk {
            None => query,
            Some(Risk::Red) => query.filter(exists(flags(Level::Red))),
            Some(Risk::Orange) => {
                query.filter(exists(flags(Level::Orange))).filter(not(exists(flags(Level::Red))))
            }
            Some(Risk::Green) => {
                query.filter(not(exists(flags(Level::Orange)))).filter(not(exists(flags(Level::Red))))
            }
        };
        let lease = order_leases::table
            .filter(order_leases::order_number.eq(card_orders::number))
            .filter(order_leases::until.gt(at));
        query = match &self.on {
            None => query,
            Some(On::Nobody) => query.filter(not(exists(lease))),
            Some(On::Officer(login)) => query.filter(exists(lease.filter(order_leases::officer.eq(login)))),
        };
        match &self.search {
            None => query,
            Some(Search::Number(number)) => query.filter(card_orders::number.eq(number)),
            Some(Search::Holder(holder)) => query.filter(card_orders::holder.eq(holder.to_string())),
            Some(Search::Name(name)) => query
                .filter(card_orders::search_name.ge(name))
                .filter(card_orders::search_name.lt(after_all_that_begin_with(name))),
        }
    }

    /// By what its list is ordered: by name where a name is looked for, else oldest first.
    pub(super) fn by(&self) -> By {
        match self.search {
            Some(Search::Name(_)) => By::Name,
            _ => By::Age,
        }
    }
}

/// By what a list is ordered, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The folded names.
    Name,
    /// When they were submitted, oldest first.
    Age,
}

impl By {
    /// In this order, or the other way round.
    pub(super) fn ordered(self, query: Query<'_>, way: Way) -> Query<'_> {
        use card_orders::{number, search_name, submitted_at};
        match (self, way) {
            (Self::Name, Way::On) => query.order((search_name, number)),
            (Self::Name, Way::Back) => query.order((search_name.desc(), number.desc())),
            (Self::Age, Way::On) => query.order((submitted_at, number)),
            (Self::Age, Way::Back) => query.order((submitted_at.desc(), number.desc())),
        }
    }

    /// What follows this order in the list, or comes before it.
    pub(super) fn beyond<'a>(self, query: Query<'a>, place: &'a Place, way: Way) -> Query<'a> {
        let than = match way {
            Way::On => " > (",
            Way::Back => " < (",
        };
        // Pairs, which an index finds at once: "later, or as late with a greater number" would be read from the start.
        if self == Self::Name {
            let start = sql::<Bool>("(card_orders.search_name, card_orders.number)")
                .sql(than)
                .bind::<Text, _>(&place.search_name)
                .sql(", ")
                .bind::<Text, _>(&place.number)
                .sql(")");
            query.filter(start)
        } else {
            let start = sql::<Bool>("(card_orders.submitted_at, card_orders.number)")
                .sql(than)
                .bind::<diesel::sql_types::BigInt, _>(place.submitted_at)
                .sql(", ")
                .bind::<Text, _>(&place.number)
                .sql(")");
            query.filter(start)
        }
    }
}

/// Which way a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Back,
}

/// Where an order stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = card_orders)]
pub(super) struct Place {
    number: String,
    submitted_at: Timestamp,
    search_name: String,
}

type Flags = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Filter<order_flags::table, diesel::dsl::Eq<order_flags::level, &'static str>>,
        diesel::dsl::Eq<order_flags::order_number, card_orders::number>,
    >,
    diesel::dsl::Eq<order_flags::order_version, card_orders::version>,
>;

/// The flags of this level that an order's version has.
fn flags(level: Level) -> Flags {
    order_flags::table
        .filter(order_flags::level.eq(level.as_str()))
        .filter(order_flags::order_number.eq(card_orders::number))
        .filter(order_flags::order_version.eq(card_orders::version))
}

/// Whether any of them names departments, without which nobody asks for places.
pub(super) fn of_departments(scopes: &[Scope]) -> bool {
    scopes.iter().any(|scope| scope.departments().next().is_some())
}

/// Those of which it says the department; `20` is either half of Corsica, `99` abroad.
#[auto_type]
fn placed_anywhere() -> _ {
    let none: [&'static str; 3] = ["", "20", "99"];
    places_in_register().filter(register_structures::department_code.ne_all(none))
}

/// The least text that is greater than all that begin so, octet by octet.
fn after_all_that_begin_with(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
