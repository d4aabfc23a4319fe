//! What goes back, with what caches and conditional requests may know about it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, ETAG, EXPIRES, Header, HttpDate, IF_NONE_MATCH, IfModifiedSince, LAST_MODIFIED,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use store::{Code, Timestamp};

use crate::entity_tag::entity_tag;

/// Neither a cache of ours nor one on the way keeps the answer (RFC 9111 §5.2.2.5): some errors may be
/// kept otherwise (RFC 9110 §15.1).
pub(crate) const NEVER_CACHED: (&str, &str) = ("cache-control", "no-store");

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    caching: Caching,
}

#[derive(Clone, Debug)]
enum Caching {
    /// Errors.
    Never,
    /// What is bound to one request, and of use to nobody else.
    Bound,
    /// May be used for a while by whoever has it; nothing is asked about it again.
    For { max_age: Duration, expires: Timestamp },
    /// May be kept, and is asked about each time it is used, by its ETag: two versions may have one date.
    Revalidated { etag: String, modified: Option<Timestamp> },
    /// Shared caches may keep it for a while.
    Until { max_age: Duration, etag: Arc<str>, modified: Timestamp, expires: Option<Timestamp> },
    /// The same, and no date tells one version from another.
    UntilByEtag { max_age: Duration, etag: Arc<str>, modified: Timestamp, expires: Timestamp },
}

impl Reply {
    pub(crate) fn uncached(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, body: body.into(), caching: Caching::Never }
    }

    /// The answer to one request alone: of no use to others, and not to be used again.
    pub(crate) fn bound(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type, body: body.into(), caching: Caching::Bound }
    }

    /// May be used for `max_age`, and never past `expires` (nextUpdate).
    pub(crate) fn lasting(
        content_type: &'static str,
        body: impl Into<Bytes>,
        max_age: Duration,
        expires: Timestamp,
    ) -> Self {
        let caching = Caching::For { max_age, expires };
        Self { status: StatusCode::OK, content_type, body: body.into(), caching }
    }

    pub(crate) fn not_found() -> Self {
        Self::uncached(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "nothing is published here\n")
    }

    /// A problem object (RFC 9457) with the house's stable code.
    pub(crate) fn problem(status: StatusCode, code: Code, detail: &str) -> Self {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
            "code": code.name,
        });
        Self::uncached(status, "application/problem+json", body.to_string())
    }

    /// May be kept by whoever asks each time whether it is still so (RFC 9111 §5.2.2.4).
    pub(crate) fn revalidated(content_type: &'static str, body: Bytes, modified: Option<Timestamp>) -> Self {
        let caching = Caching::Revalidated { etag: entity_tag(&body), modified };
        Self { status: StatusCode::OK, content_type, body, caching }
    }

    /// May be kept for `max_age`, and never past `expires` (nextUpdate).
    pub(crate) fn cached(
        content_type: &'static str,
        body: Bytes,
        etag: String,
        modified: Timestamp,
        max_age: Duration,
        expires: Option<Timestamp>,
    ) -> Self {
        let caching = Caching::Until { max_age, etag: etag.into(), modified, expires };
        Self { status: StatusCode::OK, content_type, body, caching }
    }

    /// The same of what ends for certain, and is told from another version by its ETag alone: If-Modified-Since gets
    /// no 304, since two versions may have one date.
    pub(crate) fn cached_by_etag(
        content_type: &'static str,
        etag: Arc<str>,
        body: Bytes,
        modified: Timestamp,
        max_age: Duration,
        expires: Timestamp,
    ) -> Self {
        let caching = Caching::UntilByEtag { max_age, etag, modified, expires };
        Self { status: StatusCode::OK, content_type, body, caching }
    }

    pub(crate) fn into_response(self, request: &HttpRequest, at: Timestamp) -> HttpResponse {
        let (max_age, etag, (modified, by_date), expires) = match self.caching {
            // In the second in which it was written another version may have gone out before it, or may go out yet.
            Caching::Until { max_age, etag, modified, expires } => {
                let tells_apart = modified.whole_second() < at.whole_second();
                (max_age, etag, (Some(modified).filter(|_| tells_apart), tells_apart), expires)
            }
            Caching::UntilByEtag { max_age, etag, modified, expires } => {
                (max_age, etag, (Some(modified), false), Some(expires))
            }
            Caching::Revalidated { etag, modified } => {
                let unchanged = knows(request, &etag).unwrap_or(false);
                let status = if unchanged { StatusCode::NOT_MODIFIED } else { self.status };
                let mut response = HttpResponse::build(status);
                response.insert_header(("etag", etag)).insert_header(("cache-control", "public, no-cache"));
                if let Some(modified) = modified {
                    response.insert_header((LAST_MODIFIED, http_date(modified)));
                }
                return match unchanged {
                    true => response.finish(),
                    false => response.content_type(self.content_type).body(self.body),
                };
            }
            Caching::Bound => {
                let mut response = HttpResponse::build(self.status);
                response
                    .insert_header(("cache-control", "private, max-age=0, no-transform, must-revalidate"));
                return response.content_type(self.content_type).body(self.body);
            }
            Caching::For { max_age, expires } => {
                let mut response = HttpResponse::build(self.status);
                response.insert_header((CACHE_CONTROL, for_seconds(left(max_age, Some(expires), at))));
                return response.content_type(self.content_type).body(self.body);
            }
            Caching::Never => {
                let mut response = HttpResponse::build(self.status);
                if self.status == StatusCode::SERVICE_UNAVAILABLE {
                    response.insert_header(("retry-after", "5"));
                }
                return response.content_type(self.content_type).insert_header(NEVER_CACHED).body(self.body);
            }
        };
        let left = left(max_age, expires, at);
        let headers = |response: &mut HttpResponseBuilder| {
            if let Some(modified) = modified {
                response.insert_header((LAST_MODIFIED, http_date(modified)));
            }
            response
                .insert_header((ETAG, &*etag))
                .insert_header((CACHE_CONTROL, for_seconds(left)))
                .insert_header((EXPIRES, http_date(at.plus(left))));
        };
        let unchanged = not_modified(request, &etag, modified.filter(|_| by_date));
        let mut response =
            HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { self.status });
        headers(&mut response);
        if unchanged {
            return response.finish();
        }
        response.content_type(self.content_type).body(self.body)
    }
}

/// Whole seconds that are left, rounded down: the rest of one would be kept past the end.
fn left(max_age: Duration, expires: Option<Timestamp>, at: Timestamp) -> Duration {
    expires.map_or(max_age, |expires| {
        let left = expires.millis().saturating_sub(at.millis()).max(0) / 1000;
        max_age.min(Duration::from_secs(left.unsigned_abs()))
    })
}

/// RFC 9919 §6 asks for these four words.
fn for_seconds(left: Duration) -> String {
    format!("max-age={}, public, no-transform, must-revalidate", left.as_secs())
}

/// If-None-Match goes before If-Modified-Since (RFC 9110 §13.2.2), which is looked at only where a date tells
/// versions apart.
fn not_modified(request: &HttpRequest, etag: &str, modified: Option<Timestamp>) -> bool {
    if let Some(known) = knows(request, etag) {
        return known;
    }
    let Some(modified) = modified else { return false };
    IfModifiedSince::parse(request)
        .is_ok_and(|since| system_time(modified.whole_second()) <= SystemTime::from(since.0))
}

/// Whether If-None-Match names what would be sent; nothing where there is none.
fn knows(request: &HttpRequest, etag: &str) -> Option<bool> {
    let known = request.headers().get(IF_NONE_MATCH)?;
    Some(known.to_str().is_ok_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
    }))
}

fn http_date(moment: Timestamp) -> String {
    HttpDate::from(system_time(moment)).to_string()
}

fn system_time(moment: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(moment.seconds()).unwrap_or(0))
}
