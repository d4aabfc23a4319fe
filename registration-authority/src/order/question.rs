//! What an officer needs to know before he decides: a question to the applicant, and the answer.
//!
//! While a question is open the order waits, and nobody decides on it. An answer makes another version of the order: whoever had
//! approved the one before has not read it.

use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, order_answers, order_questions};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

#[cfg(test)]
mod tests;

use super::withdraw::is_his;
use super::{CardOrder, OrderError, OrderState, get, set_status};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice, Recipient};
use crate::queue::lease;
use crate::risk::{self, RiskError};

/// Longest question or answer, in characters.
pub const QUESTION_BOUND: usize = 2000;

/// A question, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The version of the order that it is about.
    pub version: i64,
    /// The officer's login.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// What is asked.
    pub question: String,
    /// Who answered, when, what.
    pub answer: Option<Answer>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The officer's login.
    pub answered_by: String,
    /// When.
    pub answered_at: Timestamp,
    /// What.
    pub answer: String,
}

/// Why nothing is asked, or answered.
#[derive(Debug, Error)]
pub enum QuestionError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// It is another agent's order.
    #[error("order {0} was not submitted by {1}")]
    NotYours(String, String),
    /// The order is not in a state to be asked about, or answered, at this version.
    #[error("order {0} is not {1} at version {2}")]
    NotOpen(String, &'static str, i64),
    /// The text is empty, too long, or no text.
    #[error("the text must have 1 to 2000 characters, none of them a control but line ends")]
    Text,
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for QuestionError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotYours(..) => faults::ORDER_NOT_YOURS,
            Self::NotOpen(..) => faults::ORDER_NOT_OPEN,
            Self::Text => faults::ORDER_TEXT_INVALID,
            Self::Risk(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Asks the applicant something about the version that the officer has read: the order waits, and he is told. Where no person submitted
/// it, its holder is: he tells an officer, who writes the answer down. Inside the caller's write transaction.
pub fn ask(
    db: &mut Database,
    number: &str,
    version: i64,
    question: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, QuestionError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let question = text(question).ok_or(QuestionError::Text)?;
    let mut order = get(db, number)?;
    officer.require_within(db, &order.reach())?;
    let asked = diesel::insert_into(order_questions::table)
        .values((
            order_questions::order_number.eq(number),
            order_questions::order_version.eq(version),
            order_questions::asked_by.eq(&officer.login),
            order_questions::asked_at.eq(act.at),
            order_questions::question.eq(question),
        ))
        .execute(db);
    let not_open = || QuestionError::NotOpen(number.to_owned(), "submitted", version);
    match asked {
        Ok(_) => {}
        Err(error) if store::database::is_unique_violation(&error) => return Err(not_open()),
        Err(error) => return Err(error.into()),
    }
    if !set_status(db, number, version, "submitted", "waiting", act)? {
        return Err(not_open());
    }
    order.state = OrderState::Waiting { at: act.at };
    lease::end(db, number)?;
    let (subject, holder) = (format!("order {number}"), order.holder.to_string());
    let recipient = match order.is_submitted_by_a_person() {
        true => Recipient::Officer(&order.submitted_by),
        false => Recipient::Holder(&holder),
    };
    outbox::put(db, recipient, Notice::QuestionAsked, &subject, rng, act)?;
    let payload = json!({ "version": version });
    audit::record(db, audit::Event { action: "order.question-asked", subject, payload }, rng, act)?;
    Ok(order)
}

/// Answers the open question of an order: by its submitter, or by a registration officer in his place. The order is looked at
/// again, in its next version. Inside the caller's write transaction.
pub fn answer(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    answer: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, QuestionError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let answer = text(answer).ok_or(QuestionError::Text)?;
    let mut order = get(db, number)?;
    if !is_his(&officer, &order) {
        return Err(QuestionError::NotYours(number.to_owned(), officer.login));
    }
    officer.require_within(db, &order.reach())?;
    let version = order.version;
    let not_open = || QuestionError::NotOpen(number.to_owned(), "waiting", version);
    if !matches!(order.state, OrderState::Waiting { .. }) {
        return Err(not_open());
    }
    let answered = diesel::insert_into(order_answers::table)
        .values((
            order_answers::order_number.eq(number),
            order_answers::order_version.eq(version),
            order_answers::answered_by.eq(&officer.login),
            order_answers::answered_at.eq(act.at),
            order_answers::answer.eq(answer),
        ))
        .execute(db);
    match answered {
        Ok(_) => {}
        Err(error) if store::database::is_unique_violation(&error) => return Err(not_open()),
        Err(error) => return Err(error.into()),
    }
    let moved = diesel::update(card_orders::table)
        .filter(card_orders::number.eq(number))
        .filter(card_orders::version.eq(version))
        .filter(card_orders::status.eq("waiting"))
        .set((
            card_orders::status.eq("submitted"),
            card_orders::version.eq(version + 1),
            card_orders::changed_at.eq(act.at),
        ))
        .execute(db)?;
    if moved == 0 {
        return Err(not_open());
    }
    order.state = OrderState::Submitted;
    order.version = version + 1;
    risk::begin(db, registry, &order, act)?;
    let payload = json!({ "version": order.version });
    let event =
        audit::Event { action: "order.question-answered", subject: format!("order {number}"), payload };
    audit::record(db, event, rng, act)?;
    Ok(order)
}

/// Orders whose applicant has been awaited since `before` or longer, the longest first, and since when; `most` at most. Their clock stands
/// still, so that no list calls them late.
pub fn unanswered(db: &mut Database, before: Timestamp, most: i64) -> QueryResult<Vec<(String, Timestamp)>> {
    card_orders::table
        .inner_join(
            order_questions::table.on(order_questions::order_number
                .eq(card_orders::number)
                .and(order_questions::order_version.eq(card_orders::version))),
        )
        .filter(card_orders::status.eq("waiting").and(order_questions::asked_at.le(before)))
        .order((order_questions::asked_at, card_orders::number))
        .limit(most)
        .select((card_orders::number, order_questions::asked_at))
        .load(db)
}

/// What was asked about an order, oldest first.
pub fn questions(db: &mut Database, number: &str) -> QueryResult<Vec<Question>> {
    type Row = (i64, String, Timestamp, String, Option<String>, Option<Timestamp>, Option<String>);
    let rows: Vec<Row> = order_questions::table
        .left_join(
            order_answers::table.on(order_answers::order_number
                .eq(order_questions::order_number)
                .and(order_answers::order_version.eq(order_questions::order_version))),
        )
        .filter(order_questions::order_number.eq(number))
        .order(order_questions::order_version)
        .select((
            order_questions::order_version,
            order_questions::asked_by,
            order_questions::asked_at,
            order_questions::question,
            order_answers::answered_by.nullable(),
            order_answers::answered_at.nullable(),
            order_answers::answer.nullable(),
        ))
        .load(db)?;
    let read = |(version, asked_by, asked_at, question, by, at, answer): Row| Question {
        version,
        asked_by,
        asked_at,
        question,
        answer: match (by, at, answer) {
            (Some(answered_by), Some(answered_at), Some(answer)) => {
                Some(Answer { answered_by, answered_at, answer })
            }
            _ => None,
        },
    };
    Ok(rows.into_iter().map(read).collect())
}

/// What somebody wrote about an order, without the spaces around it; none where it is empty, too long, or no text.
pub(super) fn text(text: &str) -> Option<&str> {
    let text = text.trim();
    let fits = (1..=QUESTION_BOUND).contains(&text.chars().count());
    let readable = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r'));
    (fits && readable).then_some(text)
}
