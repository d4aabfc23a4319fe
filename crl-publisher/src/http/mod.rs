//! The public answers over HTTP: the status listener, and the operations listener on its own port.
//!
//! Everything goes through one handler that looks at the path as it came: a router that merges
//! slashes or decodes escapes breaks OCSP by GET, whose path is base64.

mod answers_by_minute;
mod background;
mod coherence;
mod connections;
mod crl_signers;
mod documents;
mod downloads;
mod follower;
mod fresh_files;
mod metrics;
mod not_served;
mod ocsp_get;
mod oppositions;
mod public_server;
mod publication;
pub(crate) mod published;
mod published_crls;
mod readiness;
mod register;
mod reply;
mod request_body;
mod service;
mod signing_ahead;
pub(crate) mod target;

#[cfg(test)]
mod caching_tests;
#[cfg(test)]
mod connection_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod downloads_tests;
#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod publication_tests;
#[cfg(test)]
mod published_crl_tests;
#[cfg(test)]
mod published_tests;
#[cfg(test)]
mod readiness_tests;
#[cfg(test)]
mod register_tests;
#[cfg(test)]
pub(crate) mod tests;

use actix_web::body::MessageBody;
use actix_web::error::BlockingError;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use store::Timestamp;

use self::connections::Working;
use self::oppositions::EVENTS_PATH;
use self::reply::{NEVER_CACHED, Reply};
use self::request_body::{announces_body, read_body, unread};
use self::service::ocsp_error;
use self::target::Target;
use crate::ocsp::Answer;
use crate::ocsp::response::OcspResponseStatus;

pub use crate::ocsp::ahead::{CertIdHash, SigningAhead};
pub use connections::{Connections, between_requests};
pub use downloads::{Download, Downloads, StandingList};
pub use follower::Following;
pub use oppositions::StreamLimits;
pub use public_server::{ConnectionLimits, public_server};
pub use service::{AnswersGiven, Clock, ReadSignerFigures, StatusService, StatusSettings};

/// The public side: OCSP, CRLs, CA certificates, opposition lists (contract, "HTTP").
pub fn configure(service: StatusService) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        config.app_data(web::Data::new(service)).default_service(web::to(public));
    }
}

/// The operator's side: `/livez`, `/readyz`, `/metrics`. Belongs on a port of its own.
pub fn configure_operations(service: StatusService) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        config
            .app_data(web::Data::new(service))
            .route(
                "/livez",
                web::get().to(|| async {
                    HttpResponse::Ok().insert_header(NEVER_CACHED).content_type("text/plain").body("ok\n")
                }),
            )
            .route("/readyz", web::get().to(readyz))
            .route("/metrics", web::get().to(metrics));
    }
}

async fn public(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<StatusService>,
) -> HttpResponse {
    let working = Working::on(&request);
    let mut answer = answered(request, payload, service).await;
    if let Some(working) = working {
        let size = answer.body().size();
        working.answers(size, answer.head_mut());
    }
    answer
}

async fn answered(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<StatusService>,
) -> HttpResponse {
    let at = service.now();
    if *request.method() != Method::POST && announces_body(&request) {
        return unread(HttpResponse::BadRequest(), "a body comes with POST only\n", payload);
    }
    if *request.method() == Method::GET && request.uri().path() == EVENTS_PATH {
        return oppositions::events(&request, service.get_ref().clone()).await;
    }
    let reply = match *request.method() {
        Method::GET | Method::HEAD => get(&request, service, at).await,
        Method::POST => match read_body(&request, payload, service.connection_limits().body).await {
            Ok(body) => ocsp(&body, service.clone(), at)
                .await
                .map(|answer| (service.ocsp_post_reply(answer), service.now())),
            Err(refusal) => return refusal,
        },
        _ => {
            let mut answer = HttpResponse::MethodNotAllowed();
            answer.insert_header(("allow", "GET, HEAD, POST"));
            return plain(answer, "GET, HEAD or POST\n");
        }
    };
    match reply {
        Ok((reply, at)) => reply.into_response(&request, at),
        Err(_) => plain(HttpResponse::ServiceUnavailable(), "try again in a moment\n"),
    }
}

/// With the moment from which caches count: of an OCSP answer and of a file when it was there, since a signature, or a slow disk,
/// may have taken longer than it still lasts.
async fn get(
    request: &HttpRequest,
    service: web::Data<StatusService>,
    at: Timestamp,
) -> Result<(Reply, Timestamp), BlockingError> {
    // The path of the request line, neither decoded nor normalised.
    let path = request.uri().path();
    let reply = match Target::of(path) {
        Target::Published(name) => {
            let files = service.clone();
            let reply = web::block(move || files.published(&name)).await?;
            return Ok((reply, service.now()));
        }
        Target::OppositionFile(file, part) => {
            let files = service.clone();
            let reply = web::block(move || files.opposition_file(file, part)).await?;
            return Ok((reply, service.now()));
        }
        Target::OppositionChanges(form) => {
            let query = request.query_string().to_owned();
            web::block(move || service.opposition_changes_reply(&query, form)).await?
        }
        Target::Policy => service.policy_page(),
        Target::Other => match ocsp_get::request_in(path) {
            Some(der) => {
                let answer = ocsp(&der, service.clone(), at).await?;
                return Ok((service.ocsp_get_reply(answer), service.now()));
            }
            None if path.starts_with("/ocsp/") => {
                ocsp_error(Answer::error(OcspResponseStatus::MalformedRequest))
            }
            None => Reply::not_found(),
        },
    };
    Ok((reply, at))
}

/// What memory can answer is answered on the spot (decision 0021); the rest waits for the database or a signature,
/// elsewhere.
async fn ocsp(
    request: &[u8],
    service: web::Data<StatusService>,
    at: Timestamp,
) -> Result<Answer, BlockingError> {
    match service.ocsp_at_once(request, at) {
        Ok(answer) => Ok(answer),
        Err(unanswered) => web::block(move || service.ocsp(&unanswered, at)).await,
    }
}

/// A refusal. No cache keeps the answer.
fn plain(mut answer: HttpResponseBuilder, words: &'static str) -> HttpResponse {
    answer.force_close().insert_header(NEVER_CACHED).content_type("text/plain").body(words)
}

async fn readyz(request: HttpRequest, service: web::Data<StatusService>) -> HttpResponse {
    let at = service.now();
    let verbose =
        request.query_string().split('&').any(|part| part == "verbose" || part.starts_with("verbose="));
    match web::block(move || readiness::readiness(&service, at)).await {
        Ok(readiness) => readiness.into_response(verbose),
        Err(_) => plain(HttpResponse::ServiceUnavailable(), "try again in a moment\n"),
    }
}

async fn metrics(service: web::Data<StatusService>) -> HttpResponse {
    let at = service.now();
    match web::block(move || metrics::metrics(&service, at)).await {
        Ok(text) => HttpResponse::Ok()
            .insert_header(NEVER_CACHED)
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(text),
        Err(_) => plain(HttpResponse::ServiceUnavailable(), "try again in a moment\n"),
    }
}
