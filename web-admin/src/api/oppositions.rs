#![expect(unused_qualifications, reason = "the macro of utoipa writes `self::`")]

use actix_web::{HttpResponse, web};
use registration_authority::views;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::listing;
use super::problem::Problem;
use crate::failure::Failure;

/// What the opposition list says of a card: never why.
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// Its place on the list.
    sequence: i64,
    /// The card.
    card: String,
    /// Since when, RFC 3339.
    opposed_at: String,
}

/// A page of the opposition list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Oppositions {
    /// The entries, by sequence.
    oppositions: Vec<Entry>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// After this sequence; from the beginning where absent.
    after: Option<i64>,
    /// At most so many: 1 to 200, 50 where absent.
    limit: Option<i64>,
}

/// The opposed cards, page after page. The signed list is the status role's.
#[utoipa::path(get, path = "/oppositions", tag = "cards", params(Which), responses(
    (status = 200, body = Oppositions, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let after = which.after.unwrap_or(0);
    let limit = listing::length(which.limit);
    let found = caller.work(move |work| Ok(views::oppositions(work.db, after, limit, work.act)?)).await?;
    let next = listing::last_of_full(&found, limit).map(|entry| entry.sequence);
    let follows = next.map(|next| format!("/oppositions?after={next}&limit={limit}"));
    let oppositions = found.into_iter().map(|entry| Entry {
        sequence: entry.sequence,
        card: entry.card_number.to_string(),
        opposed_at: entry.opposed_at.to_string(),
    });
    Ok(listing::send_page(&Oppositions { oppositions: oppositions.collect(), next }, follows))
}
