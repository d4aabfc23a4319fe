//! The officers' pages and the public page, one file a page, and the API (`api`), one file a thing. No rule and no SQL: what a
//! page decides, it asks `registration-authority`.
//!
//! `exchange` is the one door: it reads the clock once a request, and gives every answer its headers.
//! `desk` says who is signed in, and runs what a page asks of the rules on one connection. What pages
//! say stands in `locales/`, a file a page and language, and is asked for through `messages`; `words` has what the rules name.

mod api;
mod assets;
mod challenges;
mod chart;
mod connections;
mod desk;
mod diagnosis;
mod exchange;
mod failure;
pub mod faults;
mod frame;
mod kept;
mod language;
mod likeness;
mod messages;
mod operations;
mod order_number;
mod origin;
mod pages;
mod passkey_answer;
mod peer;
mod posted;
mod posted_file;
mod publications;
mod request_bodies;
mod sessions;
mod shortcuts;
mod sign_in_links;
mod state;
mod throttle;
mod trail_proofs;
mod typography;
mod under_way;
mod words;

#[cfg(test)]
mod tests;

use actix_web::middleware::from_fn;
use actix_web::web::{self, FormConfig, ServiceConfig};

pub use diagnosis::Finding;
pub use operations::{Expiry, ExpiryKind, JobPace, ListProgress, OcspFigures, Urgency};
pub use peer::Peer;
pub use publications::{
    NextCrl, Publications, PublishedAuthority, PublishedCoherence, PublishedCrl, PublishedFile,
    PublishedOppositions, PublishedShards, Untold,
};
pub use request_bodies::bound_bodies;
pub use sign_in_links::SignInLinks;
pub use state::{
    Diagnose, ReadExpiries, ReadListProgress, ReadPublications, ReadPublishedFile, SubmitRequest,
    WebSettings, WebState,
};
pub use throttle::OppositionLimits;
pub use trail_proofs::{EventProof, ProveEvent, Selected, WriteSelection};
pub use words::job_words;

/// Largest form, in octets.
const FORM_BOUND: usize = 64 * 1024;

/// Mounts the pages and the API. The application's data must hold a [`WebState`].
pub fn configure(config: &mut ServiceConfig) {
    api::routes(config);
    config.service(
        web::scope("")
            .wrap(from_fn(exchange::exchange))
            .app_data(FormConfig::default().limit(FORM_BOUND))
            .configure(assets::routes)
            .configure(pages::routes)
            .default_service(web::to(pages::unknown)),
    );
}
