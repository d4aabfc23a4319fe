use card::{Card, CardStatus};
use diesel::prelude::*;
use store::Database;
use store::schema::card_suspensions;

/// Where a card stands, as people and programs are told: every page, and the API. Its life does not know that it is suspended, and who
/// reads "active" hands over what nobody relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardState {
    /// It is stopped for a time, and would be active.
    Suspended,
    /// As its life says.
    In(CardStatus),
}

impl CardState {
    /// `suspended`, or the word of its life: `active`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::In(status) => status.as_str(),
        }
    }
}

/// Where this card stands.
pub fn state_of(db: &mut Database, card: &Card) -> QueryResult<CardState> {
    let status = card.life.status();
    let of_card = card_suspensions::card_number.eq(card.number.to_string());
    let open = card_suspensions::table.filter(of_card.and(card_suspensions::outcome.is_null()));
    // What is over is over, whatever stands beside it.
    let suspended =
        status == CardStatus::Active && diesel::select(diesel::dsl::exists(open)).get_result(db)?;
    Ok(if suspended { CardState::Suspended } else { CardState::In(status) })
}
