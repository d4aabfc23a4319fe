//! A holder who has not his opposition code opposes by one that is sent to him: to the address that the register holds, and to
//! no other (decision 0051).
//!
//! The web role drops a request and learns nothing: whether a card exists, whether somebody is written to, where. [`send`], in the
//! worker, draws the code and mails it; `guess` holds what is declared with it against what the HSM makes of it.

pub mod code;
pub(super) mod guess;
pub mod send;

#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::{holder_declarations, one_time_budget, one_time_codes, one_time_requests};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use self::code::{OneTimeCode, RequestSecret};
use super::Ground;
use super::declaration::{self, DeclareError, Declared, Presented};
use crate::faults;

/// For how long a code counts from when it was drawn.
pub const VALID: Duration = Duration::from_secs(600);
/// How often a code may be wrong: the database keeps to it too.
pub const GUESSES: i64 = 5;
/// How many mails with a code a holder gets within a day.
pub const A_DAY: i64 = 6;
/// How many everybody together gets within an hour: who owns the web role fills no mailboxes.
pub const AN_HOUR: i64 = 600;

const HOUR: Duration = Duration::from_secs(3600);

/// How many requests wait at most.
const MOST_WAITING: i64 = 500;

/// Why a request is not taken.
#[derive(Debug, Error)]
pub enum AskError {
    /// Too many wait.
    #[error("{MOST_WAITING} requests for a one-time code wait for the worker")]
    Full,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for AskError {
    fn code(&self) -> Code {
        match self {
            Self::Full => faults::OPPOSITION_INBOX_FULL,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Drops a request, in a transaction of its own, also where the disk is full; the secret of its page. Whoever the asker is:
/// nothing is looked up.
pub fn ask(
    db: &mut Database,
    declared: &Declared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<RequestSecret, AskError> {
    let secret = RequestSecret::draw(rng);
    db.write_on_reserve(|db| {
        let waiting: i64 = one_time_requests::table
            .filter(one_time_requests::settled_at.is_null())
            .select(diesel::dsl::count(one_time_requests::id))
            .first(db)?;
        if waiting >= MOST_WAITING {
            return Err(AskError::Full);
        }
        diesel::insert_into(one_time_requests::table)
            .values((
                one_time_requests::id.eq(secret.request()),
                one_time_requests::identifier.eq(declared.to_string()),
                one_time_requests::secret.eq(secret.0.as_slice()),
                one_time_requests::received_at.eq(act.at),
            ))
            .execute(db)?;
        Ok(())
    })?;
    Ok(secret)
}

/// Declares with the code that was sent for this request, as [`declaration::declare`] does with that of the letter; where the
/// answer is found.
pub fn declare(
    db: &mut Database,
    secret: &RequestSecret,
    code: &OneTimeCode,
    ground: Ground,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, DeclareError> {
    let request = secret.request();
    declaration::drop_in(db, Presented::OneTime(&request), &code.digest(secret), ground, rng, act)
}

/// Whether there is a request of this identifier, or still is.
pub(super) fn stands(db: &mut Database, request: &str) -> QueryResult<bool> {
    let found: Option<String> =
        one_time_requests::table.find(request).select(one_time_requests::id).first(db).optional()?;
    Ok(found.is_some())
}

/// Since when the request waits that has waited longest.
pub fn oldest_waiting(db: &mut Database) -> QueryResult<Option<Timestamp>> {
    one_time_requests::table
        .filter(one_time_requests::settled_at.is_null())
        .select(diesel::dsl::min(one_time_requests::received_at))
        .first(db)
}

/// When [`AN_HOUR`] codes had been mailed within an hour last, where that is less than an hour ago: nobody gets another until the oldest of
/// them is one. What the code of the letter and a call back do, it does not hold up.
pub fn budget_spent(db: &mut Database, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    one_time_budget::table
        .filter(one_time_budget::spent_at.gt(now.minus(HOUR)))
        .select(one_time_budget::spent_at)
        .first(db)
        .optional()
}

/// Forgets the codes that count no longer, and the requests that were settled before `moment`, which no declaration that is
/// still kept is about.
pub fn forget_settled(db: &mut Database, moment: Timestamp, act: &Act) -> QueryResult<usize> {
    db.write(|db| {
        let passed = one_time_requests::table
            .filter(one_time_requests::settled_at.le(act.at.minus(VALID)))
            .select(one_time_requests::id);
        diesel::delete(one_time_codes::table.filter(one_time_codes::request.eq_any(passed))).execute(db)?;
        let declared = holder_declarations::table
            .filter(holder_declarations::request.is_not_null())
            .select(holder_declarations::request.assume_not_null());
        let settled = one_time_requests::table
            .filter(one_time_requests::settled_at.lt(moment))
            .filter(diesel::dsl::not(one_time_requests::id.eq_any(declared)));
        diesel::delete(settled).execute(db)
    })
}
