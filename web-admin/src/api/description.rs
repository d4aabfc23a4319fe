//! The description of the API (OpenAPI 3.1), written from the code that answers.

use actix_web::HttpResponse;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::SecurityScheme;

use super::{cards, certificate_requests, me, oppositions, orders};

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
    modifiers(&ClientCertificate),
    security(("certificate" = [])),
    paths(
        show,
        me::show,
        orders::list,
        orders::submit,
        orders::show,
        orders::challenge,
        orders::decide,
        orders::withdraw,
        certificate_requests::list,
        certificate_requests::submit,
        certificate_requests::show,
        certificate_requests::challenge,
        certificate_requests::decide,
        certificate_requests::withdraw,
        cards::show,
        cards::oppose,
        oppositions::list
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
