use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::officer_delegation_ends;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::{Delegation, DelegationError, DelegationState, get};
use crate::approval::{ApprovalProof, ApprovalVerifier, Verdict};
use crate::decision::{self, DecideError, Given};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Right};

/// Why a delegation is not signed for.
#[derive(Debug, Error)]
pub enum DecideDelegationError {
    /// It cannot be had.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
    /// Another officer delegates.
    #[error("delegation {0} is another officer's to sign")]
    NotYours(String),
    /// It would have ended already.
    #[error("delegation {0} is over")]
    Over(String),
    /// Who signs, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DecideDelegationError {
    fn code(&self) -> Code {
        match self {
            Self::Delegation(error) => error.code(),
            Self::NotYours(_) => faults::DELEGATION_NOT_YOURS,
            Self::Over(_) => faults::DELEGATION_NOT_OPEN,
            Self::Decide(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::Decide(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Signs for a delegation, in the name of the officer who delegates and who made `proof`. Inside the caller's write transaction.
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Delegation, DecideDelegationError> {
    let delegation = get(db, number)?;
    if act.actor.officer() != Some(delegation.delegator.as_str()) {
        return Err(DecideDelegationError::NotYours(number.to_owned()));
    }
    if delegation.ends_at <= act.at {
        return Err(DecideDelegationError::Over(number.to_owned()));
    }
    let given = Given { version: 1, verdict: Verdict::Approve, proof, reason_text: None };
    let taken = decision::check(db, verifier, delegation.decidable(), given, act)?.record(db, act)?;
    let mut payload = taken.event_payload();
    payload["delegate"] = json!(delegation.delegate);
    let subject = format!("delegation {number}");
    audit::record(db, audit::Event { action: "delegation.signed", subject, payload }, rng, act)?;
    Ok(get(db, number)?)
}

/// Why a delegation is not ended.
#[derive(Debug, Error)]
pub enum EndDelegationError {
    /// The actor may not end it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It is between two other officers.
    #[error("delegation {0} is between other officers")]
    NotYours(String),
    /// It cannot be had.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
    /// It was never signed for, or has ended.
    #[error("delegation {0} neither stands nor is to come")]
    NotStanding(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for EndDelegationError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(_) => faults::DELEGATION_NOT_YOURS,
            Self::Delegation(error) => error.code(),
            Self::NotStanding(_) => faults::DELEGATION_NOT_OPEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Whether this officer ends it: either of the two whom it is between, and any administrator.
pub fn may_end(officer: &Officer, delegation: &Delegation) -> bool {
    officer.role.may(Right::Enrol) || [&delegation.delegator, &delegation.delegate].contains(&&officer.login)
}

/// Ends a delegation before its time. What was decided by it before stands. Inside the caller's write transaction.
pub fn end(
    db: &mut Database,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Delegation, EndDelegationError> {
    let officer = officers::require(db, Right::ReadDelegations, act)?;
    let delegation = get(db, number)?;
    if !may_end(&officer, &delegation) {
        return Err(EndDelegationError::NotYours(number.to_owned()));
    }
    let not_standing = || EndDelegationError::NotStanding(number.to_owned());
    match delegation.state(act.at) {
        DelegationState::Signed | DelegationState::ToCome | DelegationState::Standing => {}
        DelegationState::Proposed | DelegationState::Refused | DelegationState::Ended => {
            return Err(not_standing());
        }
    }
    let ended = diesel::insert_into(officer_delegation_ends::table)
        .values((
            officer_delegation_ends::delegation.eq(number),
            officer_delegation_ends::ended_by.eq(officer.login),
            officer_delegation_ends::ended_at.eq(act.at),
        ))
        .execute(db);
    match ended {
        Ok(_) => {}
        Err(error) if store::database::is_unique_violation(&error) => return Err(not_standing()),
        Err(error) => return Err(error.into()),
    }
    let event = audit::Event {
        action: "delegation.ended",
        subject: format!("delegation {number}"),
        payload: json!({ "delegator": delegation.delegator, "delegate": delegation.delegate }),
    };
    audit::record(db, event, rng, act)?;
    Ok(get(db, number)?)
}
