//! Notices that have not left: those that wait, and those that nobody will get.

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::outbox;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::faults;

/// A notice that has not left.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct UnsentNotice {
    /// 32 hexadecimal digits; in the Message-ID too.
    pub id: String,
    /// `holder:899700000123`.
    pub recipient: String,
    /// `card-opposed`.
    pub notice: String,
    /// `card 2600000017`.
    pub subject: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried again, if it was tried.
    pub next_attempt_at: Option<Timestamp>,
    /// Since when nobody tries any more.
    pub failed_at: Option<Timestamp>,
    /// The stable code of what kept it the last time.
    pub last_error: Option<String>,
}

/// Why a notice is not tried again.
#[derive(Debug, Error)]
pub enum RetryError {
    /// No notice of this identifier is dead.
    #[error("no notice {0} was given up")]
    NotDead(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RetryError {
    fn code(&self) -> Code {
        match self {
            Self::NotDead(_) => faults::NOTICE_NOT_DEAD,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The notices that have not left, dead ones first, then by age; `limit` at most.
pub fn unsent(db: &mut Database, limit: i64) -> QueryResult<Vec<UnsentNotice>> {
    outbox::table
        .filter(outbox::sent_at.is_null())
        .order((outbox::failed_at.is_null(), outbox::created_at, outbox::id))
        .limit(limit)
        .select((
            outbox::id,
            outbox::recipient,
            outbox::notice,
            outbox::subject,
            outbox::created_at,
            outbox::attempts,
            outbox::next_attempt_at,
            outbox::failed_at,
            outbox::last_error,
        ))
        .load(db)
}

/// Has a dead notice tried again, from the first attempt on. In a transaction of its own.
pub fn retry(db: &mut Database, id: &str, rng: &mut dyn CryptoRng, act: &Act) -> Result<(), RetryError> {
    db.write(|db| {
        let revived = diesel::update(outbox::table.find(id))
            .filter(outbox::failed_at.is_not_null())
            .set((
                outbox::failed_at.eq(None::<Timestamp>),
                outbox::next_attempt_at.eq(None::<Timestamp>),
                outbox::last_error.eq(None::<String>),
                outbox::attempts.eq(0),
            ))
            .execute(db)?;
        if revived != 1 {
            return Err(RetryError::NotDead(id.to_owned()));
        }
        let event =
            audit::Event { action: "notice.retried", subject: format!("notice {id}"), payload: json!({}) };
        audit::record(db, event, rng, act)?;
        Ok(())
    })
}
