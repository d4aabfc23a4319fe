//! What else the holder has.

use card::Card;
use registration_authority::queue::OrderSummary;
use registration_authority::suspension::CardState;

use crate::language::Language;
use crate::messages::Key;
use crate::typography::Shown;
use crate::words;

/// A card of the holder.
pub(super) struct PastCard {
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) status: Key,
}

/// Another order for the holder.
pub(super) struct PastOrder {
    pub(super) number: String,
    pub(super) day: String,
    pub(super) profession: String,
    pub(super) status: Key,
}

impl PastCard {
    pub(super) fn of((card, state): &(Card, CardState)) -> Self {
        Self {
            number: card.number.to_string(),
            kind: card.kind.to_string(),
            status: words::card_state(*state),
        }
    }
}

impl PastOrder {
    pub(super) fn of(order: &OrderSummary, language: Language) -> Self {
        Self {
            number: order.number.clone(),
            day: language.day(Shown(order.submitted_at)),
            profession: order.profession.clone(),
            status: words::order_state(order.status),
        }
    }
}
