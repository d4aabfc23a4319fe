//! A key is known to be compromised: it is certified for nobody any more, and every software certificate over it ends with the record.
//!
//! A card whose key it is ends as a card, by its opposition: that is asked for first.

#[cfg(test)]
mod tests;

use ca_core::compromised_key::{Ended, KeyInHand, RecordError, Recorded, ToldKey};
use ca_core::revocation::Revoked;
use card::CardNumber;
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
    /// Cards that carry certificates over it are not opposed.
    #[error("card {} carries a certificate over this key, and every certificate of it ends with its opposition", listed(.0))]
    OnCard(Vec<CardNumber>),
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

fn listed(cards: &[CardNumber]) -> String {
    cards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
) -> Result<Recorded, KeyCompromiseError> {
    db.write_on_reserve(|db| {
        if !matches!(act.actor, Actor::Operator(_)) {
            officers::require(db, Right::Oppose, act)?;
        }
        let key = KeyInHand::take(db, key, act)?;
        refuse_cards(db, &key)?;
        let recorded = key.record(db, source, rng, act)?;
        for ended in &recorded.ended {
            tell(db, ended, rng, act)?;
        }
        Ok(recorded)
    })
}

fn refuse_cards(db: &mut Database, key: &KeyInHand) -> Result<(), KeyCompromiseError> {
    let mut cards = Vec::new();
    for certificate in key.living() {
        let carried = card::certificates::card_of(db, &certificate.issuer, &certificate.serial.to_string())?;
        cards.extend(carried.filter(|card| !cards.contains(card)));
    }
    if cards.is_empty() { Ok(()) } else { Err(KeyCompromiseError::OnCard(cards)) }
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
