//! `/api/v1`: what officers do on the pages, for programs. The same functions, the same rights, the same proofs; JSON in and out.
//!
//! A caller is who his certificate says, which two administrators have enrolled ([`caller`]). Errors are problem objects with our
//! stable codes ([`problem`]); an act can be sent again with an `Idempotency-Key` ([`once`]); what can change is named by an
//! `ETag`, and changed under `If-Match` ([`version`]). A decision carries the proof of the officer's passkey, over a statement
//! whose nonce the worker drew ([`decision`]). The description is written from the code ([`description`]).

mod body;
mod caller;
mod cards;
mod certificate_requests;
mod decision;
mod description;
mod exchange;
mod listing;
mod me;
mod once;
mod oppositions;
mod orders;
mod problem;
mod version;

#[cfg(test)]
pub(crate) use description::document;

use actix_web::middleware::from_fn;
use actix_web::web::{self, PayloadConfig, ServiceConfig};
use actix_web::{HttpResponse, Route};

use crate::failure::Failure;
use crate::faults;

/// Where it is.
pub(crate) const BASE: &str = "/api/v1";

/// Largest body, in octets.
const BODY_BOUND: usize = 64 * 1024;

/// A method, an address below [`BASE`], and what answers there.
pub(crate) type Mounted = (&'static str, &'static str, fn() -> Route);

/// Everything that is served. The description says the same, which a test compares.
pub(crate) const ROUTES: [Mounted; 17] = [
    ("get", "/openapi.json", || web::get().to(description::show)),
    ("get", "/me", || web::get().to(me::show)),
    ("get", "/orders", || web::get().to(orders::list)),
    ("post", "/orders", || web::post().to(orders::submit)),
    ("get", "/orders/{number}", || web::get().to(orders::show)),
    ("post", "/orders/{number}/challenge", || web::post().to(orders::challenge)),
    ("post", "/orders/{number}/decision", || web::post().to(orders::decide)),
    ("post", "/orders/{number}/withdrawal", || web::post().to(orders::withdraw)),
    ("get", "/certificate-requests", || web::get().to(certificate_requests::list)),
    ("post", "/certificate-requests", || web::post().to(certificate_requests::submit)),
    ("get", "/certificate-requests/{number}", || web::get().to(certificate_requests::show)),
    ("post", "/certificate-requests/{number}/challenge", || web::post().to(certificate_requests::challenge)),
    ("post", "/certificate-requests/{number}/decision", || web::post().to(certificate_requests::decide)),
    ("post", "/certificate-requests/{number}/withdrawal", || web::post().to(certificate_requests::withdraw)),
    ("get", "/cards/{number}", || web::get().to(cards::show)),
    ("post", "/cards/{number}/opposition", || web::post().to(cards::oppose)),
    ("get", "/oppositions", || web::get().to(oppositions::list)),
];

/// Mounts it.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let mut scope = web::scope(BASE)
        .wrap(from_fn(exchange::exchange))
        .app_data(PayloadConfig::new(BODY_BOUND))
        .default_service(web::to(unknown));
    let mut paths: Vec<&str> = ROUTES.iter().map(|(_, path, _)| *path).collect();
    paths.dedup();
    for path in paths {
        let here = ROUTES.iter().filter(|(_, its, _)| *its == path);
        scope =
            scope.service(here.fold(web::resource(path), |resource, (_, _, route)| resource.route(route())));
    }
    config.service(scope);
}

async fn unknown() -> Result<HttpResponse, Failure> {
    Err(Failure::of(faults::PAGE_UNKNOWN))
}
