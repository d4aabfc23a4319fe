use diesel::prelude::*;
use serde::Serialize;
use store::Database;
use store::schema::{card_keys, cards};

use crate::record::parsed;
use crate::{CardNumber, CardStatus, KeyUsage};

/// A key that a card's chip made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CardKey {
    /// What it is for.
    pub usage: KeyUsage,
    /// SubjectPublicKeyInfo, DER: P-256, uncompressed.
    pub public_key: Vec<u8>,
}

/// The keys of a card, once its bureau returned them, authentication first.
pub fn keys_of(db: &mut Database, number: &CardNumber) -> QueryResult<Vec<CardKey>> {
    let rows: Vec<(String, Vec<u8>)> = card_keys::table
        .filter(card_keys::card_number.eq(number.to_string()))
        .order(card_keys::key_usage)
        .select((card_keys::key_usage, card_keys::public_key))
        .load(db)?;
    rows.into_iter().map(|(usage, public_key)| Ok(CardKey { usage: parsed(&usage)?, public_key })).collect()
}

/// The keys of the cards whose bureau has returned them and that are not certified yet: SubjectPublicKeyInfo, DER, each with its card.
pub fn keys_to_certify(db: &mut Database) -> QueryResult<Vec<(CardNumber, Vec<u8>)>> {
    let rows: Vec<(String, Vec<u8>)> = card_keys::table
        .inner_join(cards::table.on(cards::number.eq(card_keys::card_number)))
        .filter(cards::status.eq(CardStatus::Personalised.as_str()))
        .order((card_keys::card_number, card_keys::key_usage))
        .select((card_keys::card_number, card_keys::public_key))
        .load(db)?;
    rows.into_iter().map(|(number, public_key)| Ok((parsed(&number)?, public_key))).collect()
}
