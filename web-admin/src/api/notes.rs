use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use professional_registry::ImportedRegister;
use registration_authority::officers::{self, Right};
use registration_authority::order::{self, Note};
use registration_authority::{faults as rules, views};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, field};
use super::caller::Caller;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use crate::failure::Failure;
use crate::order_number::order_number;

/// What an officer wrote about an order, for other officers and the auditor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderNote)]
pub(super) struct Shown {
    /// 32 hexadecimal digits.
    id: String,
    /// The officer's login.
    written_by: String,
    /// When, RFC 3339.
    written_at: String,
    /// His words.
    note: String,
}

/// A page of notes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderNotes)]
pub(super) struct Notes {
    /// Those that the caller may read now, oldest first. Who is to look for himself is not shown those of who has decided.
    notes: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What is to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrderNote)]
pub(super) struct Written {
    /// 1 to 2000 characters. Neither applicant nor holder reads it.
    note: String,
}

/// What officers wrote about an order for each other, page after page.
#[utoipa::path(get, path = "/orders/{number}/notes", tag = "orders", params(("number" = String, Path), Which), responses(
    (status = 200, body = Notes, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(
    caller: Caller,
    number: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let (number, limit) = (known(&number)?, listing::length(limit));
    let of_order = number.clone();
    let notes: Vec<Shown> = caller
        .work(move |work| {
            officers::require(work.db, Right::ReadNotes, work.act)?;
            let (act, officer) = (work.act, work.officer);
            let dossier = work.db.snapshot(|db| views::dossier(db, &mut ImportedRegister, &number, act))?;
            Ok(dossier.as_shown_to(officer).notes.iter().map(Shown::from).collect())
        })
        .await?;
    let from = match after {
        None => 0,
        Some(after) => field("after", &after, |id| notes.iter().position(|note| note.id == id))? + 1,
    };
    let mut notes: Vec<Shown> = notes.into_iter().skip(from).collect();
    let more = notes.len() as i64 > limit;
    notes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = notes.last().filter(|_| more).map(|last| last.id.clone());
    let follows = next.as_ref().map(|next| format!("/orders/{of_order}/notes?after={next}&limit={limit}"));
    Ok(listing::send_page(&Notes { notes, next }, follows))
}

/// Writes a note about an order, whatever became of it. It is never changed.
#[utoipa::path(post, path = "/orders/{number}/notes", tag = "orders", request_body = Written,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Shown),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn write(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    written: Body<Written>,
) -> Result<HttpResponse, Failure> {
    let (number, once) = (known(&number)?, key.of(written.digest));
    let reply = caller
        .work(move |work| {
            once.in_one_write(work, |db, rng, act| {
                views::order(db, &number, act)?;
                let note = order::note(db, &number, &written.value.note, rng, act)?;
                Ok(reply(StatusCode::CREATED, None, None, &Shown::from(&note)))
            })
        })
        .await?;
    Ok(send(reply))
}

/// The number of an order, which goes into another address.
fn known(number: &str) -> Result<String, Failure> {
    order_number(number).ok_or(Failure::of(rules::ORDER_UNKNOWN))
}

impl From<&Note> for Shown {
    fn from(note: &Note) -> Self {
        Self {
            id: note.id.clone(),
            written_by: note.written_by.clone(),
            written_at: note.written_at.to_string(),
            note: note.note.clone(),
        }
    }
}
