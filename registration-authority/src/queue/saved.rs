//! Views of the queue that an officer keeps under a name: the query of the page's address, which the page alone reads.

use diesel::prelude::*;
use store::schema::queue_views;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

/// Longest name, in characters.
pub const NAME_BOUND: usize = 60;
/// Longest query, in octets.
pub const QUERY_BOUND: usize = 500;
/// Most views of one officer.
pub const VIEWS_BOUND: usize = 20;

/// A view that an officer keeps.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The query of its address: `statut=en-attente&type=CPS`.
    pub query: String,
}

/// Why a view is not kept.
#[derive(Debug, Error)]
pub enum ViewError {
    /// The actor may not read the queue.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Its name or its query is not of the form that it must have.
    #[error("a view has a name of 1 to {NAME_BOUND} characters and a query of {QUERY_BOUND} octets at most")]
    Invalid,
    /// The officer keeps as many as he can.
    #[error("an officer keeps {VIEWS_BOUND} views at most")]
    TooMany,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ViewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Invalid => faults::QUEUE_VIEW_INVALID,
            Self::TooMany => faults::QUEUE_VIEWS_FULL,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The views of the officer who acts, by name.
pub fn views(db: &mut Database, act: &Act) -> Result<Vec<View>, ViewError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    Ok(queue_views::table
        .filter(queue_views::officer.eq(officer.login))
        .order(queue_views::name)
        .select((queue_views::name, queue_views::query))
        .load(db)?)
}

/// Keeps a view; one of the same name is replaced. It is his own convenience, and no event of the trail. Inside the caller's
/// write transaction.
pub fn save(db: &mut Database, view: &View, act: &Act) -> Result<(), ViewError> {
    let kept = views(db, act)?;
    let name = view.name.trim();
    let fits = (1..=NAME_BOUND).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !fits || view.query.len() > QUERY_BOUND {
        return Err(ViewError::Invalid);
    }
    if kept.len() >= VIEWS_BOUND && !kept.iter().any(|one| one.name == name) {
        return Err(ViewError::TooMany);
    }
    forget(db, name, act)?;
    diesel::insert_into(queue_views::table)
        .values((
            queue_views::officer.eq(act.actor.officer().unwrap_or_default()),
            queue_views::name.eq(name),
            queue_views::query.eq(&view.query),
            queue_views::saved_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets a view of the officer who acts; nothing happens where he has none of this name. Inside the caller's write
/// transaction.
pub fn forget(db: &mut Database, name: &str, act: &Act) -> Result<(), ViewError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    diesel::delete(queue_views::table.find((officer.login, name))).execute(db)?;
    Ok(())
}
