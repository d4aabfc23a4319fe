use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use registration_authority::opposition::ticket::{self, MOST_OPEN, Ticket};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use crate::failure::Failure;

/// A declaration that nobody proved: somebody is to be called back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionTicket)]
pub(super) struct Shown {
    /// `TK-` and 16 hexadecimal digits.
    number: String,
    /// The card's number or the RPPS number, as it was declared.
    declared: String,
    /// What the declarer says has happened.
    ground: &'static str,
    /// Since when somebody waits, RFC 3339.
    opened_at: String,
    /// The register's telephone number for correspondence.
    telephone: Option<String>,
    /// The register's address for correspondence.
    email: Option<String>,
    /// The living cards that may be meant.
    cards: Vec<String>,
}

/// A page of tickets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionTickets)]
pub(super) struct Tickets {
    /// Those that are open, by number.
    opposition_tickets: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Why no card is opposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Dismissed {
    /// In a sentence, 1 to 500 characters.
    reason: String,
}

/// What became of a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosedTicket)]
pub(super) struct Closed {
    /// Its number.
    number: String,
    /// dismissed.
    outcome: &'static str,
}

/// The open tickets, page after page.
#[utoipa::path(get, path = "/opposition-tickets", tag = "cards", params(Which), responses(
    (status = 200, body = Tickets, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let found = caller.work(|work| Ok(ticket::list(work.db, MOST_OPEN, work.act)?)).await?;
    let (found, next) = listing::cut(found, |ticket| &ticket.number, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/opposition-tickets?after={next}&limit={limit}"));
    let opposition_tickets = found.into_iter().map(Shown::from).collect();
    Ok(listing::send_page(&Tickets { opposition_tickets, next }, follows))
}

/// Dismisses a ticket: no card is opposed. An opposition closes its ticket by itself.
#[utoipa::path(post, path = "/opposition-tickets/{number}/dismissal", tag = "cards", request_body = Dismissed,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 200, body = Closed),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn dismiss(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    dismissed: Body<Dismissed>,
) -> Result<HttpResponse, Failure> {
    let (number, once) = (number.into_inner(), key.of(dismissed.digest));
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            once.beside_its_own_write(work, |work| {
                ticket::dismiss(work.db, &number, &dismissed.value.reason, &mut *work.rng, work.act)?;
                Ok(reply(StatusCode::OK, None, None, &Closed { number, outcome: "dismissed" }))
            })
        })
        .await?;
    Ok(send(reply))
}

impl From<Ticket> for Shown {
    fn from(ticket: Ticket) -> Self {
        Self {
            number: ticket.number,
            declared: ticket.declared.to_string(),
            ground: ticket.ground.as_str(),
            opened_at: ticket.opened_at.to_string(),
            telephone: ticket.telephone,
            email: ticket.email,
            cards: ticket.cards.iter().map(ToString::to_string).collect(),
        }
    }
}
