use card::{CardKind, CardNumber, CardStatus};
use diesel::prelude::*;
use professional_registry::identifiers::IdNatPs;
use professional_registry::merges;
use store::Database;
use store::schema::{card_orders, cards};

use super::NotEligible;

/// The orders and cards that there are for one holder, kind and exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The open order, other than the one that is looked at.
    pub open_order: Option<String>,
    /// The cards, by number.
    pub cards: Vec<PlacedCard>,
    /// The card to be replaced.
    pub replaces: Option<Replaced>,
}

/// A card in the place that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedCard {
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: CardStatus,
    /// Lent until the real one comes: no card that counts.
    pub temporary: bool,
}

/// The card that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its number.
    pub number: CardNumber,
    /// The card that has replaced it.
    pub successor: Option<String>,
}

/// For which exercise, and in whose place.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Which kind of card.
    pub kind: CardKind,
    /// For whom.
    pub holder: &'a IdNatPs,
    /// What the card is tied to, as its row says it: `profession:60`.
    pub exercise: &'a str,
    /// The card to be replaced.
    pub replaces: Option<&'a CardNumber>,
    /// The order that is looked at, and does not stand in its own way; empty before there is one.
    pub except: &'a str,
}

impl Standing {
    /// What stands at `place`.
    pub(super) fn at(db: &mut Database, place: &Place<'_>) -> Result<Self, NotEligible> {
        let replaces = match place.replaces {
            Some(number) => Some(Replaced { number: *number, successor: successor(db, number)? }),
            None => None,
        };
        Ok(Self { open_order: open_order(db, place)?, cards: cards_of(db, place)?, replaces })
    }

    pub(super) fn replaces_another(&self) -> Option<String> {
        let replaced = self.replaces.as_ref()?;
        let number = replaced.number.to_string();
        (!self.cards.iter().any(|card| card.number == number))
            .then(|| format!("card {number} is not a card of this holder, kind and profession"))
    }

    pub(super) fn replaced_already(&self) -> Option<String> {
        let replaced = self.replaces.as_ref()?;
        let successor = replaced.successor.as_ref()?;
        Some(format!("card {} has a successor: card {successor}", replaced.number))
    }

    pub(super) fn active_card(&self) -> Option<String> {
        let replaced = self.replaces.as_ref().map(|replaced| replaced.number.to_string());
        let in_the_way =
            |card: &&PlacedCard| card.status == CardStatus::Active && Some(&card.number) != replaced.as_ref();
        let card = self.counting().find(in_the_way)?;
        Some(format!("card {} of the same holder, kind and profession is active", card.number))
    }

    pub(super) fn card_on_its_way(&self) -> Option<String> {
        let settled = [CardStatus::Active, CardStatus::Opposed, CardStatus::Expired, CardStatus::Cancelled];
        let card = self.counting().find(|card| !settled.contains(&card.status))?;
        Some(format!("card {} of the same holder, kind and profession is {}", card.number, card.status))
    }

    fn counting(&self) -> impl Iterator<Item = &PlacedCard> {
        self.cards.iter().filter(|card| !card.temporary)
    }
}

fn open_order(db: &mut Database, place: &Place<'_>) -> QueryResult<Option<String>> {
    card_orders::table
        .filter(card_orders::holder.eq_any(merges::identifiers_of_one(db, place.holder)?))
        .filter(card_orders::kind.eq(place.kind.as_str()))
        // The holder of a card of the staff of a structure is named by that structure, and has no profession there.
        .filter(card_orders::profession.eq(place.exercise.strip_prefix("profession:").unwrap_or_default()))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]))
        .filter(card_orders::number.ne(place.except))
        .select(card_orders::number)
        .first(db)
        .optional()
}

fn successor(db: &mut Database, number: &CardNumber) -> QueryResult<Option<String>> {
    cards::table
        .filter(cards::replaces.eq(number.to_string()))
        .filter(cards::status.ne_all(["opposed", "expired", "cancelled"]))
        .select(cards::number)
        .first(db)
        .optional()
}

fn cards_of(db: &mut Database, place: &Place<'_>) -> Result<Vec<PlacedCard>, NotEligible> {
    let rows: Vec<(String, String, bool)> = cards::table
        .filter(cards::holder.eq_any(merges::identifiers_of_one(db, place.holder)?))
        .filter(cards::kind.eq(place.kind.as_str()))
        .filter(cards::exercise.eq(place.exercise))
        .order(cards::number)
        .select((cards::number, cards::status, cards::temporary))
        .load(db)?;
    rows.into_iter()
        .map(|(number, status, temporary)| match status.parse() {
            Ok(status) => Ok(PlacedCard { number, status, temporary }),
            Err(_) => Err(NotEligible::CardUnreadable(number)),
        })
        .collect()
}
