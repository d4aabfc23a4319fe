use card::{CardKind, CardNumber, CardStatus};
use diesel::prelude::*;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{Profession, merges};
use store::schema::{card_orders, cards};
use store::{Code, Database, Fault};
use thiserror::Error;

use super::exercise_key;
use crate::faults;

/// What stands in the way of an order, among the orders and cards there are.
#[derive(Debug, Error)]
pub enum Obstacle {
    /// Another order for the same is open.
    #[error("order {0} for the same holder, kind and profession is open")]
    AlreadyOpen(String),
    /// A card for this exercise is active, and is not the one that is replaced.
    #[error("card {0} of the same holder, kind and profession is active")]
    CardActive(String),
    /// A card for this exercise is on its way.
    #[error("card {number} of the same holder, kind and profession is {status}")]
    CardInProduction {
        /// Which.
        number: String,
        /// Where it stands.
        status: CardStatus,
    },
    /// The replaced card does not exist, or is another's or for something else.
    #[error("card {0} is not a card of this holder, kind and profession")]
    ReplacesAnother(CardNumber),
    /// The replaced card has a successor.
    #[error("card {replaced} has a successor: card {successor}")]
    ReplacedAlready {
        /// The card to be replaced.
        replaced: CardNumber,
        /// The one that replaces it.
        successor: String,
    },
    /// A card's row cannot be read.
    #[error("card {0}: its row cannot be read")]
    CardUnreadable(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for Obstacle {
    fn code(&self) -> Code {
        match self {
            Self::AlreadyOpen(_) => faults::ORDER_ALREADY_OPEN,
            Self::CardActive(_) => faults::ORDER_CARD_ACTIVE,
            Self::CardInProduction { .. } => faults::ORDER_CARD_IN_PRODUCTION,
            Self::ReplacesAnother(_) => faults::ORDER_REPLACES_ANOTHER,
            Self::ReplacedAlready { .. } => faults::ORDER_REPLACED_ALREADY,
            Self::CardUnreadable(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// For which exercise, and in whose place.
pub(super) struct Place<'a> {
    pub(super) kind: CardKind,
    pub(super) holder: &'a IdNatPs,
    pub(super) profession: Profession,
    pub(super) replaces: Option<&'a CardNumber>,
}

/// The open order for the same place, other than `except`.
pub(super) fn open_order(db: &mut Database, place: &Place<'_>, except: &str) -> Result<(), Obstacle> {
    let open: Option<String> = card_orders::table
        .filter(card_orders::holder.eq_any(merges::identifiers_of_one(db, place.holder)?))
        .filter(card_orders::kind.eq(place.kind.as_str()))
        .filter(card_orders::profession.eq(place.profession.code()))
        .filter(card_orders::status.eq_any(["submitted", "approved"]))
        .filter(card_orders::number.ne(except))
        .select(card_orders::number)
        .first(db)
        .optional()?;
    open.map_or(Ok(()), |number| Err(Obstacle::AlreadyOpen(number)))
}

/// The cards that stand in the way.
pub(super) fn cards_in_the_way(db: &mut Database, place: &Place<'_>) -> Result<(), Obstacle> {
    let cards = cards_of_place(db, place)?;
    if let Some(replaced) = place.replaces {
        check_replaced(db, &cards, replaced)?;
    }
    let replaced = place.replaces.map(ToString::to_string);
    for card in cards.iter().filter(|card| !card.temporary) {
        match card.status {
            CardStatus::Opposed | CardStatus::Expired | CardStatus::Cancelled => {}
            CardStatus::Active if Some(&card.number) == replaced.as_ref() => {}
            CardStatus::Active => return Err(Obstacle::CardActive(card.number.clone())),
            status => return Err(Obstacle::CardInProduction { number: card.number.clone(), status }),
        }
    }
    Ok(())
}

fn check_replaced(db: &mut Database, cards: &[PlacedCard], replaced: &CardNumber) -> Result<(), Obstacle> {
    let number = replaced.to_string();
    if !cards.iter().any(|card| card.number == number) {
        return Err(Obstacle::ReplacesAnother(*replaced));
    }
    let successor: Option<String> = cards::table
        .filter(cards::replaces.eq(&number))
        .filter(cards::status.ne_all(["opposed", "expired", "cancelled"]))
        .select(cards::number)
        .first(db)
        .optional()?;
    match successor {
        Some(successor) => Err(Obstacle::ReplacedAlready { replaced: *replaced, successor }),
        None => Ok(()),
    }
}

struct PlacedCard {
    number: String,
    status: CardStatus,
    temporary: bool,
}

fn cards_of_place(db: &mut Database, place: &Place<'_>) -> Result<Vec<PlacedCard>, Obstacle> {
    let rows: Vec<(String, String, bool)> = cards::table
        .filter(cards::holder.eq_any(merges::identifiers_of_one(db, place.holder)?))
        .filter(cards::kind.eq(place.kind.as_str()))
        .filter(cards::exercise.eq(exercise_key(place.profession)))
        .order(cards::number)
        .select((cards::number, cards::status, cards::temporary))
        .load(db)?;
    rows.into_iter()
        .map(|(number, status, temporary)| match status.parse() {
            Ok(status) => Ok(PlacedCard { number, status, temporary }),
            Err(_) => Err(Obstacle::CardUnreadable(number)),
        })
        .collect()
}
