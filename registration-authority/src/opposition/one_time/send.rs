//! The worker's side of a request: a code for each card that may be meant, in a mail to the address that the register holds.
//!
//! The code is in that mail, in the worker's memory until it has left, and nowhere else: it is in no notice of the outbox, whose
//! text anybody reads who reads the database. So it is drawn anew for each attempt, and counts once the server has accepted its mail.

use std::time::Duration;

use ca_core::signer::Signer;
use ca_core::signing::IntendedError;
use card::CardNumber;
use diesel::dsl::count_star;
use diesel::prelude::*;
use professional_registry::RegistryError;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{one_time_budget, one_time_codes, one_time_requests};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;
use zeroize::Zeroizing;

use super::code::{OneTimeCode, RequestSecret};
use super::guess::verifier;
use super::{A_DAY, AN_HOUR, HOUR, VALID};
use crate::contact;
use crate::faults;
use crate::notices::{self, Delivery, Postman};
use crate::opposition::by_code::{any_key, key_reference};
use crate::opposition::declaration::Declared;
use crate::opposition::ticket::living_cards;
use crate::renumbered;

/// How long a worker may take for one request before another takes it. Longer than the patience with a server.
const LEASE: Duration = Duration::from_secs(180);
/// After how long a request that waits is tried again.
const PAUSE: Duration = Duration::from_secs(20);
/// Cards of one holder for which one mail has codes. Nobody has as many that live.
const MOST_CARDS: usize = 16;

const DAY: Duration = Duration::from_secs(86_400);

/// What became of a request. Whom it was about is not said: this is for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// A mail with codes has left.
    Sent,
    /// Nobody is written to.
    NoMail,
    /// It waits, and why.
    Waits(Code),
}

/// Why a request waits.
#[derive(Debug, Error)]
enum SendError {
    /// The HSM makes no verifier.
    #[error(transparent)]
    Verifier(#[from] IntendedError),
    /// No key for verifiers has been made yet.
    #[error("no opposition code has been drawn yet, so that there is no key")]
    NoKey,
    /// The register's contacts cannot be read.
    #[error(transparent)]
    Register(#[from] RegistryError),
    /// The server took no mail.
    #[error("the mail server did not accept it")]
    Server,
    /// A row cannot be read.
    #[error("{0}")]
    Row(&'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SendError {
    fn code(&self) -> Code {
        match self {
            Self::Verifier(error) => error.code(),
            Self::NoKey => faults::ONE_TIME_CODE_NO_KEY,
            Self::Register(error) => error.code(),
            Self::Server => faults::MAIL_SERVER,
            Self::Row(_) => faults::OPPOSITION_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Settles the request that has waited longest, or has it wait for its next attempt; nothing where none is due. Where no mail
/// server is configured nobody is written to.
pub fn settle_next(
    db: &mut Database,
    signer: &mut dyn Signer,
    postman: Option<&Postman>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<Settled>> {
    let Some(request) = take(db, act)? else { return Ok(None) };
    let (id, received_at) = (request.id.clone(), request.received_at);
    let sent = match postman {
        Some(postman) if request.received_at.plus(VALID) > act.at => {
            send(db, signer, postman, request, rng, act)
        }
        _ => Ok(None),
    };
    let done = match sent {
        Ok(Some(mailed)) => {
            db.write(|db| settle(db, &id, Some(&mailed), rng, act))?;
            Settled::Sent
        }
        Ok(None) => {
            db.write(|db| settle(db, &id, None, rng, act))?;
            Settled::NoMail
        }
        Err(error) => {
            let code = error.code();
            tracing::error!(code = code.name, "no one-time code has left for request {id}: {error}");
            let again = match error {
                SendError::Server => next_mail(received_at, act),
                _ => Some(act.at.plus(PAUSE)),
            };
            match again {
                Some(again) => {
                    db.write(|db| put_off(db, &id, again))?;
                    Settled::Waits(code)
                }
                None => {
                    db.write(|db| settle(db, &id, None, rng, act))?;
                    Settled::NoMail
                }
            }
        }
    };
    Ok(Some(done))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = one_time_requests)]
struct Request {
    id: String,
    identifier: Option<String>,
    secret: Option<Vec<u8>>,
    received_at: Timestamp,
}

/// What left.
struct Mailed {
    holder: String,
    cards: Vec<CardNumber>,
}

/// Takes the request that has waited longest, for this worker.
fn take(db: &mut Database, act: &Act) -> QueryResult<Option<Request>> {
    let is_free = one_time_requests::taken_until.is_null().or(one_time_requests::taken_until.le(act.at));
    let next: Option<Request> = one_time_requests::table
        .filter(one_time_requests::outcome.is_null())
        .filter(is_free)
        .order((one_time_requests::received_at, one_time_requests::id))
        .select(Request::as_select())
        .first(db)
        .optional()?;
    let Some(next) = next else { return Ok(None) };
    // A worker that dies may have mailed.
    let again = next_mail(next.received_at, act).unwrap_or(act.at.plus(VALID));
    let until = act.at.plus(LEASE).max(again);
    let taken = db.write(|db| {
        diesel::update(one_time_requests::table.find(&next.id))
            .filter(one_time_requests::outcome.is_null())
            .filter(is_free)
            .set(one_time_requests::taken_until.eq(until))
            .execute(db)
    })?;
    Ok((taken == 1).then_some(next))
}

/// Draws, records and mails; nothing where nobody is written to.
fn send(
    db: &mut Database,
    signer: &mut dyn Signer,
    postman: &Postman,
    request: Request,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Mailed>, SendError> {
    // Whoever writes nonsense into the inbox is in nobody's way.
    let Some(declared) = request.identifier.and_then(|text| text.parse::<Declared>().ok()) else {
        return Ok(None);
    };
    let secret = request.secret.and_then(|octets| octets.try_into().ok());
    let secret = RequestSecret(Zeroizing::new(secret.ok_or(SendError::Row("a request has no secret"))?));
    if secret.request() != request.id {
        return Ok(None);
    }
    let mut cards = living_cards(db, &declared)?;
    cards.truncate(MOST_CARDS);
    let Some((_, holder)) = cards.first().cloned() else { return Ok(None) };
    if !may_be_written_to(db, &holder, act)? {
        return Ok(None);
    }
    let Some(address) = contact::address_of_holder(db, &holder)? else { return Ok(None) };
    let key = key_reference(&any_key(db)?.ok_or(SendError::NoKey)?);
    let key = key.ok_or(SendError::Row("the key of an opposition code is none"))?;
    let mut drawn = Vec::with_capacity(cards.len());
    for (card, _) in &cards {
        let code = OneTimeCode::draw(rng);
        let made = verifier(db, signer, &key, (&request.id, card), &code.digest(&secret), rng, act)?;
        drawn.push((*card, code, made));
    }
    db.write(|db| {
        // Those of an attempt before this one.
        diesel::delete(one_time_codes::table.filter(one_time_codes::request.eq(&request.id))).execute(db)?;
        for (card, _, made) in &drawn {
            diesel::insert_into(one_time_codes::table)
                .values((
                    one_time_codes::request.eq(&request.id),
                    one_time_codes::card_number.eq(card.to_string()),
                    one_time_codes::verifier.eq(made.as_slice()),
                    one_time_codes::mac_key.eq(key.to_string()),
                ))
                .execute(db)?;
        }
        QueryResult::Ok(())
    })?;
    let codes: Vec<_> = drawn.iter().map(|(card, code, _)| (*card, code.grouped())).collect();
    let wording = notices::one_time_codes(&codes, act.at.plus(VALID));
    match notices::deliver(postman, (&request.id, act.at), wording, &address) {
        Delivery::Accepted => {
            Ok(Some(Mailed { holder, cards: cards.into_iter().map(|(card, _)| card).collect() }))
        }
        Delivery::Refused(_) => Ok(None),
        Delivery::NotNow => Err(SendError::Server),
    }
}

/// Whether neither the holder nor everybody together has been written to too often.
fn may_be_written_to(db: &mut Database, holder: &str, act: &Act) -> QueryResult<bool> {
    let within_a_day: i64 = one_time_requests::table
        .filter(one_time_requests::outcome.eq("sent"))
        .filter(one_time_requests::holder.eq_any(renumbered::numbers_of(db, holder)?))
        .filter(one_time_requests::settled_at.gt(act.at.minus(DAY)))
        .select(count_star())
        .first(db)?;
    let of_everybody = mailed_within_an_hour(db, act)?;
    if of_everybody >= AN_HOUR {
        tracing::warn!(
            "{AN_HOUR} one-time codes were mailed within an hour: nobody gets another before it has passed"
        );
    }
    Ok(within_a_day < A_DAY && of_everybody < AN_HOUR)
}

fn mailed_within_an_hour(db: &mut Database, act: &Act) -> QueryResult<i64> {
    one_time_requests::table
        .filter(one_time_requests::outcome.eq("sent"))
        .filter(one_time_requests::settled_at.gt(act.at.minus(HOUR)))
        .select(count_star())
        .first(db)
}

/// Writes down that the last mail of the hour has left, where this was it: whoever looks after the installation hears of it, and whose
/// mail it was nobody.
fn note_budget(db: &mut Database, act: &Act) -> QueryResult<()> {
    if mailed_within_an_hour(db, act)? < AN_HOUR {
        return Ok(());
    }
    let noted =
        diesel::update(one_time_budget::table).set(one_time_budget::spent_at.eq(act.at)).execute(db)?;
    if noted == 0 {
        diesel::insert_into(one_time_budget::table)
            .values((one_time_budget::id.eq(1_i64), one_time_budget::spent_at.eq(act.at)))
            .execute(db)?;
    }
    Ok(())
}

fn settle(
    db: &mut Database,
    id: &str,
    mailed: Option<&Mailed>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let settled = diesel::update(one_time_requests::table.find(id))
        .filter(one_time_requests::outcome.is_null())
        .set((
            one_time_requests::identifier.eq(None::<String>),
            one_time_requests::secret.eq(None::<Vec<u8>>),
            one_time_requests::taken_until.eq(None::<Timestamp>),
            one_time_requests::outcome.eq(if mailed.is_some() { "sent" } else { "none" }),
            one_time_requests::holder.eq(mailed.map(|mailed| &mailed.holder)),
            one_time_requests::settled_at.eq(act.at),
        ))
        .execute(db)?;
    let Some(mailed) = mailed.filter(|_| settled == 1) else { return Ok(()) };
    note_budget(db, act)?;
    for card in &mailed.cards {
        let event = audit::Event {
            action: "one-time-code.sent",
            subject: format!("card {card}"),
            payload: json!({"request": id}),
        };
        audit::record(db, event, rng, act)?;
    }
    Ok(())
}

/// When another mail is tried after one of which nobody knows whether it has left: it has another code, and a server whose answers
/// are lost delivers them all. Five times as long after it was asked for as this one, and a pause: three are tried at most before
/// it is too late, whenever the first was.
fn next_mail(received_at: Timestamp, act: &Act) -> Option<Timestamp> {
    // The web role says when that was: what it says of tomorrow is tried once.
    let waited = Duration::from_millis(act.at.millis().abs_diff(received_at.millis()));
    let after = waited.saturating_mul(5).saturating_add(PAUSE);
    (after < VALID).then(|| received_at.plus(after))
}

fn put_off(db: &mut Database, id: &str, until: Timestamp) -> QueryResult<()> {
    diesel::update(one_time_requests::table.find(id))
        .filter(one_time_requests::outcome.is_null())
        .set(one_time_requests::taken_until.eq(until))
        .execute(db)
        .map(drop)
}
