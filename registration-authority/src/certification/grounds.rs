//! What a certificate rests on, as bytes, for an auditor who trusts no program of ours.
//!
//! Nothing is judged here: what does not hold is handed over as it is, for whoever reads it to find.

use card::CardNumber;
use card::personalisation::{BatchId, find_batch};
use diesel::prelude::*;
use store::Database;
use store::schema::{card_certificates, card_keys, certificate_requests};

use super::evidence::{EvidenceError, decision_evidence};
use crate::certificate_request;
use crate::order::{self, Origin};
use crate::renewal;

/// What was asked for, and what approved it.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// `card order CO-2026-000001`, `certificate request CR-2026-000001`.
    pub subject: String,
    /// The canonical encoding of that order or request, DER.
    pub canonical: Vec<u8>,
    /// The `DecisionEvidence`, DER: over the same encoding, or over the renewal plan's that the order is of.
    pub evidence: Vec<u8>,
    /// Where the key is in a card.
    pub card_key: Option<CardKeyGrounds>,
}

/// Where the key of a card comes from.
#[derive(Clone, Debug)]
pub struct CardKeyGrounds {
    /// The card.
    pub card: String,
    /// `authentication` or `signature`.
    pub usage: String,
    /// The batch it was made in.
    pub batch: String,
    /// The bureau the batch was sent to.
    pub bureau: String,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// The chip's proof.
    pub proof: Vec<u8>,
    /// The bureau's attestation.
    pub attestation: Vec<u8>,
}

/// The grounds of an end entity's certificate over this key (SubjectPublicKeyInfo in DER); none where neither a
/// card nor a request leads to it.
pub fn of_certificate(
    db: &mut Database,
    issuer: &str,
    serial: &str,
    public_key: &[u8],
) -> Result<Option<Grounds>, EvidenceError> {
    let carried: Option<(String, String)> = card_certificates::table
        .find((issuer, serial))
        .select((card_certificates::card_number, card_certificates::key_usage))
        .first(db)
        .optional()?;
    match carried {
        Some((card, usage)) => of_card(db, &card, &usage),
        None => of_request(db, issuer, serial, public_key),
    }
}

fn of_card(db: &mut Database, number: &str, usage: &str) -> Result<Option<Grounds>, EvidenceError> {
    let number_read: Option<CardNumber> = number.parse().ok();
    let card = number_read.map(|number| card::find(db, &number)).transpose()?.flatten();
    let Some(card) = card else { return Ok(None) };
    let order = order::get(db, &card.order_number)?;
    let evidence = match &order.origin {
        Origin::Officer | Origin::Register => decision_evidence(db, &order.decidable())?,
        Origin::Plan(plan) => {
            let plan = renewal::get(db, plan)?;
            decision_evidence(db, &plan.decidable())?
        }
    };
    Ok(Some(Grounds {
        subject: format!("card order {}", order.number),
        canonical: order.decidable().canonical,
        evidence,
        card_key: card_key(db, number, usage)?,
    }))
}

fn card_key(db: &mut Database, card: &str, usage: &str) -> QueryResult<Option<CardKeyGrounds>> {
    type Row = (String, Vec<u8>, Vec<u8>, Vec<u8>);
    let row: Option<Row> = card_keys::table
        .find((card, usage))
        .select((card_keys::batch, card_keys::public_key, card_keys::proof, card_keys::attestation))
        .first(db)
        .optional()?;
    let Some((batch, public_key, proof, attestation)) = row else { return Ok(None) };
    let id: Option<BatchId> = batch.parse().ok();
    let sent = id.map(|id| find_batch(db, &id)).transpose()?.flatten();
    Ok(sent.map(|sent| CardKeyGrounds {
        card: card.to_owned(),
        usage: usage.to_owned(),
        batch,
        bureau: sent.bureau.to_string(),
        public_key,
        proof,
        attestation,
    }))
}

/// By its certificate; or by its key, where the request was withdrawn while the token worked.
fn of_request(
    db: &mut Database,
    issuer: &str,
    serial: &str,
    public_key: &[u8],
) -> Result<Option<Grounds>, EvidenceError> {
    let by_certificate = certificate_requests::table
        .filter(certificate_requests::issuer.eq(issuer))
        .filter(certificate_requests::serial.eq(serial))
        .select(certificate_requests::number);
    let mut number: Option<String> = by_certificate.first(db).optional()?;
    if number.is_none() {
        let by_key = certificate_requests::table
            .filter(certificate_requests::public_key.eq(public_key))
            .order(certificate_requests::number)
            .select(certificate_requests::number);
        number = by_key.first(db).optional()?;
    }
    let Some(number) = number else { return Ok(None) };
    let request = certificate_request::get(db, &number)?;
    Ok(Some(Grounds {
        subject: format!("certificate request {number}"),
        canonical: request.decidable().canonical,
        evidence: decision_evidence(db, &request.decidable())?,
        card_key: None,
    }))
}
