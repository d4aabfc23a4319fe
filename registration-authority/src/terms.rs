//! The holder's acceptance of the terms of use: which version, when, by what path, written down by whom. Without it no card is
//! handed over, nor put into use: a rule of the card's table says so.

use card::{Card, CardKind, CardNumber};
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::terms_acceptances;
use store::{Act, Actor, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::eligibility::{self, NotEligible, Product};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

#[cfg(test)]
mod tests;

/// Longest name of a version of the terms.
const TERMS_BOUND: usize = 64;

/// How the holder accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptancePath {
    /// A signed form.
    Paper,
    /// Before the officer.
    Counter,
    /// In a session of his own.
    Online,
}

impl AcceptancePath {
    /// Every path.
    pub const ALL: [Self; 3] = [Self::Paper, Self::Counter, Self::Online];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Counter => "counter",
            Self::Online => "online",
        }
    }
}

/// An acceptance, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Acceptance {
    /// The card.
    pub card: String,
    /// The version of the terms.
    pub terms: String,
    /// [`AcceptancePath::as_str`].
    pub path: String,
    /// When the holder accepted.
    pub accepted_at: Timestamp,
    /// The officer's login; `holder:…` for himself.
    pub recorded_by: String,
    /// When it was written down.
    pub recorded_at: Timestamp,
}

/// What the holder did.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// Which version of the terms: 1 to 64 visible ASCII characters.
    pub terms: &'a str,
    /// How.
    pub path: AcceptancePath,
    /// When; not after it is written down.
    pub at: Timestamp,
}

/// Why an acceptance is not written down.
#[derive(Debug, Error)]
pub enum TermsError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A holder accepts for his own cards only, and online.
    #[error("card {0} is not a card of {1}, or its holder did not accept online")]
    NotYours(CardNumber, String),
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// The version of the terms, or the moment, cannot be.
    #[error("{0}")]
    Invalid(&'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TermsError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(..) => faults::DELIVERY_NOT_YOURS,
            Self::Card(error) => error.code(),
            Self::Invalid(_) => faults::TERMS_INVALID,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes down that the holder of a card accepted a version of the terms: by an officer who hands cards over, the operator, or
/// the holder himself. Doing it again changes nothing. Inside the caller's write transaction.
pub fn accept(
    db: &mut Database,
    number: &CardNumber,
    accepted: Accepted<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), TermsError> {
    let card = card::get(db, number)?;
    authorise(db, &card, accepted.path, act)?;
    let Accepted { terms, path, at } = accepted;
    if terms.is_empty() || terms.len() > TERMS_BOUND || !terms.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TermsError::Invalid("a version of the terms is 1 to 64 visible ASCII characters"));
    }
    if at > act.at {
        return Err(TermsError::Invalid("an acceptance is not written down before it happened"));
    }
    if has_accepted(db, number, terms)? {
        return Ok(());
    }
    diesel::insert_into(terms_acceptances::table)
        .values((
            terms_acceptances::card_number.eq(number.to_string()),
            terms_acceptances::terms.eq(terms),
            terms_acceptances::path.eq(path.as_str()),
            terms_acceptances::accepted_at.eq(at),
            terms_acceptances::recorded_by.eq(act.actor.to_string()),
            terms_acceptances::recorded_at.eq(act.at),
        ))
        .execute(db)?;
    let payload = json!({ "terms": terms, "path": path.as_str(), "accepted_at": at });
    let event = audit::Event { action: "card.terms-accepted", subject: format!("card {number}"), payload };
    Ok(audit::record(db, event, rng, act)?)
}

/// What the holder accepted for a card, oldest first.
pub fn of_card(db: &mut Database, number: &CardNumber) -> QueryResult<Vec<Acceptance>> {
    terms_acceptances::table
        .filter(terms_acceptances::card_number.eq(number.to_string()))
        .order((terms_acceptances::accepted_at, terms_acceptances::terms))
        .load(db)
}

/// Refuses, by its rule, a card whose holder has not accepted these terms.
pub(crate) fn require(
    db: &mut Database,
    number: &CardNumber,
    kind: CardKind,
    terms: &str,
) -> Result<(), NotEligible> {
    let accepted = has_accepted(db, number, terms)?;
    eligibility::judge_delivery(eligibility::rules_of(Product::Card(kind))?, terms, accepted)
}

fn has_accepted(db: &mut Database, number: &CardNumber, terms: &str) -> QueryResult<bool> {
    let found: i64 = terms_acceptances::table.find((number.to_string(), terms)).count().get_result(db)?;
    Ok(found == 1)
}

fn authorise(db: &mut Database, card: &Card, path: AcceptancePath, act: &Act) -> Result<(), TermsError> {
    match &act.actor {
        Actor::Operator(_) => Ok(()),
        Actor::Holder(id) if card.holder == *id && path == AcceptancePath::Online => Ok(()),
        Actor::Holder(id) => Err(TermsError::NotYours(card.number, id.clone())),
        _ => {
            officers::require(db, Right::Deliver, act)?;
            Ok(())
        }
    }
}
