use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::officers::{self, NotAuthorised, Reach, Right, Within};
use crate::renewal::{self, PlanReadError, RenewalPlan};

/// Why a renewal plan cannot be shown.
#[derive(Debug, Error)]
pub enum PlanViewError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanReadError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for PlanViewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The renewal plans that wait for their approval, newest first. A plan is about everybody: who is there for some orders reads none.
pub fn plans(db: &mut Database, act: &Act) -> Result<Within<RenewalPlan>, PlanViewError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let waiting = renewal::waiting(db)?;
    Ok(Within::of(waiting, |plan| officer.reads(db, &plan.planned_by, &Reach::Everything))?)
}

/// One plan.
pub fn plan(db: &mut Database, id: &str, act: &Act) -> Result<RenewalPlan, PlanViewError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    officer.require_within(db, &Reach::Everything)?;
    Ok(renewal::get(db, id)?)
}
