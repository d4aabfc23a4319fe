use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::audit::{self, Event};
use store::schema::cards;
use store::{Act, Code, CryptoRng, Database, Fault};
use thiserror::Error;

use crate::{
    Card, CardKind, CardLife, CardNumber, CardNumberPrefix, CardStatus, faults, number_counter, record,
};

/// The longest text of a [`NewCard`], in bytes.
const LONGEST: usize = 64;

/// What is known of a card before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCard {
    /// Its kind.
    pub kind: CardKind,
    /// The national identifier of its holder.
    pub holder: String,
    /// Those that he had before: a card under one of them is his.
    pub former_holder: Vec<String>,
    /// What it is tied to: `profession:60`, or a structure; never empty.
    pub exercise: String,
    /// The approved card order it answers: one order, one card.
    pub order_number: String,
    /// The card it takes the place of, of the same holder.
    pub replaces: Option<CardNumber>,
    /// Lent until the real one comes.
    pub temporary: bool,
}

/// Why a card was not ordered.
#[derive(Debug, Error)]
pub enum OrderError {
    /// A text is empty, too long, or has something else than visible ASCII in it.
    #[error("{field}: expected 1 to {LONGEST} visible ASCII characters")]
    Text {
        /// Which.
        field: &'static str,
    },
    /// The card order has its card already.
    #[error("card order {order_number}: card {card} was made for it")]
    AlreadyOrdered {
        /// Which order.
        order_number: String,
        /// Its card.
        card: CardNumber,
    },
    /// The card to be replaced is not there, or is another holder's.
    #[error("replaces: card {0} is not a card of this holder")]
    NotTheHolders(CardNumber),
    /// Every number behind the prefix is taken.
    #[error("prefix {0}: every card number is taken")]
    Exhausted(CardNumberPrefix),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for OrderError {
    fn code(&self) -> Code {
        match self {
            Self::Text { .. } => faults::INVALID,
            Self::AlreadyOrdered { .. } => faults::ALREADY_ORDERED,
            Self::NotTheHolders(_) => faults::REPLACES_ANOTHER,
            Self::Exhausted(_) => faults::NUMBERS_EXHAUSTED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Gives a card its number. Called inside the caller's transaction.
pub fn order(
    db: &mut Database,
    new: NewCard,
    prefix: CardNumberPrefix,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Card, OrderError> {
    let texts = [("holder", &new.holder), ("exercise", &new.exercise), ("order_number", &new.order_number)];
    for (field, text) in texts {
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OrderError::Text { field });
        }
    }
    if let Some(card) = record::of_order(db, &new.order_number)? {
        return Err(OrderError::AlreadyOrdered { order_number: new.order_number, card: card.number });
    }
    if let Some(replaced) = new.replaces {
        let his = |card: Card| card.holder == new.holder || new.former_holder.contains(&card.holder);
        if !record::find(db, &replaced)?.is_some_and(his) {
            return Err(OrderError::NotTheHolders(replaced));
        }
    }
    let number = number_counter::draw(db, prefix)?.ok_or(OrderError::Exhausted(prefix))?;
    let card = Card {
        number,
        kind: new.kind,
        holder: new.holder,
        exercise: new.exercise,
        order_number: new.order_number,
        replaces: new.replaces,
        temporary: new.temporary,
        life: CardLife::Ordered { at: act.at },
        version: 1,
        ordered_at: act.at,
    };
    insert(db, &card, act)?;
    audit::record(
        db,
        Event {
            action: "card.ordered",
            subject: format!("card {number}"),
            payload: serde_json::json!({
                "kind": card.kind,
                "holder": card.holder,
                "exercise": card.exercise,
                "order": card.order_number,
                "replaces": card.replaces,
                "temporary": card.temporary,
            }),
        },
        rng,
        act,
    )?;
    Ok(card)
}

fn insert(db: &mut Database, card: &Card, act: &Act) -> QueryResult<usize> {
    diesel::insert_into(cards::table)
        .values((
            cards::number.eq(card.number.to_string()),
            cards::kind.eq(card.kind.as_str()),
            cards::holder.eq(&card.holder),
            cards::exercise.eq(&card.exercise),
            cards::order_number.eq(&card.order_number),
            cards::replaces.eq(card.replaces.map(|number| number.to_string())),
            cards::temporary.eq(card.temporary),
            cards::status.eq(CardStatus::Ordered.as_str()),
            cards::version.eq(card.version),
            cards::ordered_at.eq(card.ordered_at),
            cards::changed_at.eq(act.at),
        ))
        .execute(db)
}

#[cfg(test)]
mod tests;
