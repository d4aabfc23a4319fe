use diesel::QueryResult;
use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::decide::tell;
use super::{CardOrder, OrderError, OrderState, get, set_status};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Right, Role};
use crate::outbox::Notice;

/// Why an order is not withdrawn.
#[derive(Debug, Error)]
pub enum WithdrawError {
    /// The actor may not submit, so may not withdraw either.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// An agent withdraws his own orders only.
    #[error("order {number} was not submitted by {login}")]
    NotYours {
        /// Which order.
        number: String,
        /// Who tried.
        login: String,
    },
    /// It has been refused, withdrawn or produced.
    #[error("order {number} is {status}")]
    NotOpen {
        /// Which order.
        number: String,
        /// Where it stands.
        status: String,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for WithdrawError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotYours { .. } => faults::ORDER_NOT_YOURS,
            Self::NotOpen { .. } => faults::ORDER_NOT_OPEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Takes an order back before it has a card: by its submitter, or by a registration officer.
/// Inside the caller's write transaction.
pub fn withdraw(
    db: &mut Database,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, WithdrawError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let mut order = get(db, number)?;
    if !is_his(&officer, &order) {
        return Err(WithdrawError::NotYours { number: number.to_owned(), login: officer.login });
    }
    officer.require_within(db, &order.reach())?;
    let from = order.state.name();
    if !is_open(&order) || !set_status(db, number, order.version, from, "withdrawn", act)? {
        return Err(WithdrawError::NotOpen { number: number.to_owned(), status: from.to_owned() });
    }
    order.state = OrderState::Withdrawn { at: act.at };
    tell(db, Notice::Withdrawn, &order, rng, act)?;
    let (subject, payload) = (format!("order {number}"), json!({"from": from}));
    audit::record(db, audit::Event { action: "order.withdrawn", subject, payload }, rng, act)?;
    Ok(order)
}

/// Whether `officer` could take this order back now: for what a page offers.
pub fn may_withdraw(db: &mut Database, officer: &Officer, order: &CardOrder) -> QueryResult<bool> {
    Ok(officer.role.may(Right::Submit)
        && is_his(officer, order)
        && is_open(order)
        && officer.covers(db, &order.reach())?)
}

pub(super) fn is_his(officer: &Officer, order: &CardOrder) -> bool {
    officer.role == Role::RegistrationOfficer || officer.login == order.submitted_by
}

fn is_open(order: &CardOrder) -> bool {
    order.is_undecided() || matches!(order.state, OrderState::Approved { .. })
}
