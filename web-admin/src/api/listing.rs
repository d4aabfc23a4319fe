//! A list in pages: each is as long as was asked for and says where the next begins, in its body and in a `Link` (RFC 8288).

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use super::BASE;

/// Most entries of a page.
const PAGE_BOUND: i64 = 200;
/// How many where nothing is asked for.
const USUAL: i64 = 50;

/// How many entries a page has at most.
pub(super) fn length(asked: Option<i64>) -> i64 {
    asked.unwrap_or(USUAL).clamp(1, PAGE_BOUND)
}

/// The last entry of a page, where another may follow: of a full one.
pub(super) fn last_of_full<T>(found: &[T], limit: i64) -> Option<&T> {
    found.last().filter(|_| found.len() as i64 == limit)
}

/// Sends a page; `next` is the address of the one that follows, below [`BASE`].
pub(super) fn send_page(page: &impl Serialize, next: Option<String>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        answer.insert_header((header::LINK, format!("<{BASE}{next}>; rel=\"next\"")));
    }
    answer.json(page)
}
