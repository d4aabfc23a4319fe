//! What makes a decision one of this moment: 16 octets that the worker draws, an officer's page takes, and the worker
//! takes back in one statement, before they expire. A web process cannot make one, nor use one twice.

use std::time::Duration;

use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::decision_nonces;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::approval::{NONCE_LENGTH, ProofRefused, Statement};
use crate::faults;

/// How long the worker takes one back: beyond that, a decision that it has not seen is worth nothing.
pub const NONCE_LIFE: Duration = Duration::from_secs(30 * 60);
/// What of its life one must have left when a page takes it: the officer reads, and the worker may just begin again.
const LEFT: Duration = Duration::from_secs(15 * 60);
/// How many wait to be taken.
const POOL: i64 = 64;
/// How many one officer may have taken and not used yet: his pages, and the decisions that the worker has still to see. Whoever
/// has his session takes no more, and neither the pool nor the table is his.
const OPEN: i64 = 24;

/// Why there is no nonce.
#[derive(Debug, Error)]
pub enum NonceError {
    /// The worker has drawn none, or they are all taken.
    #[error("no nonce waits to be taken: the worker draws them")]
    None,
    /// He has taken as many as an officer may, and used none of them.
    #[error("officer {0} has taken {OPEN} nonces that no decision used")]
    TooMany(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for NonceError {
    fn code(&self) -> Code {
        match self {
            Self::None => faults::APPROVAL_NONCE_NONE,
            Self::TooMany(_) => faults::APPROVAL_NONCE_TOO_MANY,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Takes one, for a decision of this officer. Inside the caller's write transaction.
pub fn take(db: &mut Database, officer: &str, at: Timestamp) -> Result<[u8; NONCE_LENGTH], NonceError> {
    let open: i64 = decision_nonces::table
        .filter(decision_nonces::claimed_by.eq(officer).and(decision_nonces::statement.is_null()))
        .filter(decision_nonces::expires_at.gt(at))
        .count()
        .get_result(db)?;
    if open >= OPEN {
        return Err(NonceError::TooMany(officer.to_owned()));
    }
    // Another may take the same one between reading and writing: then the next.
    for _ in 0..8 {
        let free: Option<String> = decision_nonces::table
            .filter(decision_nonces::claimed_by.is_null().and(decision_nonces::expires_at.gt(at.plus(LEFT))))
            .order((decision_nonces::issued_at, decision_nonces::nonce))
            .select(decision_nonces::nonce)
            .first(db)
            .optional()?;
        let free = free.ok_or(NonceError::None)?;
        let taken = diesel::update(decision_nonces::table)
            .filter(decision_nonces::nonce.eq(&free).and(decision_nonces::claimed_by.is_null()))
            .set(decision_nonces::claimed_by.eq(officer))
            .execute(db)?;
        if taken == 1 {
            let mut nonce = [0; NONCE_LENGTH];
            hex::decode_to_slice(&free, &mut nonce).map_err(|_| NonceError::None)?;
            return Ok(nonce);
        }
    }
    Err(NonceError::None)
}

/// Draws what is missing of those that wait, and forgets what has expired. The worker's; inside a write transaction.
pub fn draw(db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<()> {
    diesel::delete(decision_nonces::table).filter(decision_nonces::expires_at.le(act.at)).execute(db)?;
    // Young ones: those that a page may take for the next minutes.
    let young = act.at.plus(LEFT + Duration::from_secs(60));
    let waiting: i64 = decision_nonces::table
        .filter(decision_nonces::claimed_by.is_null().and(decision_nonces::expires_at.gt(young)))
        .count()
        .get_result(db)?;
    for _ in waiting..POOL {
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        diesel::insert_into(decision_nonces::table)
            .values((
                decision_nonces::nonce.eq(hex::encode(nonce)),
                decision_nonces::issued_at.eq(act.at),
                decision_nonces::expires_at.eq(act.at.plus(NONCE_LIFE)),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Whether the worker would take this statement's nonce back now, in what was signed: its SHA-256. For the page: the worker
/// asks again.
pub(super) fn is_open(
    db: &mut Database,
    statement: &Statement,
    signed: &[u8; 32],
    at: Timestamp,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        decision_nonces::table
            .find(hex::encode(statement.nonce()))
            .filter(decision_nonces::claimed_by.eq(statement.officer()))
            .filter(decision_nonces::expires_at.gt(at))
            .filter(decision_nonces::refusal.is_null())
            .filter(unused_or_in(hex::encode(signed))),
    ))
    .get_result(db)
}

/// Whoever else receives something that was signed over this statement's nonce waits until this transaction ends.
pub(super) fn lock(db: &mut Database, statement: &Statement) -> QueryResult<()> {
    diesel::update(decision_nonces::table.find(hex::encode(statement.nonce())))
        .set(decision_nonces::statement.eq(decision_nonces::statement))
        .execute(db)
        .map(drop)
}

/// Whether nothing that was signed over this statement's nonce has come back yet.
pub(super) fn is_unused(db: &mut Database, statement: &Statement) -> QueryResult<bool> {
    let of_statement = decision_nonces::table.find(hex::encode(statement.nonce()));
    diesel::select(diesel::dsl::exists(of_statement.filter(decision_nonces::statement.is_null())))
        .get_result(db)
}

/// Takes the nonce back in what was signed, whose SHA-256 is given: the outer error is the database's. A bulk's comes back with each
/// of its rows, in the same octets; in others it never does.
///
/// Dated while the nonce lived, and seen while it lives: a gesture of another day does not come back, and a signature
/// is not laid by for one.
pub(super) fn take_back(
    db: &mut Database,
    statement: &Statement,
    signed: &[u8; 32],
    at: Timestamp,
) -> QueryResult<Result<(), ProofRefused>> {
    let digest = hex::encode(signed);
    let used = diesel::update(decision_nonces::table)
        .filter(
            decision_nonces::nonce
                .eq(hex::encode(statement.nonce()))
                .and(decision_nonces::issued_at.le(statement.decided_at()))
                .and(decision_nonces::expires_at.gt(statement.decided_at()))
                .and(decision_nonces::expires_at.gt(at))
                .and(decision_nonces::claimed_by.eq(statement.officer()))
                .and(unused_or_in(digest.clone())),
        )
        .set(decision_nonces::statement.eq(digest))
        .execute(db)?;
    Ok(if used == 1 { Ok(()) } else { Err(ProofRefused::Nonce) })
}

/// Says that what was signed over this statement's nonce is worth nothing, for this reason: a bulk, all of it.
pub(super) fn refuse(db: &mut Database, statement: &Statement, code: Code) -> QueryResult<()> {
    diesel::update(decision_nonces::table.find(hex::encode(statement.nonce())))
        .set(decision_nonces::refusal.eq(code.name))
        .execute(db)
        .map(drop)
}

/// Why what was signed over this statement's nonce is worth nothing, where that was [said](refuse).
pub(super) fn refusal(db: &mut Database, statement: &Statement) -> QueryResult<Option<Code>> {
    let said: Option<Option<String>> = decision_nonces::table
        .find(hex::encode(statement.nonce()))
        .select(decision_nonces::refusal)
        .first(db)
        .optional()?;
    let code = |name: String| {
        let known = faults::ALL.iter().find(|code| code.name == name).copied();
        known.unwrap_or(faults::APPROVAL_EVIDENCE_MISSING)
    };
    Ok(said.flatten().map(code))
}

#[diesel::dsl::auto_type]
fn unused_or_in(digest: String) -> _ {
    decision_nonces::statement.is_null().or(decision_nonces::statement.eq(digest))
}
