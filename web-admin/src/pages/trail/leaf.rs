//! One leaf of the trail, and the way from it to the newest signed head.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::trail;
use store::Timestamp;
use store::audit::export::ExportedEvent;

use super::Utc;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::pages::page;
use crate::trail_proofs::EventProof;

#[derive(Template)]
#[template(path = "leaf.html")]
struct LeafPage {
    frame: Frame,
    event: ExportedEvent,
    at: Utc,
    proof: Option<Proof>,
}

impl LeafPage {
    fn section(&self) -> &'static str {
        "journal"
    }
}

struct Proof {
    size: u64,
    signed_at: Utc,
    key: String,
    text: String,
}

impl Proof {
    fn of(proof: EventProof) -> Self {
        Self { size: proof.size, signed_at: Utc(proof.signed_at), key: proof.key, text: proof.text }
    }
}

pub(super) async fn show(desk: Desk, id: web::Path<String>) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk
        .work(move |work| {
            let Some(event) = trail::leaf(work.db, &id, work.rng, work.act)? else {
                return Err(Failure::of(faults::PAGE_UNKNOWN));
            };
            let proof = work.state.prove_event(work.db, event.clone());
            let proof = proof.map_err(|(code, detail)| Failure::coded(code, detail))?;
            let at = Utc(Timestamp::from_millis(event.occurred_at));
            Ok(LeafPage { frame, at, proof: proof.map(Proof::of), event })
        })
        .await?;
    page(StatusCode::OK, &template)
}
