use serde::Serialize;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::officers::{self, NotAuthorised, Right};
use crate::order::{self, CardOrder, OrderError, QueueFilter};

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderSummary {
    /// `CO-2026-000001`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// `CPS`.
    pub kind: String,
    /// IdNat_PS.
    pub holder: String,
    /// The names to be certified.
    pub family_name: String,
    /// The names to be certified.
    pub given_name: String,
    /// The label of the profession, or the title of the staff of a structure.
    pub profession: String,
    /// The card that it replaces.
    pub replaces: Option<String>,
    /// Who submitted it.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Where it stands: `submitted`.
    pub status: &'static str,
}

impl From<&CardOrder> for OrderSummary {
    fn from(order: &CardOrder) -> Self {
        Self {
            number: order.number.clone(),
            version: order.version,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            profession: order.tie.label().to_owned(),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at,
            status: order.state.name(),
        }
    }
}

/// Why the queue cannot be shown.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An order of the page cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl Fault for QueueError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
        }
    }
}

impl From<diesel::result::Error> for QueueError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Order(error.into())
    }
}

/// A page of the queue.
pub fn queue(db: &mut Database, filter: &QueueFilter, act: &Act) -> Result<Vec<OrderSummary>, QueueError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(order::queue(db, filter)?.iter().map(OrderSummary::from).collect())
}
