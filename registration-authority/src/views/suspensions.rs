use card::CardNumber;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::suspension::{self, Suspension};

/// Why a suspension cannot be shown.
#[derive(Debug, Error)]
pub enum SuspensionViewError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The card is not suspended.
    #[error("card {0} is not suspended")]
    None(CardNumber),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SuspensionViewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::None(_) => faults::SUSPENSION_NONE,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The suspensions that stand after that of the number `after`, by number, `limit` at most.
pub fn suspensions(
    db: &mut Database,
    after: &str,
    limit: i64,
    act: &Act,
) -> Result<Vec<Suspension>, SuspensionViewError> {
    officers::require(db, Right::ReadCard, act)?;
    Ok(suspension::open_after(db, after, limit)?)
}

/// The suspension of a card.
pub fn suspension(
    db: &mut Database,
    card: &CardNumber,
    act: &Act,
) -> Result<Suspension, SuspensionViewError> {
    officers::require(db, Right::ReadCard, act)?;
    suspension::of_card(db, card)?.ok_or(SuspensionViewError::None(*card))
}
