//! What is declared with a one-time code is held against what the HSM makes of it, in the worker.

use ca_core::signer::{KeyReference, Signer};
use ca_core::signing::{IntendedError, IntendedMac, mac_intended};
use card::CardNumber;
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{cards, one_time_codes, one_time_requests};
use store::{Act, Database, audit};

use super::{GUESSES, VALID};
use crate::opposition::by_code::CodedCard;
use crate::opposition::code::CodeDigest;

/// What a key of the HSM makes of a code that was drawn for this card and this request: a verifier that is copied to another
/// fits no code.
pub(in crate::opposition) fn verifier(
    db: &mut Database,
    signer: &mut dyn Signer,
    key: &KeyReference,
    (request, card): (&str, &CardNumber),
    digest: &CodeDigest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<[u8; 32], IntendedError> {
    let message = [
        b"igc-one-time-verifier-v1\0",
        request.as_bytes(),
        b"\0",
        card.to_string().as_bytes(),
        b"\0",
        &digest.0,
    ]
    .concat();
    let subject = format!("one-time-code {card}");
    mac_intended(db, signer, &IntendedMac { key, subject: &subject, message: &message }, rng, act)
}

/// The cards for which a code was drawn for this request.
pub(in crate::opposition) fn coded_cards(db: &mut Database, request: &str) -> QueryResult<Vec<CodedCard>> {
    one_time_codes::table
        .inner_join(cards::table.on(cards::number.eq(one_time_codes::card_number)))
        .filter(one_time_codes::request.eq(request))
        .order(cards::number)
        .select((cards::number, cards::holder, one_time_codes::verifier, one_time_codes::mac_key))
        .load(db)
}

/// Whether a code may be tried for this request now; one that fits no card is counted. Once right, it stays right until its time
/// has passed: who presses twice reads one receipt twice.
pub(in crate::opposition) fn try_code(
    db: &mut Database,
    request: &str,
    fits: bool,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let counted = i64::from(!fits);
    let tried = diesel::update(one_time_requests::table.find(request))
        .filter(one_time_requests::outcome.eq("sent"))
        .filter(one_time_requests::settled_at.gt(act.at.minus(VALID)))
        .filter(one_time_requests::failures.lt(GUESSES))
        .set(one_time_requests::failures.eq(one_time_requests::failures + counted))
        .execute(db)?;
    if tried == 1 && !fits {
        let event = audit::Event {
            action: "one-time-code.refused",
            subject: format!("one-time-request {request}"),
            payload: json!({}),
        };
        audit::record(db, event, rng, act)?;
    }
    Ok(tried == 1 && fits)
}
