//! `/api/v1`: what officers do on the pages, for programs. The same functions, the same rights, the same proofs; JSON in and out.
//!
//! A caller is who his certificate says, which two administrators have enrolled ([`caller`]). Errors are problem objects with our
//! stable codes ([`problem`]); an act can be sent again with an `Idempotency-Key` ([`once`]); what can change is named by an
//! `ETag`, and changed under `If-Match` ([`version`]). A decision carries the proof of the officer's passkey, over a statement
//! whose nonce the worker drew ([`decision`]); what is decided on is read, signed for and decided in one way ([`decided`]). The description is written from the code ([`description`]).

mod body;
mod caller;
mod cards;
mod certificate_requests;
mod decided;
mod decision;
mod description;
mod enrolments;
mod exchange;
mod listing;
mod mandates;
mod me;
mod once;
mod opposition_plans;
mod oppositions;
mod orders;
mod problem;
mod register_feeds;
mod renewal_plans;
mod retrieval;
mod reviews;
mod suspensions;
mod tickets;
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

/// Where the description stands as well, for who does not know the version yet.
const DESCRIPTION: &str = "/api/openapi.json";

/// Largest body, in octets.
const BODY_BOUND: usize = 64 * 1024;

/// A method, an address below [`BASE`], and what answers there.
pub(crate) type Mounted = (&'static str, &'static str, fn() -> Route);

/// Everything that is served. The description says the same, which a test compares.
pub(crate) const ROUTES: [Mounted; 54] = [
    ("get", "/openapi.json", || web::get().to(description::show)),
    ("get", "/me", || web::get().to(me::show)),
    ("get", "/orders", || web::get().to(orders::list)),
    ("post", "/orders", || web::post().to(orders::submit)),
    ("get", "/orders/{number}", || web::get().to(orders::show)),
    ("post", "/orders/{number}/challenge", || web::post().to(orders::challenge)),
    ("post", "/orders/{number}/decision", || web::post().to(orders::decide)),
    ("post", "/orders/{number}/retraction", || web::post().to(orders::take_back)),
    ("post", "/orders/{number}/question", || web::post().to(orders::ask)),
    ("post", "/orders/{number}/answer", || web::post().to(orders::answer)),
    ("post", "/orders/{number}/withdrawal", || web::post().to(orders::withdraw)),
    ("get", "/certificate-requests", || web::get().to(certificate_requests::list)),
    ("post", "/certificate-requests", || web::post().to(certificate_requests::submit)),
    ("get", "/certificate-requests/{number}", || web::get().to(certificate_requests::show)),
    ("post", "/certificate-requests/{number}/challenge", || web::post().to(certificate_requests::challenge)),
    ("post", "/certificate-requests/{number}/decision", || web::post().to(certificate_requests::decide)),
    ("post", "/certificate-requests/{number}/withdrawal", || web::post().to(certificate_requests::withdraw)),
    ("get", "/certificate-requests/{number}/terms", || web::get().to(retrieval::terms)),
    ("post", "/certificate-requests/{number}/terms", || web::post().to(retrieval::accept)),
    ("get", "/certificate-requests/{number}/certificate", || web::get().to(retrieval::certificate)),
    ("get", "/cards/{number}", || web::get().to(cards::show)),
    ("post", "/cards/{number}/opposition", || web::post().to(cards::oppose)),
    ("get", "/oppositions", || web::get().to(oppositions::list)),
    ("get", "/suspensions", || web::get().to(suspensions::list)),
    ("get", "/cards/{number}/suspension", || web::get().to(suspensions::show)),
    ("post", "/cards/{number}/suspension", || web::post().to(suspensions::suspend)),
    ("post", "/cards/{number}/suspension/challenge", || web::post().to(suspensions::challenge)),
    ("post", "/cards/{number}/suspension/decision", || web::post().to(suspensions::decide)),
    ("get", "/opposition-plans", || web::get().to(opposition_plans::list)),
    ("get", "/opposition-plans/{number}", || web::get().to(opposition_plans::show)),
    ("post", "/opposition-plans/{number}/challenge", || web::post().to(opposition_plans::challenge)),
    ("post", "/opposition-plans/{number}/decision", || web::post().to(opposition_plans::decide)),
    ("get", "/opposition-tickets", || web::get().to(tickets::list)),
    ("post", "/opposition-tickets/{number}/dismissal", || web::post().to(tickets::dismiss)),
    ("get", "/reviews", || web::get().to(reviews::list)),
    ("post", "/reviews/{number}/finding", || web::post().to(reviews::conclude)),
    ("get", "/renewal-plans", || web::get().to(renewal_plans::list)),
    ("get", "/renewal-plans/{number}", || web::get().to(renewal_plans::show)),
    ("post", "/renewal-plans/{number}/challenge", || web::post().to(renewal_plans::challenge)),
    ("post", "/renewal-plans/{number}/decision", || web::post().to(renewal_plans::decide)),
    ("get", "/register-feeds", || web::get().to(register_feeds::list)),
    ("get", "/register-feeds/{number}", || web::get().to(register_feeds::show)),
    ("post", "/register-feeds/{number}/challenge", || web::post().to(register_feeds::challenge)),
    ("post", "/register-feeds/{number}/decision", || web::post().to(register_feeds::decide)),
    ("get", "/mandates", || web::get().to(mandates::list)),
    ("post", "/mandates", || web::post().to(mandates::propose)),
    ("get", "/mandates/{number}", || web::get().to(mandates::show)),
    ("post", "/mandates/{number}/challenge", || web::post().to(mandates::challenge)),
    ("post", "/mandates/{number}/decision", || web::post().to(mandates::decide)),
    ("post", "/mandates/{number}/end", || web::post().to(mandates::end)),
    ("get", "/enrolments", || web::get().to(enrolments::list)),
    ("get", "/enrolments/{number}", || web::get().to(enrolments::show)),
    ("post", "/enrolments/{number}/challenge", || web::post().to(enrolments::challenge)),
    ("post", "/enrolments/{number}/decision", || web::post().to(enrolments::decide)),
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
    let description = web::get().to(description::show);
    config.service(web::resource(DESCRIPTION).wrap(from_fn(exchange::exchange)).route(description));
}

async fn unknown() -> Result<HttpResponse, Failure> {
    Err(Failure::of(faults::PAGE_UNKNOWN))
}
