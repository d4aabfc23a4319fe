//! The body of a request, and what is done with one that is too long, too slow or not wanted.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BodyStream, MessageBody, to_bytes_limited};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::reply::NEVER_CACHED;
use crate::ocsp::request::MAX_REQUEST_BYTES;

/// The body of a request; or what refuses it. One that is announced too long is not waited for.
pub(super) async fn read_body(
    request: &HttpRequest,
    mut payload: Payload,
    patience: Duration,
) -> Result<Bytes, HttpResponse> {
    if announced(request).is_some_and(|octets| octets > MAX_REQUEST_BYTES as u64) {
        return Err(too_large(payload));
    }
    let read = to_bytes_limited(BodyStream::new(&mut payload), MAX_REQUEST_BYTES);
    match timeout(patience, read).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(_))) => Err(unread(HttpResponse::BadRequest(), "the body broke off\n", payload)),
        Ok(Err(_)) => Err(too_large(payload)),
        Err(_) => {
            let words = format!("the body took more than {} s\n", patience.as_secs());
            Err(unread(HttpResponse::RequestTimeout(), words, payload))
        }
    }
}

/// Whether a request has a body, or says so.
pub(super) fn announces_body(request: &HttpRequest) -> bool {
    request.headers().contains_key(TRANSFER_ENCODING) || announced(request).is_some_and(|octets| octets > 0)
}

/// A refusal that no cache keeps, in front of a body that is not read to its end: the connection ends with it.
pub(super) fn unread(
    mut answer: HttpResponseBuilder,
    words: impl Into<String>,
    payload: Payload,
) -> HttpResponse {
    let body = Refusal { words: words.into().into(), _unread: payload };
    answer.force_close().insert_header(NEVER_CACHED).content_type("text/plain").body(body)
}

fn too_large(payload: Payload) -> HttpResponse {
    unread(HttpResponse::PayloadTooLarge(), "at most 8 KiB\n", payload)
}

/// How long a request says that its body is.
fn announced(request: &HttpRequest) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The words of a refusal, and the body that was not read. A chunked body that nobody holds any more is drained by the server, to
/// come to the next request, without end and without a bound; one that is held when the answer has gone out is not.
struct Refusal {
    words: Bytes,
    _unread: Payload,
}

impl MessageBody for Refusal {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.words.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let words = std::mem::take(&mut self.get_mut().words);
        Poll::Ready((!words.is_empty()).then_some(Ok(words)))
    }
}
