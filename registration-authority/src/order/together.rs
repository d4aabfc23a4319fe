//! What an officer decided by one gesture: the page that says what became of it takes all of it back at once.

use diesel::prelude::*;
use store::schema::decisions;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

#[cfg(test)]
mod tests;

use super::{CardOrder, OrderError, Revocable, get, may_take_back};
use crate::approval::{ApprovalVerifier, BULK_BOUND, SubjectKind};
use crate::decision::{self, Decision};
use crate::officers::{self, NotAuthorised, Right};

/// A decision of several.
#[derive(Clone, Debug)]
pub struct Together {
    /// The order, as it stands now.
    pub order: CardOrder,
    /// What was decided on it.
    pub decision: Decision,
    /// Until when it can be taken back; none where it cannot any more, or was.
    pub until: Option<Timestamp>,
    /// Whether it was taken back.
    pub taken_back: bool,
}

/// Why it is not known what was decided.
#[derive(Debug, Error)]
pub enum TogetherError {
    /// The actor decides nothing.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TogetherError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// What the officer who acts decided on orders at `decided_at`, by number: one gesture dates all of its rows alike, and no two of his have
/// one date. Of another's decisions nobody learns here.
pub fn decided_together(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    decided_at: Timestamp,
    act: &Act,
) -> Result<Vec<Together>, TogetherError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let rows: Vec<(String, i64)> = decisions::table
        .filter(decisions::decided_by.eq(&officer.login).and(decisions::decided_at.eq(decided_at)))
        .filter(decisions::subject_kind.eq(SubjectKind::CardOrder.as_str()))
        .order(decisions::subject_number)
        .limit(BULK_BOUND as i64)
        .select((decisions::subject_number, decisions::subject_version))
        .load(db)?;
    let mut together = Vec::with_capacity(rows.len());
    for (number, version) in rows {
        let order = get(db, &number)?;
        let all = decision::of(db, SubjectKind::CardOrder, &number)?;
        let his = |one: &&Decision| one.subject_version == version && one.decided_by == officer.login;
        let Some(decision) = all.iter().find(his).cloned() else { continue };
        let revocable = may_take_back(verifier, &officer, &order, &all, act.at);
        let until =
            revocable.filter(|(one, _)| one.subject_version == version).and_then(|(_, how)| match how {
                Revocable::Until(until) => Some(until),
                Revocable::WhileOpen => None,
            });
        let retractions = decision::retractions(db, SubjectKind::CardOrder, &number)?;
        let taken_back =
            retractions.iter().any(|one| one.subject_version == version && one.decided_by == officer.login);
        together.push(Together { order, decision, until, taken_back });
    }
    Ok(together)
}
