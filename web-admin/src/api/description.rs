//! The description of the API (OpenAPI 3.1), written from the code that answers.

use actix_web::HttpResponse;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::security::SecurityScheme;

use super::decision::{Asked, Challenge, Signed};
use super::problem::Problem;
use super::{
    DECIDED, bulk_decisions, cards, certificate_requests, certificate_revocations, delegations, enrolments,
    mandates, me, notes, opposition_plans, opposition_requests, oppositions, orders, register_feeds,
    renewal_plans, retrieval, reviews, staff, suspensions, tickets,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "IGC Santé",
        version = "1",
        description = "What officers do on the pages, for programs. The caller is who his TLS client certificate says; a decision \
                       carries the proof of an officer's passkey. Acts take an Idempotency-Key (the Internet-Draft), good for two \
                       days. Errors are problem objects (RFC 9457) with stable codes.",
        license(name = "Apache-2.0 OR MIT")
    ),
    servers((url = "/api/v1")),
    modifiers(&ClientCertificate, &Decided, &Names),
    security(("certificate" = [])),
    components(schemas(Problem, Asked, Challenge, Signed)),
    paths(
        show,
        me::show,
        orders::list,
        orders::submit,
        orders::take_back,
        orders::ask,
        orders::answer,
        orders::withdraw,
        certificate_requests::list,
        certificate_requests::submit,
        certificate_requests::take_back,
        certificate_requests::withdraw,
        certificate_revocations::revoke,
        certificate_revocations::show,
        retrieval::terms,
        retrieval::accept,
        retrieval::certificate,
        cards::show,
        cards::oppose,
        oppositions::list,
        suspensions::list,
        suspensions::suspend,
        opposition_plans::list,
        tickets::list,
        tickets::dismiss,
        reviews::list,
        reviews::conclude,
        renewal_plans::list,
        register_feeds::list,
        mandates::list,
        mandates::propose,
        mandates::end,
        enrolments::list,
        enrolments::propose,
        delegations::list,
        delegations::propose,
        delegations::end,
        bulk_decisions::challenge,
        bulk_decisions::decide,
        orders::ask_second,
        notes::list,
        notes::write,
        staff::list,
        staff::show,
        staff::declare,
        staff::leave,
        staff::ask,
        opposition_requests::list,
        opposition_requests::ask
    )
)]
struct Description;

struct ClientCertificate;

impl Modify for ClientCertificate {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::MutualTls {
            description: Some("A certificate that two administrators have enrolled".to_owned()),
            deprecated: None,
            extensions: None,
        };
        openapi.components.get_or_insert_default().add_security_scheme("certificate", scheme);
    }
}

/// The addresses of what is decided on.
struct Decided;

impl Modify for Decided {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for kind in &DECIDED {
            kind.describe(&mut openapi.paths);
        }
    }
}

/// What the specification asks of each operation, and a handler's own name does not give: an identifier of its own, and a sentence
/// for each answer.
struct Names;

impl Modify for Names {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            for (method, operation) in [("get", &mut item.get), ("post", &mut item.post)] {
                let Some(operation) = operation else { continue };
                let segments =
                    path.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{'));
                let whole = if path.ends_with('}') { "one" } else { "" };
                let words: Vec<&str> = [method].into_iter().chain(segments).chain([whole]).collect();
                operation.operation_id = Some(words.join("-").trim_end_matches('-').to_owned());
                for (status, response) in &mut operation.responses.responses {
                    if let RefOr::T(response) = response {
                        response.description = answer_in_words(status).to_owned();
                    }
                }
            }
        }
    }
}

fn answer_in_words(status: &str) -> &'static str {
    match status {
        "200" => "Done, or read.",
        "201" => "Made.",
        "202" => "Taken in: the worker judges it.",
        "403" => "The certificate, or its officer's role, does not allow it.",
        "404" => "There is none.",
        "409" => "A rule forbids it.",
        "412" => "It has changed since it was read.",
        "422" => "The request is not of the form it must have.",
        "428" => "The request does not say which version was read.",
        _ => "See the problem object.",
    }
}

/// The description, as it is served.
pub(crate) fn document() -> String {
    let mut text = Description::openapi().to_pretty_json().expect("texts and numbers");
    text.push('\n');
    text
}

/// This description; for anybody.
#[utoipa::path(get, path = "/openapi.json", tag = "identity", security(()), responses((status = 200)))]
pub(super) async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document())
}
