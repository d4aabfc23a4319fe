//! The worker's side of a holder's declaration: the code, of the letter or of a mail, is held against what the HSM makes of it, and
//! the card opposed as by its holder; or a failure is counted.
//!
//! A failure is written down before it is known to be none, and locks the card for a time when there are too many. A locked
//! card, a card without a code, one that does not exist: all are *not recognised*.

use std::time::Duration;

use ca_core::signer::{KeyReference, Signer};
use ca_core::signing::IntendedError;
use ca_core::status_log;
use card::{CardNumber, CardStatus};
use diesel::prelude::*;
use openssl::memcmp;
use professional_registry::{IdNatPs, ImportedRegister, Rpps, merges};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{cards, holder_declarations, opposition_codes, opposition_declarations};
use store::{Act, Actor, Code, Database, Fault, audit};
use thiserror::Error;

use super::code::{CodeDigest, verifier};
use super::code_letter::{LIVING, card_number};
use super::declaration::Declared;
use super::one_time::guess;
use super::requester::{self, Claim};
use super::{Ground, OpposeError, oppose_within};
use crate::faults;

#[cfg(test)]
mod tests;

/// Cards of one person that a code is held against, the newest first. Nobody has as many that live.
const MOST_CARDS: i64 = 16;

/// How often a code may be wrong.
#[derive(Clone, Copy, Debug)]
pub struct CodePolicy {
    /// After so many failures the card is locked.
    pub failures: u32,
    /// For so long.
    pub lock: Duration,
}

/// What a round of answers did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Cards that were opposed.
    pub opposed: Vec<CardNumber>,
    /// How many declarations were not recognised.
    pub not_recognised: u64,
    /// Declarations that still wait, each with the code of why.
    pub failed: Vec<(String, Code)>,
}

/// Why a declaration is not answered.
#[derive(Debug, Error)]
enum AnswerError {
    /// The HSM makes no verifier.
    #[error(transparent)]
    Verifier(#[from] IntendedError),
    /// The card cannot be opposed.
    #[error(transparent)]
    Oppose(#[from] OpposeError),
    /// A row cannot be read.
    #[error("{0}")]
    Row(&'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for AnswerError {
    fn code(&self) -> Code {
        match self {
            Self::Verifier(error) => error.code(),
            Self::Oppose(error) => error.code(),
            Self::Row(_) => faults::OPPOSITION_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Answers the declarations that wait, oldest first, `most` at most, a transaction each. One that cannot be answered now
/// keeps nobody back.
pub fn answer_waiting(
    db: &mut Database,
    signer: &mut dyn Signer,
    policy: CodePolicy,
    most: u16,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Answered> {
    let rows: Vec<WaitingRow> = holder_declarations::table
        .filter(holder_declarations::outcome.is_null())
        .order((holder_declarations::received_at, holder_declarations::id))
        .limit(i64::from(most))
        .select(WaitingRow::as_select())
        .load(db)?;
    let mut done = Answered::default();
    for row in rows {
        match answer(db, signer, policy, &row, rng, act) {
            Ok(Some(Settled::Opposed(card))) => done.opposed.push(card),
            Ok(Some(Settled::NotRecognised)) => done.not_recognised += 1,
            Ok(None) => {}
            Err(error) => {
                tracing::error!(code = error.code().name, "declaration {} waits: {error}", row.id);
                done.failed.push((row.id, error.code()));
            }
        }
    }
    Ok(done)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = holder_declarations)]
struct WaitingRow {
    id: String,
    identifier: Option<String>,
    request: Option<String>,
    code_digest: Option<Vec<u8>>,
    ground: String,
}

/// A card that the declaration may be about, and whether the code is its.
struct Candidate {
    card: CardNumber,
    holder: String,
    fits: bool,
}

impl Candidate {
    fn new(card: CardNumber, holder: String, stored: &[u8], made: &[u8]) -> Self {
        Self { card, holder, fits: stored.len() == made.len() && memcmp::eq(stored, made) }
    }
}

enum Settled {
    Opposed(CardNumber),
    NotRecognised,
}

fn answer(
    db: &mut Database,
    signer: &mut dyn Signer,
    policy: CodePolicy,
    row: &WaitingRow,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Settled>, AnswerError> {
    // Whoever writes nonsense into the inbox gets the answer that everybody gets, and is in nobody's way.
    let declared: Option<Declared> = row.identifier.as_ref().and_then(|text| text.parse().ok());
    let ground: Ground = row.ground.parse().map_err(|_| AnswerError::Row("its ground is none"))?;
    let digest = row.code_digest.as_deref().and_then(|octets| octets.try_into().ok());
    let digest = CodeDigest(digest.ok_or(AnswerError::Row("its code has no digest"))?);
    // Outside of a transaction: nobody waits for a row while the HSM works.
    let candidates = match &row.request {
        Some(request) => candidates_of_request(db, signer, request, &digest, rng, act)?,
        None => candidates(db, signer, declared.as_ref(), &digest, rng, act)?,
    };
    db.write_on_reserve(|db| {
        if !is_waiting(db, &row.id)? {
            return Ok(None); // Another worker was quicker.
        }
        let proved = prove(db, policy, row.request.as_deref(), &candidates, rng, act)?;
        let opposed = match proved {
            Some(candidate) => end(db, candidate, ground, row, rng, act)?,
            None => None,
        };
        let (receipt, sequence) = opposed.unzip();
        let settled = match (&receipt, proved) {
            (Some(_), Some(candidate)) => Settled::Opposed(candidate.card),
            _ => Settled::NotRecognised,
        };
        let outcome = if receipt.is_some() { "opposed" } else { "not-recognised" };
        diesel::update(holder_declarations::table.find(&row.id))
            .set((
                holder_declarations::code_digest.eq(None::<Vec<u8>>),
                holder_declarations::outcome.eq(outcome),
                holder_declarations::receipt.eq(receipt),
                holder_declarations::status_sequence.eq(sequence),
                holder_declarations::answered_at.eq(act.at),
            ))
            .execute(db)?;
        Ok(Some(settled))
    })
}

/// The card that the code is of, if it may be tried now; else a failure is counted.
fn prove<'a>(
    db: &mut Database,
    policy: CodePolicy,
    request: Option<&str>,
    candidates: &'a [Candidate],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<&'a Candidate>, AnswerError> {
    let fitting = candidates.iter().find(|candidate| candidate.fits);
    if let Some(request) = request {
        let may = guess::try_code(db, request, fitting.is_some(), rng, act)?;
        return Ok(fitting.filter(|_| may));
    }
    let mut proved = None;
    // Where the code is that of one card of a person, nothing was wrong about the others.
    for candidate in candidates.iter().filter(|candidate| candidate.fits == fitting.is_some()) {
        if try_code(db, policy, candidate, rng, act)? {
            proved = Some(candidate);
        }
    }
    Ok(proved)
}

/// The cards with a code that the declaration may be about, by number. Where there is none, the HSM works all the same:
/// how long an answer takes tells nothing.
fn candidates(
    db: &mut Database,
    signer: &mut dyn Signer,
    declared: Option<&Declared>,
    digest: &CodeDigest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<Candidate>, AnswerError> {
    let mut found = Vec::new();
    for (number, holder, stored, key) in coded_cards(db, declared)? {
        let card = card_number(&number)?;
        let made = verifier(db, signer, &key_of(&key)?, Some(&card), digest, rng, act)?;
        found.push(Candidate::new(card, holder, &stored, &made));
    }
    if found.is_empty() {
        ask_in_vain(db, signer, digest, rng, act)?;
    }
    found.sort_by_key(|candidate| candidate.card);
    Ok(found)
}

/// The same of the cards for which a one-time code was sent.
fn candidates_of_request(
    db: &mut Database,
    signer: &mut dyn Signer,
    request: &str,
    digest: &CodeDigest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<Candidate>, AnswerError> {
    let mut found = Vec::new();
    for (number, holder, stored, key) in guess::coded_cards(db, request)? {
        let card = card_number(&number)?;
        let made = guess::verifier(db, signer, &key_of(&key)?, (request, &card), digest, rng, act)?;
        found.push(Candidate::new(card, holder, &stored, &made));
    }
    if found.is_empty() {
        ask_in_vain(db, signer, digest, rng, act)?;
    }
    Ok(found)
}

fn ask_in_vain(
    db: &mut Database,
    signer: &mut dyn Signer,
    digest: &CodeDigest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), AnswerError> {
    if let Some(key) = any_key(db)? {
        verifier(db, signer, &key_of(&key)?, None, digest, rng, act)?;
    }
    Ok(())
}

/// Number and holder of a card, the verifier of its code, and the key that made it.
pub(super) type CodedCard = (String, String, Vec<u8>, String);

fn coded_cards(db: &mut Database, declared: Option<&Declared>) -> QueryResult<Vec<CodedCard>> {
    let coded = opposition_codes::table
        .inner_join(cards::table.on(cards::number.eq(opposition_codes::card_number)))
        .select((
            cards::number,
            cards::holder,
            opposition_codes::verifier.assume_not_null(),
            opposition_codes::mac_key.assume_not_null(),
        ))
        .filter(opposition_codes::verifier.is_not_null())
        .order(cards::number.desc())
        .limit(MOST_CARDS);
    match declared {
        None => Ok(Vec::new()),
        Some(Declared::Card(card)) => coded.filter(cards::number.eq(card.to_string())).load(db),
        Some(Declared::Person(rpps)) => {
            let numbers = merges::identifiers_of_one(db, &IdNatPs::from(Rpps::clone(rpps)))?;
            coded.filter(cards::holder.eq_any(numbers)).load(db)
        }
    }
}

/// The key of the newest code.
pub(super) fn any_key(db: &mut Database) -> QueryResult<Option<String>> {
    opposition_codes::table
        .filter(opposition_codes::mac_key.is_not_null())
        .order(opposition_codes::card_number.desc())
        .select(opposition_codes::mac_key.assume_not_null())
        .first(db)
        .optional()
}

fn key_of(text: &str) -> Result<KeyReference, AnswerError> {
    key_reference(text).ok_or(AnswerError::Row("the key of its code is none"))
}

/// The key that is stored so: `services/0a1b`.
pub(super) fn key_reference(text: &str) -> Option<KeyReference> {
    let (token, id) = text.split_once('/')?;
    Some(KeyReference { token: token.to_owned(), id: id.parse().ok()? })
}

fn is_waiting(db: &mut Database, id: &str) -> QueryResult<bool> {
    // A change of nothing takes the row, so that two workers do not answer one declaration.
    let taken = diesel::update(holder_declarations::table.find(id))
        .filter(holder_declarations::outcome.is_null())
        .set(holder_declarations::outcome.eq(None::<String>))
        .execute(db)?;
    Ok(taken == 1)
}

/// Counts the attempt, and takes it back where the code is right. Whether it is, and the card not locked.
fn try_code(
    db: &mut Database,
    policy: CodePolicy,
    candidate: &Candidate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, AnswerError> {
    let number = candidate.card.to_string();
    let row = opposition_codes::table.find(&number);
    let unlocked = opposition_codes::locked_until.is_null().or(opposition_codes::locked_until.le(act.at));
    let failures: Option<i64> = diesel::update(row)
        .filter(unlocked)
        .set(opposition_codes::failures.eq(opposition_codes::failures + 1))
        .returning(opposition_codes::failures)
        .get_result(db)
        .optional()?;
    let Some(failures) = failures else { return Ok(false) };
    let until = act.at.plus(policy.lock);
    if candidate.fits {
        diesel::update(row).set(opposition_codes::failures.eq(0)).execute(db)?;
        return Ok(true);
    }
    let locks = failures >= i64::from(policy.failures);
    if locks {
        let locked = (opposition_codes::failures.eq(0), opposition_codes::locked_until.eq(until));
        diesel::update(row).set(locked).execute(db)?;
    }
    let event = audit::Event {
        action: "opposition-code.refused",
        subject: format!("card {number}"),
        payload: json!({"locked_until": locks.then_some(until)}),
    };
    audit::record(db, event, rng, act)?;
    Ok(false)
}

/// Opposes the card as its holder; one that is opposed already is answered with the receipt it has. Receipt, and the event
/// of the status log; nothing where the card has ended otherwise.
fn end(
    db: &mut Database,
    candidate: &Candidate,
    ground: Ground,
    row: &WaitingRow,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<(String, i64)>, AnswerError> {
    let card = card::get(db, &candidate.card).map_err(OpposeError::from)?;
    let status = card.life.status();
    if status == CardStatus::Opposed {
        let receipt = opposition_declarations::table
            .filter(opposition_declarations::card_number.eq(candidate.card.to_string()))
            .select(opposition_declarations::receipt)
            .first(db)?;
        return Ok(Some((receipt, status_log::newest(db)?)));
    }
    if !LIVING.contains(&status) {
        return Ok(None);
    }
    let act = Act { actor: Actor::Holder(candidate.holder.clone()), ..act.clone() };
    let asked = requester::entitled(db, &mut ImportedRegister, (&card, ground), &Claim::Code, &act);
    let requested = asked.map_err(OpposeError::from)?;
    let event = audit::Event {
        action: if row.request.is_some() { "one-time-code.accepted" } else { "opposition-code.accepted" },
        subject: format!("card {}", candidate.card),
        payload: json!({"declaration": row.id}),
    };
    audit::record(db, event, rng, &act)?;
    let opposition = oppose_within(db, &candidate.card, (ground, &requested), rng, &act)?;
    Ok(Some((opposition.receipt, opposition.status_sequence)))
}
