//! A key is known to be compromised: it is certified for nobody any more, and every software certificate over it ends with the record.
//!
//! A card whose key it is ends as a card, by its opposition, also before it is certified: that is asked for first.

#[cfg(test)]
mod tests;

use ca_core::compromised_key::{CompromisedKey, Ended, KeyInHand, RecordError, Recorded, Service, ToldKey};
use ca_core::revocation::Revoked;
use card::CardNumber;
use card::personalisation::keys_to_certify;
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::certificate_requests;
use store::{Act, Actor, Code, Database, Fault};
use thiserror::Error;

use crate::certificate_request::{self, RequestError};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice};

/// Why a key is not recorded as compromised. Nothing of the attempt stays.
#[derive(Debug, Error)]
pub enum KeyCompromiseError {
    /// The actor may not end certificates.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Cards that carry certificates over it, or would once they are certified, are not opposed.
    #[error("this key is that of card {}: once it is opposed, every certificate of it has ended, and none is given", listed(.0))]
    OnCard(Vec<KeyOfCard>),
    /// It cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The request of a certificate over it cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for KeyCompromiseError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::OnCard(_) => faults::COMPROMISED_KEY_ON_CARD,
            Self::Record(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// A card that has the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyOfCard {
    /// The card.
    pub card: CardNumber,
    /// Whether it carries a certificate over it; otherwise its bureau has returned the key, and none was given yet.
    pub is_certified: bool,
}

fn listed(cards: &[KeyOfCard]) -> String {
    let one = |of: &KeyOfCard| match of.is_certified {
        true => of.card.to_string(),
        false => format!("{}, which is not certified yet", of.card),
    };
    cards.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// That a key is recorded, what that has ended, and what it leaves to do.
#[derive(Clone, Debug)]
pub struct RecordedKey {
    /// The key, as it was recorded first.
    pub key: CompromisedKey,
    /// Whether it was before.
    pub already: bool,
    /// The certificates that were revoked with it.
    pub ended: Vec<Ended>,
    /// What the PKI goes on signing with it, since nothing here ends that.
    pub goes_on: Vec<Service>,
    /// The numbers of the open requests for a certificate over it: none is given, so whoever asked withdraws them, or an officer refuses them.
    pub open_requests: Vec<String>,
    /// Whether anything here has it: a certificate, an authority, a service or an open request.
    pub is_known: bool,
}

/// Records a key as compromised and revokes the software certificates over it as keyCompromise, in one transaction of its own, also where
/// the disk is full. By an officer who may oppose cards, or by the operator, as oppositions are: a key that somebody else
/// has waits for nobody. Applicants and holders are told of each certificate. A key that is recorded already stays as it was.
pub fn record(
    db: &mut Database,
    key: &ToldKey,
    source: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<RecordedKey, KeyCompromiseError> {
    db.write_on_reserve(|db| {
        if !matches!(act.actor, Actor::Operator(_)) {
            officers::require(db, Right::Oppose, act)?;
        }
        let key = KeyInHand::take(db, key)?;
        refuse_cards(db, &key)?;
        let open_requests = open_requests(db, &key)?;
        let Recorded { key, already, ended, goes_on, is_known } = key.record(db, source, rng, act)?;
        for ended in &ended {
            tell(db, ended, rng, act)?;
        }
        let is_known = is_known || !open_requests.is_empty();
        Ok(RecordedKey { key, already, ended, goes_on, open_requests, is_known })
    })
}

/// A card whose chip has the key is looked for by its certificates, and before there are any by the keys that its bureau has returned.
fn refuse_cards(db: &mut Database, key: &KeyInHand) -> Result<(), KeyCompromiseError> {
    let mut cards: Vec<KeyOfCard> = Vec::new();
    let mut found = |card: CardNumber, is_certified: bool| {
        if !cards.iter().any(|one| one.card == card) {
            cards.push(KeyOfCard { card, is_certified });
        }
    };
    for certificate in key.living() {
        let carried = card::certificates::card_of(db, &certificate.issuer, &certificate.serial.to_string())?;
        carried.into_iter().for_each(|card| found(card, true));
    }
    let waiting = keys_to_certify(db)?;
    waiting.iter().filter(|(_, of_card)| key.is(of_card)).for_each(|(card, _)| found(*card, false));
    if cards.is_empty() { Ok(()) } else { Err(KeyCompromiseError::OnCard(cards)) }
}

/// The numbers of the open requests for a certificate over it.
fn open_requests(db: &mut Database, key: &KeyInHand) -> QueryResult<Vec<String>> {
    let open: Vec<(String, Vec<u8>)> = certificate_requests::table
        .filter(certificate_requests::status.eq_any(["submitted", "approved"]))
        .order(certificate_requests::number)
        .select((certificate_requests::number, certificate_requests::public_key))
        .load(db)?;
    Ok(open.into_iter().filter(|(_, asked_for)| key.is(asked_for)).map(|(number, _)| number).collect())
}

/// Whoever asked for it, and whose it is, where it is that of a request and was signed.
fn tell(
    db: &mut Database,
    ended: &Ended,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), KeyCompromiseError> {
    if ended.outcome == Revoked::Abandoned {
        return Ok(());
    }
    let number: Option<String> = certificate_requests::table
        .filter(certificate_requests::issuer.eq(&ended.issuer))
        .filter(certificate_requests::serial.eq(ended.serial.to_string()))
        .select(certificate_requests::number)
        .first(db)
        .optional()?;
    let Some(number) = number else { return Ok(()) };
    let (request, subject) =
        (certificate_request::get(db, &number)?, format!("certificate request {number}"));
    for recipient in request.recipients() {
        outbox::put(db, recipient, Notice::CertificateRevoked, &subject, rng, act)?;
    }
    Ok(())
}
