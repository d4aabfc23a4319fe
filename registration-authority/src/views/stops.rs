use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::held_feed::{self, HeldFeed, HeldFeedError};
use crate::officers::{self, NotAuthorised, Right};

/// Why it cannot be shown what a brake stopped.
#[derive(Debug, Error)]
pub enum StopsError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A feed that was put aside cannot be had.
    #[error(transparent)]
    Feed(#[from] HeldFeedError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StopsError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Feed(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The feeds that were put aside and that nothing newer has overtaken.
pub fn held_feeds(db: &mut Database, act: &Act) -> Result<Vec<HeldFeed>, StopsError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(held_feed::waiting(db)?)
}
