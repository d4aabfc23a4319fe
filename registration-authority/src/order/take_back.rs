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

/// Decisions of an officer that are looked at, the newest first, for one that he can take back: a worker that is late leaves some behind.
const LOOKED_AT: i64 = 20;

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

/// How long a decision can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocable {
    /// As long as the order waits for its second officer: nothing follows from the first one's approval alone.
    WhileOpen,
    /// Until then. Of two approvals nothing follows before both have taken effect.
    Until(Timestamp),
}

impl Revocable {
    /// Whether it still can at that moment.
    pub fn holds(self, at: Timestamp) -> bool {
        match self {
            Self::WhileOpen => true,
            Self::Until(until) => at < until,
        }
    }
}

/// Takes back the decision that the officer who acts took on `version`, before it has taken effect.
///
/// The order is open again, in its next version: what was signed is about no version that stands, so that nothing follows
/// from it, and another officer's approval beside it has to be given again too. Inside the caller's write transaction.
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
    // Whoever lets the decision take effect takes this row first too: he waits for this, or this sees what he has done.
    diesel::update(card_orders::table.find(number))
        .set(card_orders::status.eq(card_orders::status))
        .execute(db)?;
    let mut order = get(db, number)?;
    let from = order.state.name();
    let not_open = || TakeBackError::NotOpen { number: number.to_owned(), status: from, version };
    let decisions = decision::of(db, SubjectKind::CardOrder, number)?;
    let his = decisions.iter().find(|one| one.subject_version == version && one.decided_by == officer.login);
    let Some(his) = his else {
        return Err(TakeBackError::NotYours { number: number.to_owned(), version, login: officer.login });
    };
    let how_long = revocable(verifier, &order, &decisions, his).filter(|_| order.version == version);
    let since = match how_long.ok_or_else(not_open)? {
        Revocable::Until(since) if since <= act.at => {
            return Err(TakeBackError::InEffect { number: number.to_owned(), since });
        }
        Revocable::Until(since) => since,
        Revocable::WhileOpen => act.at,
    };
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

/// The decision on the order's version that this officer could take back at this moment, with how long. For a page.
pub fn may_take_back<'a>(
    verifier: &ApprovalVerifier,
    officer: &Officer,
    order: &CardOrder,
    decisions: &'a [Decision],
    at: Timestamp,
) -> Option<(&'a Decision, Revocable)> {
    let his = decisions
        .iter()
        .find(|one| one.subject_version == order.version && one.decided_by == officer.login)
        .filter(|_| officer.role.may(Right::Decide))?;
    let how_long = revocable(verifier, order, decisions, his)?;
    how_long.holds(at).then_some((his, how_long))
}

/// The officer's newest decision that takes effect by itself unless he takes it back, which he can at this moment, with until when. For
/// a page. One that waits for another officer is no such decision: its order's page offers to take it back.
pub fn last_to_take_back(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    officer: &Officer,
    at: Timestamp,
) -> Result<Option<(CardOrder, Decision, Timestamp)>, OrderError> {
    // Of two who approved, the first's date stands beside the order: when both have taken effect is reckoned below.
    let newest: Vec<String> = decisions_pending::table
        .inner_join(
            decisions::table.on(decisions::subject_kind
                .eq(decisions_pending::subject_kind)
                .and(decisions::subject_number.eq(decisions_pending::subject_number))
                .and(decisions::subject_version.eq(decisions_pending::subject_version))),
        )
        .inner_join(
            card_orders::table.on(card_orders::number
                .eq(decisions_pending::subject_number)
                .and(card_orders::version.eq(decisions_pending::subject_version))),
        )
        .filter(decisions_pending::subject_kind.eq(SubjectKind::CardOrder.as_str()))
        .filter(card_orders::status.eq_any(["approved", "refused"]))
        .filter(decisions::decided_by.eq(&officer.login))
        .order((decisions::decided_at.desc(), decisions::subject_number.desc()))
        .limit(LOOKED_AT)
        .select(decisions::subject_number)
        .load(db)?;
    for number in newest {
        let order = get(db, &number)?;
        let taken = decision::of(db, SubjectKind::CardOrder, &number)?;
        if let Some((one, Revocable::Until(until))) = may_take_back(verifier, officer, &order, &taken, at) {
            let decision = one.clone();
            return Ok(Some((order, decision, until)));
        }
    }
    Ok(None)
}

/// How long this decision on the order's version can be taken back; none where nothing would follow from it anyway, or has.
fn revocable(
    verifier: &ApprovalVerifier,
    order: &CardOrder,
    decisions: &[Decision],
    his: &Decision,
) -> Option<Revocable> {
    let until = |one| decision::can_be_taken_back_until(verifier, SubjectKind::CardOrder, one);
    match order.state {
        OrderState::Submitted => Some(Revocable::WhileOpen),
        OrderState::Approved { .. } => {
            let beside = decisions.iter().filter(|one| one.subject_version == order.version);
            beside.map(until).max().map(Revocable::Until)
        }
        // Whoever approved what another refused has nothing to take back: the refusal is the other's.
        OrderState::Refused { .. } if his.approves() => None,
        OrderState::Refused { .. } => Some(Revocable::Until(until(his))),
        OrderState::Waiting { .. } | OrderState::Withdrawn { .. } | OrderState::Ordered { .. } => None,
    }
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
