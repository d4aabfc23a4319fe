//! What an officer asks for on a page or through the API: that the certificate of a request is revoked. The web role, which ends the
//! certificates of cards alone, drops it in an inbox and reads the answer; the worker asks the officer's right again, and revokes.

use ca_core::certificate::{self, CertificateStatus};
use ca_core::revocation::{RevocationReason, RevokeError};
use ca_core::serial::SerialNumber;
use diesel::dsl::{exists, min};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{certificate_requests, certificate_revocation_requests};
use store::{Act, Actor, Code, Database, Fault, Kind, Timestamp, audit, database};

use super::RequestError;
use super::revoke::{RevokeRequestError, revocable, revoke};

/// That the certificate of a request is to be revoked, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationRequest {
    /// Why, by its name in RFC 5280 §5.3.1: `keyCompromise`.
    pub reason: String,
    /// The officer's login.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// What the worker answered.
    pub answer: RevocationAnswer,
}

/// What the worker answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationAnswer {
    /// Nothing yet.
    Waiting,
    /// The certificate is revoked.
    Revoked,
    /// It is not, by this request.
    Refused {
        /// The stable code of why.
        code: String,
    },
}

/// What a round of answers did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnsweredRevocations {
    /// The requests whose certificates were revoked.
    pub revoked: Vec<String>,
    /// Those that were refused, each with the code of why.
    pub refused: Vec<(String, Code)>,
    /// Those that still wait, each with the code of why.
    pub failed: Vec<(String, Code)>,
}

/// Asks for the revocation of the certificate of this request, in the name of the officer who acts. The same rules are asked here, so that he
/// hears at once, and by the worker. Inside the caller's write transaction.
pub fn ask(
    db: &mut Database,
    number: &str,
    reason: RevocationReason,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<RevocationRequest, RevokeRequestError> {
    let (_, issuer, serial) = revocable(db, number, act)?;
    match certificate::find(db, &issuer, &serial)?.map(|found| found.status) {
        None => return Err(RevokeError::NotFound { issuer, serial: serial.to_string() }.into()),
        Some(ended @ (CertificateStatus::Revoked { .. } | CertificateStatus::Abandoned)) => {
            let status = ended.word().to_owned();
            return Err(RevokeError::AlreadyEnded { issuer, serial: serial.to_string(), status }.into());
        }
        Some(_) => {}
    }
    let mut drawn = [0; 16];
    rng.fill_bytes(&mut drawn);
    let (id, officer) = (hex::encode(drawn), act.actor.officer().unwrap_or_default());
    let inserted = diesel::insert_into(certificate_revocation_requests::table)
        .values((
            certificate_revocation_requests::id.eq(&id),
            certificate_revocation_requests::request_number.eq(number),
            certificate_revocation_requests::reason.eq(reason.name()),
            certificate_revocation_requests::requested_by.eq(officer),
            certificate_revocation_requests::requested_at.eq(act.at),
        ))
        .execute(db);
    match inserted {
        Err(error) if database::is_unique_violation(&error) => {
            return Err(RevokeRequestError::Waits(number.to_owned()));
        }
        inserted => inserted?,
    };
    let event = audit::Event {
        action: "certificate.revocation-requested",
        subject: format!("certificate {issuer} {serial}"),
        payload: json!({ "request": id, "reason": reason.name() }),
    };
    audit::record(db, event, rng, act)?;
    Ok(RevocationRequest {
        reason: reason.name().to_owned(),
        requested_by: officer.to_owned(),
        requested_at: act.at,
        answer: RevocationAnswer::Waiting,
    })
}

/// The number of the request that this certificate was issued for; [`RequestError::Unknown`] where it was issued for none.
pub fn of_certificate(
    db: &mut Database,
    issuer: &str,
    serial: &SerialNumber,
) -> Result<String, RequestError> {
    let number = certificate_requests::table
        .filter(certificate_requests::issuer.eq(issuer))
        .filter(certificate_requests::serial.eq(serial.to_string()))
        .select(certificate_requests::number)
        .first(db)
        .optional()?;
    number.ok_or_else(|| RequestError::Unknown(format!("for certificate {serial} of {issuer}")))
}

/// What was asked last for the certificate of this request.
pub fn newest(db: &mut Database, number: &str) -> QueryResult<Option<RevocationRequest>> {
    let row: Option<Row> = certificate_revocation_requests::table
        .filter(certificate_revocation_requests::request_number.eq(number))
        .order((certificate_revocation_requests::requested_at.desc(), certificate_revocation_requests::id))
        .select(Row::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(|row| RevocationRequest {
        reason: row.reason,
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        answer: match (row.outcome, row.refusal) {
            (None, _) => RevocationAnswer::Waiting,
            (Some(_), None) => RevocationAnswer::Revoked,
            (Some(_), Some(code)) => RevocationAnswer::Refused { code },
        },
    }))
}

/// Whether any request waits.
pub fn is_any_waiting(db: &mut Database) -> QueryResult<bool> {
    diesel::select(exists(
        certificate_revocation_requests::table.filter(certificate_revocation_requests::outcome.is_null()),
    ))
    .get_result(db)
}

/// When the request came that waits longest.
pub fn oldest_waiting(db: &mut Database) -> QueryResult<Option<Timestamp>> {
    certificate_revocation_requests::table
        .filter(certificate_revocation_requests::outcome.is_null())
        .select(min(certificate_revocation_requests::requested_at))
        .first(db)
}

/// Answers the requests that wait, `most` at most, a transaction each; where more wait, any of them, so that those that go on waiting
/// starve no other.
pub fn answer_waiting(
    db: &mut Database,
    most: u16,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<AnsweredRevocations> {
    let rows: Vec<Row> = certificate_revocation_requests::table
        .filter(certificate_revocation_requests::outcome.is_null())
        .order(diesel::dsl::sql::<BigInt>("random()"))
        .limit(i64::from(most))
        .select(Row::as_select())
        .load(db)?;
    let mut done = AnsweredRevocations::default();
    for row in rows {
        let act = Act { actor: Actor::Officer(row.requested_by.clone()), ..act.clone() };
        match db.write_on_reserve(|db| answer(db, &row, rng, &act)) {
            Ok(None) => {}
            Ok(Some(Ok(()))) => done.revoked.push(row.request_number),
            Ok(Some(Err(code))) => done.refused.push((row.request_number, code)),
            Err(error) => {
                let (number, code) = (row.request_number, error.code());
                tracing::error!(
                    code = code.name,
                    "the revocation of the certificate of {number} waits: {error}"
                );
                done.failed.push((number, code));
            }
        }
    }
    Ok(done)
}

/// Revokes, or says with which code not; nothing where another worker was quicker.
fn answer(
    db: &mut Database,
    row: &Row,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Result<(), Code>>, RevokeRequestError> {
    // Taken, so that two workers do not answer one request.
    let open = certificate_revocation_requests::table
        .find(&row.id)
        .filter(certificate_revocation_requests::outcome.is_null());
    let taken =
        diesel::update(open).set(certificate_revocation_requests::outcome.eq(None::<String>)).execute(db)?;
    if taken == 0 {
        return Ok(None);
    }
    let revoked = db.attempt(|db| {
        let reason: RevocationReason = row.reason.parse()?;
        revoke(db, &row.request_number, reason, rng, act)
    });
    let refused = match revoked {
        Ok(()) => None,
        Err(error) if refuses(&error) => Some(error.code()),
        Err(error) => return Err(error),
    };
    diesel::update(certificate_revocation_requests::table.find(&row.id))
        .set((
            certificate_revocation_requests::outcome.eq(if refused.is_none() {
                "revoked"
            } else {
                "refused"
            }),
            certificate_revocation_requests::refusal.eq(refused.map(|code| code.name)),
            certificate_revocation_requests::answered_at.eq(act.at),
        ))
        .execute(db)?;
    let Some(code) = refused else { return Ok(Some(Ok(()))) };
    let event = audit::Event {
        action: "certificate.revocation-refused",
        subject: format!("certificate request {}", row.request_number),
        payload: json!({ "request": row.id, "refusal": code.name }),
    };
    audit::record(db, event, rng, act)?;
    Ok(Some(Err(code)))
}

/// Whether it says no for good: somebody may not, or there is nothing to revoke.
fn refuses(error: &RevokeRequestError) -> bool {
    matches!(error.code().kind, Kind::Refused | Kind::NotAuthorised | Kind::NotFound | Kind::Invalid)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_revocation_requests)]
struct Row {
    id: String,
    request_number: String,
    reason: String,
    requested_by: String,
    requested_at: Timestamp,
    outcome: Option<String>,
    refusal: Option<String>,
}
