//! What was answered to an act that its caller may send again: kept for two days under a key of his own, so that a program which
//! did not hear the answer asks once more and nothing is done twice (the Internet-Draft
//! `draft-ietf-httpapi-idempotency-key-header`, which has no number yet).

use std::time::Duration;

use diesel::prelude::*;
use store::schema::request_replies;
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::faults;

/// How long an answer is kept.
pub const REPLY_LIFE: Duration = Duration::from_secs(48 * 3600);
/// Longest key, in octets.
pub const KEY_BOUND: usize = 255;

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its HTTP status, 200 to 299: what was refused changed nothing, and is asked anew.
    pub status: u16,
    /// Where what was made is.
    pub location: Option<String>,
    /// The version of what the body shows.
    pub etag: Option<String>,
    /// JSON, 64 KiB at most.
    pub body: String,
}

/// Which request, by whom.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The caller.
    pub login: &'a str,
    /// His key, 1 to 255 octets.
    pub key: &'a str,
    /// SHA-256 of what he asked, in hexadecimal.
    pub request: &'a str,
}

/// Why an answer is not given again, or not kept.
#[derive(Debug, Error)]
pub enum ReplyError {
    /// The key was sent with something else.
    #[error("the key was sent with another request")]
    AnotherRequest,
    /// The same request is being answered now.
    #[error("a request with this key is under way")]
    UnderWay,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ReplyError {
    fn code(&self) -> Code {
        match self {
            Self::AnotherRequest => faults::REPLY_ANOTHER_REQUEST,
            Self::UnderWay => faults::REPLY_UNDER_WAY,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// What was answered to this very request.
pub fn find(db: &mut Database, asked: &Asked<'_>, at: Timestamp) -> Result<Option<Reply>, ReplyError> {
    type Row = (String, i64, Option<String>, Option<String>, String);
    let row: Option<Row> = request_replies::table
        .find((asked.login, asked.key))
        .filter(request_replies::kept_at.gt(at.minus(REPLY_LIFE)))
        .select((
            request_replies::request,
            request_replies::status,
            request_replies::location,
            request_replies::etag,
            request_replies::body,
        ))
        .first(db)
        .optional()?;
    let Some((request, status, location, etag, body)) = row else { return Ok(None) };
    if request != asked.request {
        return Err(ReplyError::AnotherRequest);
    }
    let status = u16::try_from(status).expect("the table takes 200 to 299");
    Ok(Some(Reply { status, location, etag, body }))
}

/// Keeps an answer, and forgets those whose time is over. In the transaction of the act that it answers, where the act has none
/// of its own.
pub fn keep(db: &mut Database, asked: &Asked<'_>, reply: &Reply, at: Timestamp) -> Result<(), ReplyError> {
    diesel::delete(request_replies::table)
        .filter(request_replies::kept_at.le(at.minus(REPLY_LIFE)))
        .execute(db)?;
    let kept = diesel::insert_into(request_replies::table)
        .values((
            request_replies::login.eq(asked.login),
            request_replies::key.eq(asked.key),
            request_replies::request.eq(asked.request),
            request_replies::status.eq(i64::from(reply.status)),
            request_replies::location.eq(&reply.location),
            request_replies::etag.eq(&reply.etag),
            request_replies::body.eq(&reply.body),
            request_replies::kept_at.eq(at),
        ))
        .execute(db);
    match kept {
        Ok(_) => Ok(()),
        Err(error) if store::database::is_unique_violation(&error) => Err(ReplyError::UnderWay),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
