use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::structure_mandate_ends;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::{END, Mandate, MandateError, MandateState, get};
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

/// Approves or refuses a mandate, in the name of the officer who acts and who made `proof`; or ends one that stands by refusing it after
/// all. What was asked for under it before stands. Inside the caller's write transaction.
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
    let subject = mandate.decidable();
    let ends = subject.version >= END;
    // Nothing is approved twice, and what its day has ended is not ended again.
    if ends && (verdict == Verdict::Approve || !mandate.as_signed().stood(act.at)) {
        let name = mandate.state(act.at).name();
        return Err(DecideError::not_open(&subject, name).into());
    }
    let given = Given { version: subject.version, verdict, proof, reason_text };
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    let mut payload = taken.event_payload();
    payload["mandate"] = json!(number);
    let action = match verdict {
        Verdict::Approve => "structure.mandate-approved",
        Verdict::Refuse if ends => {
            payload["agent"] = json!(mandate.login);
            let login = act.actor.officer().unwrap_or_default();
            // The pages take nothing from its agent any more, whether he has laid it down or not.
            write_end(db, number, login, act)?;
            "structure.mandate-ended"
        }
        Verdict::Refuse => "structure.mandate-refused",
    };
    let subject = format!("structure {}", mandate.structure);
    audit::record(db, audit::Event { action, subject, payload }, rng, act)?;
    Ok(get(db, number)?)
}

/// Why a mandate is not laid down.
#[derive(Debug, Error)]
pub enum LayDownError {
    /// The actor may not do it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// It is another's.
    #[error("mandate {0} is not the mandate of who lays it down: an officer ends it by his signature")]
    NotYours(String),
    /// It never stood, or has ended.
    #[error("mandate {0} does not stand")]
    NotStanding(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for LayDownError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::NotYours(_) => faults::MANDATE_NOT_YOURS,
            Self::NotStanding(_) => faults::MANDATE_NOT_STANDING,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Lays one's own mandate down: from now on the pages take nothing from its agent. No officer has signed for that, so what the worker does
/// for the structure (renewals, what lapses) goes on until one [refuses](decide) it. What was asked for under it stands. Inside the
/// caller's write transaction.
pub fn lay_down(
    db: &mut Database,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Mandate, LayDownError> {
    let mandate = get(db, number)?;
    let officer = officers::require(db, Right::Submit, act)?;
    if officer.login != mandate.login {
        return Err(LayDownError::NotYours(number.to_owned()));
    }
    let stands = matches!(mandate.state(act.at), MandateState::Approved { .. });
    if !stands || !write_end(db, number, &officer.login, act)? {
        return Err(LayDownError::NotStanding(number.to_owned()));
    }
    let event = audit::Event {
        action: "structure.mandate-laid-down",
        subject: format!("structure {}", mandate.structure),
        payload: json!({ "mandate": number, "agent": mandate.login }),
    };
    audit::record(db, event, rng, act)?;
    Ok(get(db, number)?)
}

/// Whether there was none before.
fn write_end(db: &mut Database, number: &str, login: &str, act: &Act) -> QueryResult<bool> {
    let before = structure_mandate_ends::table.find(number).count().get_result::<i64>(db)?;
    if before > 0 {
        return Ok(false);
    }
    let ended = diesel::insert_into(structure_mandate_ends::table)
        .values((
            structure_mandate_ends::mandate.eq(number),
            structure_mandate_ends::ended_by.eq(login),
            structure_mandate_ends::ended_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(ended == 1)
}
