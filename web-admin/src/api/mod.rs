//! `/api/v1`: what officers do on the pages, for programs. The same functions, the same rights, the same proofs; JSON in and out.
//!
//! A caller is who his certificate says, which two administrators have enrolled ([`caller`]). Errors are problem objects with our
//! stable codes ([`problem`]); an act can be sent again with an `Idempotency-Key` ([`once`]); what can change is named by an
//! `ETag`, and changed under `If-Match` ([`version`]). A decision carries the proof of the officer's passkey, over a statement
//! whose nonce the worker drew ([`decision`]); what is decided on is read, signed for and decided in one way ([`decided`]). The description is written from the code ([`description`]).

mod body;
mod bulk_decisions;
mod caller;
mod cards;
mod certificate_requests;
mod certificate_revocations;
mod decided;
mod decision;
mod delegations;
mod description;
mod enrolments;
mod exchange;
mod listing;
mod mandates;
mod me;
mod notes;
mod once;
mod opposition_plans;
mod opposition_requests;
mod oppositions;
mod order_look;
mod orders;
mod problem;
mod register_feeds;
mod renewal_plans;
mod retrieval;
mod reviews;
mod staff;
mod suspensions;
mod tickets;
mod version;

#[cfg(test)]
pub(crate) use description::document;

use actix_web::middleware::from_fn;
use actix_web::web::{self, PayloadConfig, ServiceConfig};
use actix_web::{HttpResponse, Route};
use registration_authority::delegation::Delegation;
use registration_authority::enrolment::Enrolment;
use registration_authority::held_feed::HeldFeed;
use registration_authority::mandate::Mandate;
use registration_authority::order::CardOrder;
use registration_authority::renewal::RenewalPlan;
use registration_authority::suspension::Suspension;
use registration_authority::views::{PlanView, SoftwareCertificate};

use crate::failure::Failure;
use crate::faults;
use decided::Kind;

/// Where it is.
pub(crate) const BASE: &str = "/api/v1";

/// Where the description stands as well, for who does not know the version yet.
const DESCRIPTION: &str = "/api/openapi.json";

/// Largest body, in octets.
const BODY_BOUND: usize = 64 * 1024;

/// A method, an address below [`BASE`], and what answers there.
pub(crate) type Mounted = (&'static str, String, fn() -> Route);

/// What is decided on: each has three addresses.
const DECIDED: [Kind; 9] = [
    Kind::of::<CardOrder>().read_by(|| web::get().to(orders::show)),
    Kind::of::<SoftwareCertificate>(),
    Kind::of::<Suspension>(),
    Kind::of::<PlanView>(),
    Kind::of::<RenewalPlan>(),
    Kind::of::<HeldFeed>(),
    Kind::of::<Mandate>(),
    Kind::of::<Enrolment>(),
    Kind::of::<Delegation>(),
];

/// A method, an address, and what answers there.
type Served = (&'static str, &'static str, fn() -> Route);

/// What is served beside that.
const ROUTES: [Served; 49] = [
    ("get", "/openapi.json", || web::get().to(description::show)),
    ("get", "/me", || web::get().to(me::show)),
    ("get", "/orders", || web::get().to(orders::list)),
    ("post", "/orders", || web::post().to(orders::submit)),
    ("post", "/orders/{number}/retraction", || web::post().to(orders::take_back)),
    ("post", "/orders/{number}/question", || web::post().to(orders::ask)),
    ("post", "/orders/{number}/answer", || web::post().to(orders::answer)),
    ("post", "/orders/{number}/withdrawal", || web::post().to(orders::withdraw)),
    ("get", "/certificate-requests", || web::get().to(certificate_requests::list)),
    ("post", "/certificate-requests", || web::post().to(certificate_requests::submit)),
    ("post", "/certificate-requests/{number}/retraction", || web::post().to(certificate_requests::take_back)),
    ("post", "/certificate-requests/{number}/withdrawal", || web::post().to(certificate_requests::withdraw)),
    ("post", "/certificate-requests/{number}/revocation", || web::post().to(certificate_revocations::revoke)),
    ("get", "/certificates/{issuer}/{serial}", || web::get().to(certificate_revocations::show)),
    ("get", "/certificate-requests/{number}/terms", || web::get().to(retrieval::terms)),
    ("post", "/certificate-requests/{number}/terms", || web::post().to(retrieval::accept)),
    ("get", "/certificate-requests/{number}/certificate", || web::get().to(retrieval::certificate)),
    ("get", "/cards/{number}", || web::get().to(cards::show)),
    ("post", "/cards/{number}/opposition", || web::post().to(cards::oppose)),
    ("get", "/oppositions", || web::get().to(oppositions::list)),
    ("get", "/suspensions", || web::get().to(suspensions::list)),
    ("post", "/cards/{number}/suspension", || web::post().to(suspensions::suspend)),
    ("get", "/opposition-plans", || web::get().to(opposition_plans::list)),
    ("get", "/opposition-tickets", || web::get().to(tickets::list)),
    ("post", "/opposition-tickets/{number}/dismissal", || web::post().to(tickets::dismiss)),
    ("get", "/reviews", || web::get().to(reviews::list)),
    ("post", "/reviews/{number}/finding", || web::post().to(reviews::conclude)),
    ("get", "/renewal-plans", || web::get().to(renewal_plans::list)),
    ("get", "/register-feeds", || web::get().to(register_feeds::list)),
    ("get", "/mandates", || web::get().to(mandates::list)),
    ("post", "/mandates", || web::post().to(mandates::propose)),
    ("post", "/mandates/{number}/end", || web::post().to(mandates::end)),
    ("get", "/enrolments", || web::get().to(enrolments::list)),
    ("post", "/bulk-decisions/challenge", || web::post().to(bulk_decisions::challenge)),
    ("post", "/bulk-decisions", || web::post().to(bulk_decisions::decide)),
    ("post", "/orders/{number}/second-officer", || web::post().to(orders::ask_second)),
    ("get", "/orders/{number}/notes", || web::get().to(notes::list)),
    ("post", "/orders/{number}/notes", || web::post().to(notes::write)),
    ("get", "/structures/{structure}/staff", || web::get().to(staff::list)),
    ("post", "/structures/{structure}/staff", || web::post().to(staff::declare)),
    ("get", "/structures/{structure}/staff/{local_id}", || web::get().to(staff::show)),
    ("post", "/structures/{structure}/staff/{local_id}/departure", || web::post().to(staff::leave)),
    ("post", "/structures/{structure}/staff/{local_id}/card", || web::post().to(staff::ask)),
    ("get", "/structures/{structure}/opposition-requests", || web::get().to(opposition_requests::list)),
    ("post", "/structures/{structure}/opposition-requests", || web::post().to(opposition_requests::ask)),
    ("post", "/enrolments", || web::post().to(enrolments::propose)),
    ("get", "/delegations", || web::get().to(delegations::list)),
    ("post", "/delegations", || web::post().to(delegations::propose)),
    ("post", "/delegations/{number}/end", || web::post().to(delegations::end)),
];

/// Everything that is served, by address. The description says the same, which a test compares.
pub(crate) fn mounted() -> Vec<Mounted> {
    let mut all: Vec<Mounted> = DECIDED.iter().flat_map(Kind::mounted).collect();
    all.extend(ROUTES.map(|(method, path, route)| (method, path.to_owned(), route)));
    all.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    all
}

/// Mounts it.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let mut scope = web::scope(BASE)
        .wrap(from_fn(exchange::exchange))
        .app_data(PayloadConfig::new(BODY_BOUND))
        .default_service(web::to(unknown));
    for here in mounted().chunk_by(|one, other| one.1 == other.1) {
        let resource = web::resource(here[0].1.as_str());
        scope = scope.service(here.iter().fold(resource, |resource, (_, _, route)| resource.route(route())));
    }
    config.service(scope);
    let description = web::get().to(description::show);
    config.service(web::resource(DESCRIPTION).wrap(from_fn(exchange::exchange)).route(description));
}

async fn unknown() -> Result<HttpResponse, Failure> {
    Err(Failure::of(faults::PAGE_UNKNOWN))
}
