use std::time::Duration;

use diesel::prelude::*;
use jiff::civil::Date;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::officer_delegations;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::{Delegation, DelegationError, DelegationState, LONGEST, of_officer};
use crate::approval::PROOF_VALIDITY;
use crate::faults;
use crate::mandate::end_of_day;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Officer, OfficerError, Right, Scope};

/// The most delegations of one officer that wait, are to come or stand.
const OPEN_BOUND: usize = 20;

/// How long one that nobody has signed for counts among them.
const UNSIGNED: Duration = Duration::from_secs(24 * 3600);

/// What an officer means to delegate.
#[derive(Clone, Debug)]
pub struct NewDelegation {
    /// To whom: a login.
    pub delegate: String,
    /// Which orders: his own scope, or a part of it.
    pub scope: Scope,
    /// From when on.
    pub begins_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Why nothing is delegated.
#[derive(Debug, Error)]
pub enum ProposeDelegationError {
    /// The actor may not delegate.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A field is not of the form it must have.
    #[error("{field}: {rule}")]
    Field {
        /// Which.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// Nobody of this login stands enrolled in a role that decides, or it is the actor's own.
    #[error("{0} is no other officer who decides")]
    NoDelegate(String),
    /// Wider than the delegator's own scope.
    #[error("{0} is there for {1}, and delegates nothing wider")]
    Wider(String, Scope),
    /// Too many are open.
    #[error("{0} has {OPEN_BOUND} delegations that are open: end one first")]
    TooMany(String),
    /// A delegation that is there cannot be read.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
    /// The officer's row cannot be read.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ProposeDelegationError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Field { .. } => faults::DELEGATION_FIELD_INVALID,
            Self::NoDelegate(_) => faults::DELEGATION_NO_DELEGATE,
            Self::Wider(..) => faults::DELEGATION_WIDER,
            Self::TooMany(_) => faults::DELEGATION_TOO_MANY,
            Self::Delegation(error) => error.code(),
            Self::Officer(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes down what the officer who acts means to delegate: worth nothing until he has signed for it. Never wider than his own scope, so
/// nothing that was delegated to him. Inside the caller's write transaction.
pub fn propose(
    db: &mut Database,
    new: NewDelegation,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Delegation, ProposeDelegationError> {
    let officer = officers::require(db, Right::Decide, act)?;
    check_dates(&new, act.at)?;
    let Some(delegate) = delegates(db, act)?.into_iter().find(|one| one.login == new.delegate) else {
        return Err(ProposeDelegationError::NoDelegate(new.delegate));
    };
    if !officer.scope.contains(&new.scope) {
        return Err(ProposeDelegationError::Wider(officer.login, officer.scope));
    }
    let open = |one: &Delegation| one.delegator == officer.login && counts(one, act.at);
    if of_officer(db, &officer.login)?.iter().filter(|one| open(one)).count() >= OPEN_BOUND {
        return Err(ProposeDelegationError::TooMany(officer.login));
    }
    let delegation = Delegation {
        number: numbering::next(db, Series::OfficerDelegation, act.at)?,
        delegator: officer.login,
        delegator_name: officer.display_name,
        delegate: new.delegate,
        delegate_name: delegate.display_name,
        scope: new.scope,
        begins_at: new.begins_at,
        ends_at: new.ends_at,
        proposed_at: act.at,
        ended: None,
        decisions: Vec::new(),
        receipt: None,
    };
    insert(db, &delegation)?;
    let event = audit::Event {
        action: "delegation.proposed",
        subject: format!("delegation {}", delegation.number),
        payload: json!({
            "delegate": delegation.delegate, "scope": delegation.scope.to_string(),
            "begins_at": delegation.begins_at, "ends_at": delegation.ends_at,
        }),
    };
    audit::record(db, event, rng, act)?;
    Ok(delegation)
}

/// From the beginning of one day to the end of another, `2026-12-31`, by the clocks of Paris; `None` where one is no day.
pub fn days(first: &str, last: &str) -> Option<(Timestamp, Timestamp)> {
    let before = first.parse::<Date>().ok()?.yesterday().ok()?;
    Some((end_of_day(&before.to_string())?, end_of_day(last)?))
}

/// To whom the officer who acts can delegate: every other who stands enrolled in his role, by login.
pub fn delegates(db: &mut Database, act: &Act) -> Result<Vec<Officer>, ProposeDelegationError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let mut others = officers::list(db)?;
    others.retain(|one| one.login != officer.login && one.role == officer.role && one.stood(act.at));
    Ok(others)
}

/// Whether it is one of the [`OPEN_BOUND`]: signed and not over, or written down within a day. What nobody signs for keeps nobody from
/// delegating for longer.
fn counts(one: &Delegation, at: Timestamp) -> bool {
    match one.state(at) {
        DelegationState::Ended | DelegationState::Refused => false,
        DelegationState::Proposed => one.ends_at > at && one.proposed_at > at.minus(UNSIGNED),
        DelegationState::Signed | DelegationState::ToCome | DelegationState::Standing => one.ends_at > at,
    }
}

fn check_dates(new: &NewDelegation, at: Timestamp) -> Result<(), ProposeDelegationError> {
    let field = |field, rule| Err(ProposeDelegationError::Field { field, rule });
    if new.begins_at > at.plus(PROOF_VALIDITY) {
        return field("begins_at", "within the 90 days to come");
    }
    if new.ends_at <= new.begins_at || new.ends_at <= at {
        return field("ends_at", "a moment to come, after the beginning");
    }
    if new.ends_at > new.begins_at.plus(LONGEST) {
        return field("ends_at", "31 days after the beginning at most");
    }
    Ok(())
}

fn insert(db: &mut Database, delegation: &Delegation) -> QueryResult<usize> {
    diesel::insert_into(officer_delegations::table)
        .values((
            officer_delegations::number.eq(&delegation.number),
            officer_delegations::delegator.eq(&delegation.delegator),
            officer_delegations::delegate.eq(&delegation.delegate),
            officer_delegations::scope.eq(delegation.scope.to_string()),
            officer_delegations::begins_at.eq(delegation.begins_at),
            officer_delegations::ends_at.eq(delegation.ends_at),
            officer_delegations::proposed_at.eq(delegation.proposed_at),
        ))
        .execute(db)
}
