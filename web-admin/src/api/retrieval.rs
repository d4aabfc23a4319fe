#![expect(unused_qualifications, reason = "the macro of utoipa writes `self::`")]

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use registration_authority::retrieval::{self, CertificateTerms, Form, Retrieval};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::BASE;
use super::body::{Body, field};
use super::caller::Caller;
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use crate::failure::Failure;

/// The terms of use under which a certificate is fetched, as they are in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateTerms)]
pub(super) struct Terms {
    /// The name of the version.
    version: String,
    /// SHA-256 of the text, hexadecimal.
    sha256: String,
    /// The text, in French.
    text: String,
    /// When the caller accepted these very terms for this certificate, RFC 3339; absent where he has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_at: Option<String>,
}

/// The terms that the caller has read and accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadTerms)]
pub(super) struct Read {
    /// The name of the version.
    version: String,
    /// SHA-256 of the text, hexadecimal.
    sha256: String,
}

/// That the caller has accepted them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AcceptedTerms)]
pub(super) struct Accepted {
    /// The name of the version.
    version: String,
    /// SHA-256 of the text, hexadecimal.
    sha256: String,
    /// When, the first time, RFC 3339.
    accepted_at: String,
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `pem` (where absent), `der`, or `p7b`: with the authorities above it.
    format: Option<String>,
}

impl Terms {
    fn of(terms: &CertificateTerms, retrieval: &Retrieval) -> Self {
        Self {
            version: terms.version().to_owned(),
            sha256: terms.sha256().to_owned(),
            text: terms.text().to_owned(),
            accepted_at: retrieval.accepted.as_ref().map(|one| one.accepted_at.to_string()),
        }
    }
}

/// The terms of use in force, for who may fetch the certificate of this request.
#[utoipa::path(get, path = "/certificate-requests/{number}/terms", tag = "certificate requests",
    params(("number" = String, Path)), responses(
    (status = 200, body = Terms),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn terms(caller: Caller, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let terms = caller
        .work(move |work| {
            let (terms, act) = (work.state.certificate_terms(), work.act);
            let retrieval = work.db.snapshot(|db| retrieval::open(db, &number, terms, act))?;
            Ok(Terms::of(terms, &retrieval))
        })
        .await?;
    Ok(HttpResponse::Ok().json(terms))
}

/// Accepts the terms of use, for this certificate; once is enough for a text.
#[utoipa::path(post, path = "/certificate-requests/{number}/terms", tag = "certificate requests", request_body = Read,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Accepted, headers(("Location" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn accept(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    read: Body<Read>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(read.digest);
    let Read { version, sha256 } = read.value;
    let reply = caller
        .work(move |work| {
            let state = work.state;
            once.in_one_write(work, |db, rng, act| {
                let read = (version.as_str(), sha256.as_str());
                let done = retrieval::accept(db, &number, state.certificate_terms(), read, rng, act)?;
                let accepted_at = done.accepted.map_or(act.at, |one| one.accepted_at).to_string();
                let location = format!("{BASE}/certificate-requests/{number}/certificate");
                let accepted = Accepted { version, sha256, accepted_at };
                Ok(reply(StatusCode::CREATED, Some(location), None, &accepted))
            })
        })
        .await?;
    Ok(send(reply))
}

/// The certificate, for who asked for it and has accepted the terms of use in force.
#[utoipa::path(get, path = "/certificate-requests/{number}/certificate", tag = "certificate requests",
    params(("number" = String, Path), Which), responses(
    (status = 200, body = String, content_type = "application/pem-certificate-chain"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn certificate(
    caller: Caller,
    number: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let form = field("format", which.format.as_deref().unwrap_or("pem"), |format| match format {
        "pem" => Some(Form::Pem),
        "der" => Some(Form::Der),
        "p7b" => Some(Form::Chain),
        _ => None,
    })?;
    let body = caller
        .work(move |work| {
            Ok(retrieval::fetch(work.db, &number, form, work.state.certificate_terms(), work.act)?)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, form.media_type())).body(body))
}
