use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::held_feed::{self, HeldFeed, HeldFeedError};
use crate::lapse::{self, CertificateLapse, Lapse, LapseError, OppositionPlan, OppositionPlanError};
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
    /// A plan of oppositions cannot be had.
    #[error(transparent)]
    Plan(#[from] OppositionPlanError),
    /// A lapse cannot be had.
    #[error(transparent)]
    Lapse(#[from] LapseError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StopsError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Feed(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Lapse(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The feeds that were put aside and that nothing newer has overtaken.
pub fn held_feeds(db: &mut Database, act: &Act) -> Result<Vec<HeldFeed>, StopsError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(held_feed::waiting(db)?)
}

/// The plans of oppositions with cards that wait.
pub fn opposition_plans(db: &mut Database, act: &Act) -> Result<Vec<OppositionPlan>, StopsError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(lapse::waiting(db)?)
}

/// The feed of this digest, as it was put aside last.
pub fn held_feed(db: &mut Database, feed: &str, act: &Act) -> Result<HeldFeed, StopsError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(held_feed::get(db, feed)?)
}

/// One plan of oppositions.
pub fn opposition_plan(db: &mut Database, id: &str, act: &Act) -> Result<OppositionPlan, StopsError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(lapse::get(db, id)?)
}

/// The cards that the register no longer supports, `limit` at most.
pub fn open_lapses(db: &mut Database, limit: i64, act: &Act) -> Result<Vec<Lapse>, StopsError> {
    officers::require(db, Right::ReadCard, act)?;
    Ok(lapse::open(db, limit)?)
}

/// The software certificates that the register no longer supports, `limit` at most.
pub fn open_certificate_lapses(
    db: &mut Database,
    limit: i64,
    act: &Act,
) -> Result<Vec<CertificateLapse>, StopsError> {
    officers::require(db, Right::ReadCard, act)?;
    Ok(lapse::open_certificates(db, limit)?)
}
