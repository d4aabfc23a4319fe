use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::structure_mandate_ends;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::{Mandate, MandateError, MandateState, get};
use crate::approval::{ApprovalProof, ApprovalVerifier, Verdict};
use crate::decision::{self, DecideError, Given};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

/// Why a mandate is not decided on.
#[derive(Debug, Error)]
pub enum DecideMandateError {
    /// It cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DecideMandateError {
    fn code(&self) -> Code {
        match self {
            Self::Mandate(error) => error.code(),
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

/// Approves or refuses a mandate, in the name of the officer who acts and who made `proof`. Inside the caller's write
/// transaction.
#[expect(clippy::too_many_arguments, reason = "a decision, and what it is made with")]
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    verdict: Verdict,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Mandate, DecideMandateError> {
    let mandate = get(db, number)?;
    let given = Given { version: 1, verdict, proof, reason_text };
    let taken = decision::check(db, verifier, mandate.decidable(), given, act)?.record(db, act)?;
    let action = match verdict {
        Verdict::Approve => "structure.mandate-approved",
        Verdict::Refuse => "structure.mandate-refused",
    };
    let mut payload = taken.event_payload();
    payload["mandate"] = json!(number);
    let subject = format!("structure {}", mandate.structure);
    audit::record(db, audit::Event { action, subject, payload }, rng, act)?;
    Ok(get(db, number)?)
}

/// Why a mandate is not ended.
#[derive(Debug, Error)]
pub enum EndError {
    /// The actor may not end it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// It never stood, or has ended.
    #[error("mandate {0} does not stand")]
    NotStanding(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for EndError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::NotStanding(_) => faults::MANDATE_NOT_STANDING,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Ends a mandate: by a registration officer, or by the agent himself. What was asked for under it stands. Inside the caller's
/// write transaction.
pub fn end(db: &mut Database, number: &str, rng: &mut dyn CryptoRng, act: &Act) -> Result<Mandate, EndError> {
    let mandate = get(db, number)?;
    let own = act.actor.officer() == Some(mandate.login.as_str());
    let officer = officers::require(db, if own { Right::Submit } else { Right::Decide }, act)?;
    officer.require_within(db, &mandate.reach())?;
    if !matches!(mandate.state(act.at), MandateState::Approved { .. }) {
        return Err(EndError::NotStanding(number.to_owned()));
    }
    let ended = diesel::insert_into(structure_mandate_ends::table)
        .values((
            structure_mandate_ends::mandate.eq(number),
            structure_mandate_ends::ended_by.eq(officer.login),
            structure_mandate_ends::ended_at.eq(act.at),
        ))
        .execute(db);
    match ended {
        Ok(_) => {}
        Err(error) if store::database::is_unique_violation(&error) => {
            return Err(EndError::NotStanding(number.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let event = audit::Event {
        action: "structure.mandate-ended",
        subject: format!("structure {}", mandate.structure),
        payload: json!({ "mandate": number, "agent": mandate.login }),
    };
    audit::record(db, event, rng, act)?;
    Ok(get(db, number)?)
}
