//! Every certificate with its evidence, a line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ca_core::certificate::{self, Certificate, CertificateStatus};
use ca_core::responder;
use ca_core::status_log;
use ca_core::tbs;
use registration_authority::certification::EvidenceError;
use registration_authority::certification::grounds::{self, CardKeyGrounds, Grounds};
use serde_json::{Map, Value, json};
use store::Database;

use super::PAGE;
use crate::problem::Problem;

/// Gives every certificate, by issuer and serial.
pub(super) fn write(
    db: &mut Database,
    put: &mut dyn FnMut(Value) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut after: Option<(String, String)> = None;
    loop {
        let cursor = after.as_ref().map(|(issuer, serial)| (issuer.as_str(), serial.as_str()));
        let page = certificate::list(db, cursor, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.issuer.clone(), last.serial.to_string()));
        for certificate in page {
            put(line(db, &certificate)?)?;
        }
    }
}

/// Gives every event of the status log, by its number.
pub(super) fn write_status_events(
    db: &mut Database,
    put: &mut dyn FnMut(Value) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut after = 0;
    loop {
        let page = status_log::since(db, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for event in page {
            let mut line = json!({
                "sequence": event.sequence,
                "issuer": event.issuer,
                "serial": event.serial,
                "event": event.change.name(),
                "reason": event.reason,
                "occurred_at": event.occurred_at.millis(),
            });
            if let Some(since) = event.since {
                line["since"] = json!(since.millis());
            }
            put(line)?;
        }
    }
}

fn line(db: &mut Database, certificate: &Certificate) -> Result<Value, Problem> {
    let mut line = Map::new();
    let mut set = |name: &str, value: Value| line.insert(name.to_owned(), value);
    set("issuer", json!(certificate.issuer));
    set("serial", json!(certificate.serial.to_string()));
    set("profile", json!(certificate.profile));
    set("status", json!(certificate.status.word()));
    set("evidence_kind", json!(certificate.evidence_kind));
    set("evidence_digest", json!(hex::encode(&certificate.evidence_digest)));
    set("tbs", base64(&certificate.tbs));
    match &certificate.status {
        CertificateStatus::Revoked { at, reason, .. } => {
            set("revoked_at", json!(at.millis()));
            set("revocation_reason", json!(reason));
        }
        CertificateStatus::Held { since, .. } => {
            set("held_since", json!(since.millis()));
        }
        _ => {}
    }
    if let Some(der) = certificate.status.der() {
        set("certificate", base64(der));
    }
    if certificate.evidence_kind == "ceremony" {
        // Of a responder that no ceremony made: the file that provides for it, and its request.
        if let Some(evidence) = responder::evidence_of(db, &certificate.issuer, &certificate.serial)? {
            set("evidence", base64(&evidence));
        }
    } else {
        match found(db, certificate)? {
            Ok(grounds) => {
                set("subject", json!(grounds.subject));
                set("canonical", base64(&grounds.canonical));
                set("evidence", base64(&grounds.evidence));
                if let Some(key) = &grounds.card_key {
                    set("card_key", card_key(key));
                }
            }
            Err(why) => {
                set("missing", json!(why));
            }
        }
    }
    Ok(Value::Object(line))
}

/// The grounds; or, in words, why there are none: a row that does not read is the auditor's to see.
fn found(db: &mut Database, certificate: &Certificate) -> Result<Result<Grounds, String>, Problem> {
    let Ok(public_key) = tbs::public_key_of(&certificate.tbs) else {
        return Ok(Err("its TBS does not read".to_owned()));
    };
    let serial = certificate.serial.to_string();
    match grounds::of_certificate(db, &certificate.issuer, &serial, &public_key) {
        Ok(Some(grounds)) => Ok(Ok(grounds)),
        Ok(None) => Ok(Err("no card and no request leads to it".to_owned())),
        Err(error @ EvidenceError::Database(_)) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn card_key(key: &CardKeyGrounds) -> Value {
    json!({
        "card": key.card,
        "usage": key.usage,
        "batch": key.batch,
        "bureau": key.bureau,
        "public_key": base64(&key.public_key),
        "proof": base64(&key.proof),
        "attestation": base64(&key.attestation),
    })
}

fn base64(octets: &[u8]) -> Value {
    Value::String(STANDARD.encode(octets))
}
