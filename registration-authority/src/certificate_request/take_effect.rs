use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::certificate_requests;
use store::{Act, Database};

use super::decide::tell;
use super::request::{CertificateRequest, RequestError, RequestState, get};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::decision::{self, Worth};
use crate::outbox::Notice;

/// Tells whoever asked of the decision on this version where it can no longer be taken back; whether anybody was told. Inside the caller's
/// write transaction.
pub(crate) fn one_takes_effect(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    (number, version): (&str, i64),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, RequestError> {
    // Whoever takes the decision back waits at the row, or has been there before.
    diesel::update(certificate_requests::table.find(number))
        .set(certificate_requests::status.eq(certificate_requests::status))
        .execute(db)?;
    let request = get(db, number)?;
    let key = (SubjectKind::CertificateRequest, number, version);
    let worth = match request.version == version {
        true => decision::worth(db, verifier, &request.decidable(), act)?,
        false => Worth::Nothing,
    };
    match (&request.state, worth) {
        // What the worker has received holds, whatever a page keeps back.
        (RequestState::Submitted, Worth::Effective) => Ok(false),
        (RequestState::Withdrawn { .. }, _) | (_, Worth::Nothing) => {
            decision::forget(db, key)?;
            Ok(false)
        }
        (_, Worth::Waits) => Ok(false),
        (_, Worth::Altered) => Err(RequestError::SentenceAltered(number.to_owned())),
        (_, Worth::Effective) => Ok(took_effect(db, &request, rng, act)?),
    }
}

/// Writes down that the decision on a request took effect, and tells whoever asked, unless that is done. Whoever certifies it does this first, so
/// that nobody takes the decision back while the token works.
pub(crate) fn took_effect(
    db: &mut Database,
    request: &CertificateRequest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let (number, version) = (request.number.as_str(), request.version);
    if !decision::note_effect(db, (SubjectKind::CertificateRequest, number, version), act)? {
        return Ok(false);
    }
    let notice = match request.state {
        RequestState::Refused { .. } => Notice::Refused,
        _ => Notice::Approved,
    };
    let payload = json!({ "version": version });
    tell(db, "request.decision-took-effect", notice, request, payload, rng, act)?;
    Ok(true)
}
