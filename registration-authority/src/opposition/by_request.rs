//! The worker's side of an agent's request: who he is, his mandate, the register and the card are judged again, as they stand now, and
//! the card opposed in his name; or the request is refused, with the rule.

use std::time::Duration;

use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_requests;
use store::{Act, Actor, Code, Database, Fault, Kind, audit};
use thiserror::Error;

use super::request::{OppositionRequest, OppositionRequestError, waiting};
use super::requester::{self, Claim, Requested, RequesterError};
use super::{OpposeError, oppose_within};
use crate::approval::ApprovalVerifier;
use crate::certification::{AgentClaim, EvidenceError, verify_agent};
use crate::mandate::{self, MandateError, Quality};
use crate::officers::{self, NotAuthorised, Right};

#[cfg(test)]
mod tests;

/// How long a request waits for an officer's decision to be received and to take effect, or for a row to be put right, and how far ahead
/// it may be dated; then it is refused. A card has one open request: one that nothing supports keeps no true agent out for longer.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// What a round of answers did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnsweredRequests {
    /// Cards that were opposed.
    pub opposed: Vec<String>,
    /// Requests that were refused, each with the code of why.
    pub refused: Vec<(String, Code)>,
    /// Requests that still wait, each with the code of why.
    pub failed: Vec<(String, Code)>,
}

/// Why a card is not opposed.
#[derive(Debug, Error)]
enum AnswerError {
    #[error(transparent)]
    Row(#[from] OppositionRequestError),
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    #[error(transparent)]
    Requester(#[from] RequesterError),
    #[error(transparent)]
    Mandate(#[from] MandateError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Oppose(#[from] OpposeError),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for AnswerError {
    fn code(&self) -> Code {
        match self {
            Self::Row(error) => error.code(),
            Self::NotAuthorised(error) => error.code(),
            Self::Requester(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::Evidence(error) => error.code(),
            Self::Oppose(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

impl AnswerError {
    /// Whether it says no for good: somebody may not, or nothing of the sort is there.
    fn refuses(&self) -> bool {
        matches!(self.code().kind, Kind::Refused | Kind::NotAuthorised | Kind::NotFound | Kind::Invalid)
    }

    /// Whether it may pass: an officer's decision that is too new for the worker, or a row that somebody puts right.
    fn may_pass(&self) -> bool {
        self.is_too_new() || self.code().kind == Kind::Integrity
    }

    fn is_too_new(&self) -> bool {
        matches!(self, Self::Evidence(EvidenceError::NotReceived { .. } | EvidenceError::NotEffective { .. }))
    }

    fn rule(&self) -> Option<&str> {
        match self {
            Self::Requester(RequesterError::NotEntitled(refused)) => refused.first_rule(),
            _ => None,
        }
    }
}

enum Settled {
    Opposed(String),
    Refused(Code),
}

/// Whether any request waits.
pub fn is_any_waiting(db: &mut Database) -> QueryResult<bool> {
    let waiting = opposition_requests::table.filter(opposition_requests::outcome.is_null());
    diesel::select(diesel::dsl::exists(waiting)).get_result(db)
}

/// Answers the requests that wait, `most` at most, oldest first, a transaction each. One that cannot be answered now keeps nobody back, and
/// is refused after a day; one that cannot be read, at once.
pub fn answer_waiting(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    most: u16,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<AnsweredRequests> {
    let mut done = AnsweredRequests::default();
    for row in waiting(db, i64::from(most))? {
        let (id, card) = (row.id.clone(), row.card_number.clone());
        let answered = match row.read() {
            Ok(request) => answer(db, registry, verifier, &request, rng, act),
            Err(error) => refuse_unread(db, (&id, &card), &AnswerError::from(error), rng, act),
        };
        match answered {
            Ok(Some(Settled::Opposed(card))) => done.opposed.push(card),
            Ok(Some(Settled::Refused(code))) => done.refused.push((id, code)),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(code = error.code().name, "opposition request {id} waits: {error}");
                done.failed.push((id, error.code()));
            }
        }
    }
    Ok(done)
}

fn answer(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    request: &OppositionRequest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Settled>, AnswerError> {
    let act = Act { actor: Actor::Officer(request.requested_by.clone()), ..act.clone() };
    db.write_on_reserve(|db| {
        if !is_waiting(db, &request.id)? {
            return Ok(None); // Another worker was quicker.
        }
        let done = db.attempt(|db| {
            let requested = judge(db, registry, verifier, request, &act)?;
            Ok::<_, AnswerError>(oppose_within(db, &request.card, (request.ground, &requested), rng, &act)?)
        });
        match done {
            Ok(done) => {
                let answer = (
                    opposition_requests::outcome.eq("opposed"),
                    opposition_requests::receipt.eq(&done.receipt),
                );
                diesel::update(opposition_requests::table.find(&request.id))
                    .set((answer, opposition_requests::answered_at.eq(act.at)))
                    .execute(db)?;
                Ok(Some(Settled::Opposed(request.card.to_string())))
            }
            // The next round looks again.
            Err(error) if error.is_too_new() && !is_overdue(request, &act) => Ok(None),
            Err(error) if error.refuses() || (error.may_pass() && is_overdue(request, &act)) => {
                refuse(db, (&request.id, &request.card.to_string()), &error, rng, &act)?;
                Ok(Some(Settled::Refused(error.code())))
            }
            Err(error) => Err(error),
        }
    })
}

/// Whether it has waited long enough, or is dated as if it never would have.
fn is_overdue(request: &OppositionRequest, act: &Act) -> bool {
    request.requested_at.plus(PATIENCE) <= act.at || act.at.plus(PATIENCE) < request.requested_at
}

/// Takes the row, so that two workers do not answer one request.
fn is_waiting(db: &mut Database, id: &str) -> QueryResult<bool> {
    let taken = diesel::update(opposition_requests::table.find(id))
        .filter(opposition_requests::outcome.is_null())
        .set(opposition_requests::outcome.eq(None::<String>))
        .execute(db)?;
    Ok(taken == 1)
}

/// Whoever asked is still an agent, and his mandate for the structure of the card is what officers signed for, when he asked and now.
/// Who speaks for his own practice as a professional asks as its employer, where the register says so.
fn judge(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    request: &OppositionRequest,
    act: &Act,
) -> Result<Requested, AnswerError> {
    officers::require(db, Right::Submit, act)?;
    let card = card::get(db, &request.card).map_err(OpposeError::from)?;
    let claim = Claim::Mandate(request.mandate.clone());
    let requested = requester::entitled(db, registry, (&card, request.ground), &claim, act)?;
    let mandate = mandate::get(db, &request.mandate)?;
    let agent = AgentClaim {
        mandate: &mandate.number,
        structure: &mandate.structure,
        agent: Some(&request.requested_by),
    };
    verify_agent(
        db,
        verifier,
        &format!("opposition request {}", request.id),
        agent,
        &[request.requested_at, act.at],
    )?;
    let Some(employer) = mandate.identifier.clone().filter(|_| mandate.quality == Quality::Professional)
    else {
        return Ok(requested);
    };
    match requester::entitled(db, registry, (&card, request.ground), &Claim::Employer(employer), act) {
        Ok(employer) => Ok(employer.under(&mandate)),
        Err(RequesterError::NotEntitled(_)) => Ok(requested),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a request whose row cannot be read: the agent asks again.
fn refuse_unread(
    db: &mut Database,
    (id, card): (&str, &str),
    error: &AnswerError,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Settled>, AnswerError> {
    tracing::error!(code = error.code().name, "opposition request {id} is refused: {error}");
    db.write_on_reserve(|db| {
        if !is_waiting(db, id)? {
            return Ok(None);
        }
        refuse(db, (id, card), error, rng, act)?;
        Ok(Some(Settled::Refused(error.code())))
    })
}

fn refuse(
    db: &mut Database,
    (id, card): (&str, &str),
    error: &AnswerError,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let (code, rule) = (error.code().name, error.rule());
    diesel::update(opposition_requests::table.find(id))
        .set((
            opposition_requests::outcome.eq("refused"),
            opposition_requests::refusal.eq(code),
            opposition_requests::rule.eq(rule),
            opposition_requests::answered_at.eq(act.at),
        ))
        .execute(db)?;
    let event = audit::Event {
        action: "opposition.request-refused",
        subject: format!("card {card}"),
        payload: json!({ "request": id, "refusal": code, "rule": rule }),
    };
    audit::record(db, event, rng, act)
}
