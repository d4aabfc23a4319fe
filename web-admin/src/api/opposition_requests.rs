//! What whoever speaks for a structure asks for, for a card of its staff. The worker judges it, and opposes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::officers::{self, Right};
use registration_authority::opposition::Ground;
use registration_authority::opposition::request::{self, OppositionRequest, RequestAnswer};
use registration_authority::views;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, field};
use super::caller::Caller;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use super::staff::identifier;
use crate::failure::Failure;

/// An opposition that a structure has asked for, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionRequest)]
pub(super) struct Shown {
    /// 32 hexadecimal digits.
    id: String,
    /// The card.
    card: String,
    /// `lost`, `stolen`, … It is never published.
    ground: &'static str,
    /// waiting, opposed or refused.
    status: &'static str,
    /// The agent who asked.
    requested_by: String,
    /// By which mandate.
    mandate: String,
    /// When, RFC 3339.
    requested_at: String,
    /// `OP-` and 16 hexadecimal digits, where the card is opposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    /// The code of why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The rule, where one says so: `R-OPP-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

/// A page of such requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionRequests)]
pub(super) struct Requests {
    /// Of the fifty newest of the structure, by identifier.
    opposition_requests: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which card, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedOpposition)]
pub(super) struct Asked {
    /// Ten digits.
    card: String,
    /// One of those for which a structure has a card of its staff opposed.
    ground: String,
}

/// The newest oppositions that a structure has asked for, page after page.
#[utoipa::path(get, path = "/structures/{structure}/opposition-requests", tag = "structures",
    params(("structure" = String, Path), Which), responses(
    (status = 200, body = Requests, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(
    caller: Caller,
    structure: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let (structure, Which { after, limit }) = (identifier(&structure)?, which.into_inner());
    let (id, limit) = (structure.clone(), listing::length(limit));
    let found = caller
        .work(move |work| {
            let act = work.act;
            let registry = &mut ImportedRegister;
            Ok(work.db.snapshot(|db| views::structure(db, registry, &structure, "", act))?.oppositions)
        })
        .await?;
    let (found, next) = listing::cut(found, |request| &request.id, after.as_deref(), limit);
    let follows =
        next.as_ref().map(|next| format!("/structures/{id}/opposition-requests?after={next}&limit={limit}"));
    let opposition_requests = found.into_iter().map(Shown::from).collect();
    Ok(listing::send_page(&Requests { opposition_requests, next }, follows))
}

/// Asks for the opposition of a card of the staff, in the name of the agent who speaks for the structure: the worker judges it, opposes
/// the card for good, and its answer stands in the list.
#[utoipa::path(post, path = "/structures/{structure}/opposition-requests", tag = "structures", request_body = Asked,
    params(("structure" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 202, body = Shown),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn ask(
    caller: Caller,
    structure: web::Path<String>,
    key: IdempotencyKey,
    asked: Body<Asked>,
) -> Result<HttpResponse, Failure> {
    let (structure, once) = (identifier(&structure)?, key.of(asked.digest));
    let card: CardNumber = field("card", &asked.value.card, |text| text.parse().ok())?;
    let ground: Ground = field("ground", &asked.value.ground, |text| text.parse().ok())?;
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            officers::require(work.db, Right::Submit, work.act)?;
            once.beside_its_own_write(work, |work| {
                let (registry, act) = (&mut ImportedRegister, work.act);
                // Who does not speak for it learns nothing of its cards.
                views::structure(work.db, registry, &structure, "", act)?;
                let asked = request::request(work.db, registry, &structure, (&card, ground), work.rng, act)?;
                Ok(reply(StatusCode::ACCEPTED, None, None, &Shown::from(asked)))
            })
        })
        .await?;
    Ok(send(reply))
}

impl From<OppositionRequest> for Shown {
    fn from(request: OppositionRequest) -> Self {
        let (status, receipt, code, rule) = match request.answer {
            RequestAnswer::Waiting => ("waiting", None, None, None),
            RequestAnswer::Opposed { receipt, .. } => ("opposed", Some(receipt), None, None),
            RequestAnswer::Refused { code, rule, .. } => ("refused", None, Some(code), rule),
        };
        Self {
            id: request.id,
            card: request.card.to_string(),
            ground: request.ground.as_str(),
            status,
            requested_by: request.requested_by,
            mandate: request.mandate,
            requested_at: request.requested_at.to_string(),
            receipt,
            code,
            rule,
        }
    }
}
