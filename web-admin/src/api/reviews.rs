use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use registration_authority::four_eyes::review::{self, About, Finding, Review};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, field};
use super::caller::Caller;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use crate::failure::Failure;

/// A look after the fact that somebody is to take.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub(super) struct Shown {
    /// `RL-` and 16 hexadecimal digits.
    number: String,
    /// approval: an order that one officer approved; holder-opposition: a card that its holder opposed by himself.
    about: &'static str,
    /// The order, of an approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// The card, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    /// When the holder's contact had changed in the register shortly before, RFC 3339; absent where it had not.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_changed_at: Option<String>,
    /// Since when it stands on the list, RFC 3339.
    due_from: String,
    /// Whether the caller may take it.
    may_conclude: bool,
}

/// A page of looks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reviews {
    /// Those that wait, by number.
    reviews: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    /// confirmed or contested.
    finding: String,
    /// Why, 1 to 500 characters; nothing is contested without.
    reason: Option<String>,
}

/// A look that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConcludedReview)]
pub(super) struct Concluded {
    /// Its number.
    number: String,
    /// confirmed or contested.
    finding: &'static str,
}

/// The looks that wait, page after page.
#[utoipa::path(get, path = "/reviews", tag = "reviews", params(Which), responses(
    (status = 200, body = Reviews, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let found = caller.work(|work| Ok(review::waiting(work.db, usize::MAX, work.act)?)).await?;
    let (found, next) = listing::cut(found, |review| &review.number, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/reviews?after={next}&limit={limit}"));
    Ok(listing::send_page(&Reviews { reviews: found.into_iter().map(Shown::from).collect(), next }, follows))
}

/// Says what was found.
#[utoipa::path(post, path = "/reviews/{number}/finding", tag = "reviews", request_body = Found,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 200, body = Concluded),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn conclude(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    found: Body<Found>,
) -> Result<HttpResponse, Failure> {
    let (number, once) = (number.into_inner(), key.of(found.digest));
    let Found { finding, reason } = found.value;
    let known = |text: &str| {
        [Finding::Confirmed, Finding::Contested].into_iter().find(|finding| finding.as_str() == text)
    };
    let finding = field("finding", &finding, known)?;
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            once.beside_its_own_write(work, |work| {
                let reason = reason.as_deref().unwrap_or_default();
                review::conclude(work.db, &number, finding, reason, &mut *work.rng, work.act)?;
                Ok(reply(StatusCode::OK, None, None, &Concluded { number, finding: finding.as_str() }))
            })
        })
        .await?;
    Ok(send(reply))
}

impl From<Review> for Shown {
    fn from(review: Review) -> Self {
        let Review { number, about, due_from, may_conclude } = review;
        let (about, order, card, changed) = match about {
            About::Approval { order, card, .. } => ("approval", Some(order.number), card, None),
            About::HolderOpposition { card, contact_changed_at, .. } => {
                ("holder-opposition", None, Some(card), contact_changed_at)
            }
        };
        Self {
            number,
            about,
            order,
            card: card.map(|card| card.to_string()),
            contact_changed_at: changed.map(|at| at.to_string()),
            due_from: due_from.to_string(),
            may_conclude,
        }
    }
}
