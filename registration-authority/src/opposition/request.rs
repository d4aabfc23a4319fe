//! What whoever speaks for a structure asks for, for a card of its staff: the web role drops it in an inbox and reads the answer;
//! [`by_request`](super::by_request), in the worker, judges and opposes.

use card::{CardNumber, CardStatus};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use professional_registry::Registry;
use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_requests;
use store::{Act, BrokenRule, Code, Database, Fault, Timestamp, audit, database};
use thiserror::Error;

use super::Ground;
use super::requester::{self, Claim, RequesterError};
use crate::faults;
use crate::mandate;
use crate::officers::{self, NotAuthorised, Right};

/// Requests that a structure's page shows.
const SHOWN: i64 = 50;

/// A request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OppositionRequest {
    /// 32 hexadecimal digits, drawn at random.
    pub id: String,
    /// Which card.
    pub card: CardNumber,
    /// Why.
    pub ground: Ground,
    /// The agent's login.
    pub requested_by: String,
    /// The mandate by which he spoke.
    pub mandate: String,
    /// When.
    pub requested_at: Timestamp,
    /// What the worker answered.
    pub answer: RequestAnswer,
}

/// What the worker answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestAnswer {
    /// Nothing yet.
    Waiting,
    /// The card is opposed.
    Opposed {
        /// `OP-…`
        receipt: String,
        /// When.
        at: Timestamp,
    },
    /// It is not.
    Refused {
        /// The stable code of why.
        code: String,
        /// The rule, where one says so: `R-OPP-05`.
        rule: Option<String>,
        /// When.
        at: Timestamp,
    },
}

/// Why a request is not taken, or not read.
#[derive(Debug, Error)]
pub enum OppositionRequestError {
    /// The actor may not ask.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// He does not speak for the structure.
    #[error("{0} has no mandate for structure {1}")]
    NotMandated(String, TechnicalStructureId),
    /// He may not have this card opposed.
    #[error(transparent)]
    Requester(#[from] RequesterError),
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// It is opposed, or has ended otherwise.
    #[error("card {0} is {1}")]
    Over(CardNumber, CardStatus),
    /// A request for it waits.
    #[error("an opposition of card {0} is asked for already")]
    Waits(CardNumber),
    /// A row is not what this program writes.
    #[error("opposition request {0} cannot be read")]
    RowAltered(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OppositionRequestError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotMandated(..) => faults::ORDER_NOT_MANDATED,
            Self::Requester(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Over(_, CardStatus::Opposed) => card::faults::ALREADY_OPPOSED,
            Self::Over(..) => card::faults::WRONG_STATE,
            Self::Waits(_) => faults::OPPOSITION_REQUESTED_ALREADY,
            Self::RowAltered(_) => faults::OPPOSITION_REQUEST_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::Requester(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Asks for the opposition of a card of the staff of this structure, in the name of the agent who acts and speaks for it. In a
/// transaction of its own, also where the disk is full. The same rules are asked here, so that he hears at once, and by the worker.
pub fn request(
    db: &mut Database,
    registry: &mut dyn Registry,
    structure: &TechnicalStructureId,
    (number, ground): (&CardNumber, Ground),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<OppositionRequest, OppositionRequestError> {
    let mut drawn = [0; 16];
    rng.fill_bytes(&mut drawn);
    let id = hex::encode(drawn);
    db.write_on_reserve(|db| {
        let agent = officers::require(db, Right::Submit, act)?.login;
        let mandate = mandate::standing(db, structure, act)?;
        let mandate =
            mandate.ok_or_else(|| OppositionRequestError::NotMandated(agent.clone(), structure.clone()))?;
        let card = card::get(db, number)?;
        requester::entitled(db, registry, (&card, ground), &Claim::Mandate(mandate.number.clone()), act)?;
        let status = card.life.status();
        if matches!(status, CardStatus::Opposed | CardStatus::Expired | CardStatus::Cancelled) {
            return Err(OppositionRequestError::Over(*number, status));
        }
        let inserted = diesel::insert_into(opposition_requests::table)
            .values((
                opposition_requests::id.eq(&id),
                opposition_requests::card_number.eq(number.to_string()),
                opposition_requests::structure.eq(structure.as_str()),
                opposition_requests::ground.eq(ground.as_str()),
                opposition_requests::requested_by.eq(&agent),
                opposition_requests::mandate.eq(&mandate.number),
                opposition_requests::requested_at.eq(act.at),
            ))
            .execute(db);
        match inserted {
            Err(error) if database::is_unique_violation(&error) => {
                return Err(OppositionRequestError::Waits(*number));
            }
            inserted => inserted?,
        };
        let event = audit::Event {
            action: "opposition.requested",
            subject: format!("card {number}"),
            payload: json!({ "request": id, "ground": ground.as_str(), "mandate": mandate.number }),
        };
        audit::record(db, event, rng, act)?;
        Ok(OppositionRequest {
            id: id.clone(),
            card: *number,
            ground,
            requested_by: agent,
            mandate: mandate.number,
            requested_at: act.at,
            answer: RequestAnswer::Waiting,
        })
    })
}

/// The newest requests for cards of this structure; one that cannot be read is logged, and hides no other.
pub fn of_structure(
    db: &mut Database,
    structure: &TechnicalStructureId,
) -> Result<Vec<OppositionRequest>, OppositionRequestError> {
    let rows: Vec<Row> = opposition_requests::table
        .filter(opposition_requests::structure.eq(structure.as_str()))
        .order((opposition_requests::requested_at.desc(), opposition_requests::id))
        .limit(SHOWN)
        .select(Row::as_select())
        .load(db)?;
    let read = |row: Row| {
        let unreadable = |error: &OppositionRequestError| {
            tracing::error!(code = error.code().name, "{error}, and is not shown");
        };
        row.read().inspect_err(unreadable).ok()
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// When the request came that waits longest.
pub fn oldest_waiting(db: &mut Database) -> QueryResult<Option<Timestamp>> {
    opposition_requests::table
        .filter(opposition_requests::outcome.is_null())
        .select(diesel::dsl::min(opposition_requests::requested_at))
        .first(db)
}

/// Those that wait, oldest first; where they are more than `limit`, any of them, so that those that go on waiting starve no other.
pub(super) fn waiting(db: &mut Database, limit: i64) -> QueryResult<Vec<Row>> {
    let mut rows: Vec<Row> = opposition_requests::table
        .filter(opposition_requests::outcome.is_null())
        .order(diesel::dsl::sql::<BigInt>("random()"))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.sort_by(|a, b| (a.requested_at, &a.id).cmp(&(b.requested_at, &b.id)));
    Ok(rows)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = opposition_requests)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) card_number: String,
    ground: String,
    requested_by: String,
    mandate: String,
    requested_at: Timestamp,
    outcome: Option<String>,
    refusal: Option<String>,
    rule: Option<String>,
    receipt: Option<String>,
    answered_at: Option<Timestamp>,
}

impl Row {
    pub(super) fn read(self) -> Result<OppositionRequest, OppositionRequestError> {
        let altered = || OppositionRequestError::RowAltered(self.id.clone());
        let answer = match (self.outcome.as_deref(), self.answered_at, self.receipt, self.refusal) {
            (None, None, None, None) => RequestAnswer::Waiting,
            (Some("opposed"), Some(at), Some(receipt), None) => RequestAnswer::Opposed { receipt, at },
            (Some("refused"), Some(at), None, Some(code)) => {
                RequestAnswer::Refused { code, rule: self.rule, at }
            }
            _ => return Err(altered()),
        };
        Ok(OppositionRequest {
            card: self.card_number.parse().map_err(|_| altered())?,
            ground: self.ground.parse().map_err(|_| altered())?,
            id: self.id,
            requested_by: self.requested_by,
            mandate: self.mandate,
            requested_at: self.requested_at,
            answer,
        })
    }
}
