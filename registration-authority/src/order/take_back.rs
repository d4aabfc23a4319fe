use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, decisions, decisions_pending};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

#[cfg(test)]
mod tests;

use super::{CardOrder, OrderError, OrderState, get};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::decision::{self, Decision};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Right};
use crate::risk::{self, RiskError};

/// Why a decision is not taken back.
#[derive(Debug, Error)]
pub enum TakeBackError {
    /// The actor may not decide, so may not take back either.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The actor has decided nothing on this version.
    #[error("order {number}: {login} has not decided on version {version}")]
    NotYours {
        /// Which order.
        number: String,
        /// Which version.
        version: i64,
        /// Who tried.
        login: String,
    },
    /// It has taken effect.
    #[error("order {number}: the decision took effect at {since}")]
    InEffect {
        /// Which order.
        number: String,
        /// When.
        since: Timestamp,
    },
    /// It has its card, was withdrawn, or is at another version.
    #[error("order {number} is {status}: there is nothing to take back of version {version}")]
    NotOpen {
        /// Which order.
        number: String,
        /// Where it stands.
        status: &'static str,
        /// Which version.
        version: i64,
    },
    /// Another order was submitted for the same card since it was refused.
    #[error("order {0} cannot be open beside the one that was submitted since")]
    AnotherOpen(String),
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TakeBackError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotYours { .. } => faults::DECISION_NOT_YOURS,
            Self::InEffect { .. } => faults::DECISION_IN_EFFECT,
            Self::NotOpen { .. } => faults::ORDER_NOT_OPEN,
            Self::AnotherOpen(_) => faults::ORDER_ALREADY_OPEN,
            Self::Risk(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Takes back the decision that the officer who acts took on `version`, before it has taken effect.
///
/// The order is open again, in its next version: what was signed is about no version that stands, so that nothing follows
/// from it, and a first officer's approval beside it has to be given again too. Inside the caller's write transaction.
pub fn take_back(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, TakeBackError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let mut order = get(db, number)?;
    let from = order.state.name();
    let not_open = || TakeBackError::NotOpen { number: number.to_owned(), status: from, version };
    let decisions = decision::of(db, SubjectKind::CardOrder, number)?;
    let his = decisions.iter().find(|one| one.subject_version == version && one.decided_by == officer.login);
    let Some(his) = his else {
        return Err(TakeBackError::NotYours { number: number.to_owned(), version, login: officer.login });
    };
    if !has_its_decision(&order) || order.version != version {
        return Err(not_open());
    }
    let since = decision::can_be_taken_back_until(verifier, SubjectKind::CardOrder, his);
    if since <= act.at {
        return Err(TakeBackError::InEffect { number: number.to_owned(), since });
    }
    decision::retract(db, his, act.at).map_err(|error| in_effect(error, number, since))?;
    if !reopen(db, &order, act)? {
        return Err(not_open());
    }
    order.version = version + 1;
    order.state = OrderState::Submitted;
    risk::begin(db, registry, &order, act)?;
    let payload = json!({ "version": version, "decision": his.decision });
    let event =
        audit::Event { action: "order.decision-taken-back", subject: format!("order {number}"), payload };
    audit::record(db, event, rng, act)?;
    Ok(order)
}

/// The decision on the order's version that this officer could take back at this moment, with until when. For a page.
pub fn may_take_back<'a>(
    verifier: &ApprovalVerifier,
    officer: &Officer,
    order: &CardOrder,
    decisions: &'a [Decision],
    at: Timestamp,
) -> Option<(&'a Decision, Timestamp)> {
    let his = decisions
        .iter()
        .find(|one| one.subject_version == order.version && one.decided_by == officer.login)
        .filter(|_| officer.role.may(Right::Decide) && has_its_decision(order))?;
    let until = decision::can_be_taken_back_until(verifier, SubjectKind::CardOrder, his);
    (at < until).then_some((his, until))
}

/// The officer's newest decision from which nothing has followed yet, and that he could take back at this moment. For a page.
pub fn last_to_take_back(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    officer: &Officer,
    at: Timestamp,
) -> Result<Option<(CardOrder, Decision, Timestamp)>, OrderError> {
    let newest: Option<String> = decisions_pending::table
        .inner_join(
            decisions::table.on(decisions::subject_kind
                .eq(SubjectKind::CardOrder.as_str())
                .and(decisions::subject_number.eq(decisions_pending::order_number))
                .and(decisions::subject_version.eq(decisions_pending::order_version))),
        )
        .inner_join(
            card_orders::table.on(card_orders::number
                .eq(decisions_pending::order_number)
                .and(card_orders::version.eq(decisions_pending::order_version))),
        )
        .filter(decisions_pending::effective_at.gt(at))
        .filter(decisions::decided_by.eq(&officer.login))
        .order((decisions::decided_at.desc(), decisions::subject_number.desc()))
        .select(decisions::subject_number)
        .first(db)
        .optional()?;
    let Some(number) = newest else { return Ok(None) };
    let order = get(db, &number)?;
    let taken = decision::of(db, SubjectKind::CardOrder, &number)?;
    let found = may_take_back(verifier, officer, &order, &taken, at).map(|(one, until)| (one.clone(), until));
    Ok(found.map(|(decision, until)| (order, decision, until)))
}

/// Decided on, or by the first of two; and nothing has followed from it.
fn has_its_decision(order: &CardOrder) -> bool {
    matches!(order.state, OrderState::Submitted | OrderState::Approved { .. } | OrderState::Refused { .. })
}

/// The worker has told the holder, by its own clock: the trigger has seen it.
fn in_effect(error: diesel::result::Error, number: &str, since: Timestamp) -> TakeBackError {
    match error {
        diesel::result::Error::DatabaseError(_, told) if told.message().starts_with("in effect:") => {
            TakeBackError::InEffect { number: number.to_owned(), since }
        }
        error => error.into(),
    }
}

/// Opens the next version, on the condition that nobody was quicker.
fn reopen(db: &mut Database, order: &CardOrder, act: &Act) -> Result<bool, TakeBackError> {
    let moved = diesel::update(card_orders::table)
        .filter(card_orders::number.eq(&order.number))
        .filter(card_orders::version.eq(order.version))
        .filter(card_orders::status.eq(order.state.name()))
        .set((
            card_orders::status.eq("submitted"),
            card_orders::version.eq(order.version + 1),
            card_orders::changed_at.eq(act.at),
        ))
        .execute(db);
    match moved {
        Ok(moved) => Ok(moved == 1),
        Err(error) if store::database::is_unique_violation(&error) => {
            Err(TakeBackError::AnotherOpen(order.number.clone()))
        }
        Err(error) => Err(error.into()),
    }
}
