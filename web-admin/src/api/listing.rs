//! A list in pages: each is as long as was asked for and says where the next begins, in its body and in a `Link` (RFC 8288).

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

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

/// Of a list that is short and whole: those after `after` by their keys, as many as asked for, and the key after which the next
/// page begins.
pub(super) fn cut<T>(
    mut whole: Vec<T>,
    key: impl Fn(&T) -> &str,
    after: Option<&str>,
    limit: i64,
) -> (Vec<T>, Option<String>) {
    whole.retain(|one| after.is_none_or(|after| key(one) > after));
    whole.sort_by(|one, other| key(one).cmp(key(other)));
    let more = whole.len() as i64 > limit;
    whole.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = whole.last().filter(|_| more).map(|last| key(last).to_owned());
    (whole, next)
}

/// Which page of a list by number.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// After this number: `next` of the page before.
    pub(super) after: Option<String>,
    /// At most so many: 1 to 200, 50 where absent.
    pub(super) limit: Option<i64>,
}

/// Sends a page; `next` is the address of the one that follows, below [`BASE`].
pub(super) fn send_page(page: &impl Serialize, next: Option<String>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        answer.insert_header((header::LINK, format!("<{BASE}{next}>; rel=\"next\"")));
    }
    answer.json(page)
}
