use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ca_core::revocation::RevocationReason;
use ca_core::serial::SerialNumber;
use registration_authority::certificate_request::{self, RevocationAnswer, RevocationRequest};
use registration_authority::officers::{self, Right};
use registration_authority::views::SoftwareCertificate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, field};
use super::caller::Caller;
use super::certificate_requests::Request;
use super::decided::{self, Subject};
use super::once::{IdempotencyKey, send};
use super::problem::{Problem, Refusals};
use super::version::IfMatch;
use crate::failure::Failure;

/// A revocation that an officer asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RequestedRevocation {
    /// Why, by its name in RFC 5280 §5.3.1.
    reason: String,
    /// The officer's login.
    by: String,
    /// When, RFC 3339.
    at: String,
    /// waiting (for the worker, some tenths of a second), revoked or refused.
    outcome: &'static str,
    /// The stable code of why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

impl From<&RevocationRequest> for RequestedRevocation {
    fn from(asked: &RevocationRequest) -> Self {
        let (outcome, refusal) = match &asked.answer {
            RevocationAnswer::Waiting => ("waiting", None),
            RevocationAnswer::Revoked => ("revoked", None),
            RevocationAnswer::Refused { code } => ("refused", Some(code.clone())),
        };
        Self {
            reason: asked.reason.clone(),
            by: asked.requested_by.clone(),
            at: asked.requested_at.to_string(),
            outcome,
            refusal,
        }
    }
}

/// Why the certificate of a request ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificateRevocation)]
pub(super) struct Ended {
    /// keyCompromise, affiliationChanged, superseded or cessationOfOperation.
    reason: String,
}

/// Has the certificate of a request revoked, for good: by the worker, some tenths of a second later. The answer shows what was asked, and from
/// then on what became of it; whoever asked for the certificate, and whose it is, is told.
#[utoipa::path(post, path = "/certificate-requests/{number}/revocation", tag = "certificate requests",
    request_body = Ended, params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Request, headers(("ETag" = String))), Refusals))]
pub(super) async fn revoke(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    ended: Body<Ended>,
) -> Result<HttpResponse, Failure> {
    let request = (key, ended.digest);
    let reason = field("reason", &ended.value.reason, |text| {
        RevocationReason::OF_HOLDERS.into_iter().find(|reason| reason.name() == text)
    })?;
    decided::act_on(
        caller,
        number.into_inner(),
        seen,
        request,
        move |db, one: SoftwareCertificate, _, rng, act| {
            certificate_request::ask_revocation(db, &one.request.number, reason, rng, act)?;
            Ok(SoftwareCertificate::of(db, one.request)?)
        },
    )
    .await
}

/// The request that a certificate was issued for: what has it revoked stands below that.
#[utoipa::path(get, path = "/certificates/{issuer}/{serial}", tag = "certificate requests",
    params(("issuer" = String, Path, description = "Short name of its authority"), ("serial" = String, Path, description = "Hexadecimal")),
    responses((status = 200, body = Request, headers(("ETag" = String))),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    caller: Caller,
    which: web::Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let (issuer, serial) = which.into_inner();
    let serial: SerialNumber = field("serial", &serial, |text| text.parse().ok())?;
    let shown = caller
        .work(move |work| {
            officers::require(work.db, Right::ReadOwnDossier, work.act)?;
            let number = certificate_request::of_certificate(work.db, &issuer, &serial)?;
            let found = SoftwareCertificate::read(work.db, &number, work.act)?;
            Ok(decided::answer(StatusCode::OK, None, &found, work.act.at))
        })
        .await?;
    Ok(send(shown))
}
