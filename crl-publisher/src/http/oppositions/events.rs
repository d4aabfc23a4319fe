//! New oppositions as server-sent events (WHATWG HTML, "Server-sent events"): the event's id is the sequence, so
//! that `Last-Event-ID` goes on where a connection broke off.
//!
//! Nothing is kept for a reader but the sequence he has: each stream asks the list and the database for what comes
//! after it when it can send again.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;

use super::super::reply::{NEVER_CACHED, Reply};
use super::super::service::{StatusService, unavailable};
use super::changes::{self, Changes, ChangesRefused, SINCE, Wanted};
use super::stream_slots::StreamSlot;
use crate::faults;

/// Where the stream is.
pub(crate) const EVENTS_PATH: &str = "/oppositions/events";

/// The longest that a new opposition waits before a stream sees it.
const TICK: Duration = Duration::from_millis(500);

/// The most oppositions between two looks at whether the reader still takes them.
const CHUNK: i64 = 500;

/// The newest opposition, as all streams of the process see it: one of them looks for all.
#[derive(Debug, Default)]
pub(crate) struct Newest(Mutex<(i64, Option<Instant>)>);

/// Answers with a stream that ends only when the reader goes, or the list went back.
pub(crate) async fn events(request: &HttpRequest, service: StatusService) -> HttpResponse {
    let at = service.now();
    let refuse = |reply: Reply| reply.into_response(request, at);
    let Some(slot) = service.oppositions().slots.take() else {
        let detail = "as many streams are open as may be";
        let full = Reply::problem(StatusCode::SERVICE_UNAVAILABLE, faults::OPPOSITIONS_STREAMS, detail);
        return refuse(full);
    };
    let since = match asked_from(request) {
        Ok(since) => since,
        Err(reply) => return refuse(reply),
    };
    let asked = service.clone();
    let cursor = web::block(move || match since {
        Some(since) => asked.opposition_changes(Wanted { since, limit: 1 }).map(|_| since),
        None => asked.newest_opposition().ok_or(ChangesRefused::Unavailable),
    });
    let cursor = match cursor.await {
        Ok(Ok(cursor)) => cursor,
        Ok(Err(refused)) => return refuse(refused.reply(since.unwrap_or(0))),
        Err(_) => return refuse(unavailable()),
    };
    let follower = Follower { service, cursor, greeted: false, last_sent: Instant::now(), _slot: slot };
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(NEVER_CACHED)
        // Proxies of this kind would hold events back to fill a buffer.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(follower, Follower::next))
}

/// The sequence already known: `Last-Event-ID`, which a reader sends who comes back, goes before `since`. Nothing
/// where neither is said: then only what is new counts.
fn asked_from(request: &HttpRequest) -> Result<Option<i64>, Reply> {
    let invalid = || Reply::problem(StatusCode::BAD_REQUEST, faults::OPPOSITIONS_SINCE, SINCE);
    if let Some(last) = request.headers().get("last-event-id") {
        return last.to_str().ok().and_then(changes::sequence).map(Some).ok_or_else(invalid);
    }
    let query = request.query_string();
    if !query.split('&').any(|part| part.starts_with("since=")) {
        return Ok(None);
    }
    Wanted::parse(query).map(|wanted| Some(wanted.since)).map_err(|_| invalid())
}

struct Follower {
    service: StatusService,
    cursor: i64,
    greeted: bool,
    last_sent: Instant,
    _slot: StreamSlot,
}

impl Follower {
    /// The next octets; nothing where the stream ends.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some(self.send("retry: 5000\n\n".to_owned()));
        }
        loop {
            let newest = self.newest().await;
            if newest < self.cursor {
                return None; // the list went back: whoever comes again is told to take it whole
            }
            if newest > self.cursor
                && let Some(text) = self.what_came().await
            {
                return Some(self.send(text));
            }
            if self.last_sent.elapsed() >= self.service.oppositions().slots.limits.heartbeat {
                return Some(self.send(": nothing new\n\n".to_owned()));
            }
            sleep(TICK).await;
        }
    }

    fn send(mut self, text: String) -> (Result<Bytes, Infallible>, Self) {
        self.last_sent = Instant::now();
        (Ok(Bytes::from(text)), self)
    }

    /// Less than the cursor only where this stream has just looked: what another one knew may be older than what was told here.
    async fn newest(&self) -> i64 {
        let shared = &self.service.oppositions().newest;
        let (known, looked_at) = *shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known >= self.cursor && looked_at.is_some_and(|looked_at| looked_at.elapsed() < TICK) {
            return known;
        }
        // The others see what was known before, until this look is over.
        shared.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(Instant::now());
        let service = self.service.clone();
        let found = web::block(move || service.newest_opposition()).await.ok().flatten();
        let mut shared = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Some(newest) => {
                shared.0 = newest;
                newest
            }
            None => self.cursor, // nobody can tell: wait
        }
    }

    /// The events after the cursor, which moves behind them; nothing where there are none to be had.
    async fn what_came(&mut self) -> Option<String> {
        let service = self.service.clone();
        let wanted = Wanted { since: self.cursor, limit: CHUNK };
        let found = web::block(move || service.opposition_changes(wanted)).await.ok()?.ok()?;
        self.cursor = found.sequence;
        (!found.oppositions.is_empty()).then(|| written(&found))
    }
}

fn written(changes: &Changes) -> String {
    let mut text = String::with_capacity(160 * changes.oppositions.len());
    for entry in &changes.oppositions {
        let data = serde_json::json!(entry);
        write!(text, "id: {}\nevent: opposition\ndata: {data}\n\n", entry.sequence).expect("text takes text");
    }
    text
}
