//! The audit trail, for the auditor: searched page by page, one leaf with its proof, a selection to take away. He reads what
//! stands in the leaves; payloads are for whoever has the bundle. Each reading is an event of the trail.

mod asked;
mod leaf;

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::officers::{self, Right};
use registration_authority::trail::{self, SELECTION};
use store::Timestamp;
use store::audit::export::ExportedEvent;

use self::asked::{Asked, TEXT_BOUND};
use super::{Address, FieldError, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::language::Language;
use crate::posted::Posted;
use crate::trail_proofs::Selected;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/journal").get(|| web::get().to(show)).needs(Right::ReadTrail),
    Address::at("/ra/journal/selection").post(|| web::post().to(take_away)).needs(Right::ReadTrail),
    Address::at("/ra/journal/{event}").get(|| web::get().to(leaf::show)).needs(Right::ReadTrail),
];

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailPage {
    frame: Frame,
    asked: Asked,
    error: Option<FieldError>,
    rows: Vec<EventRow>,
    /// Behind which event the next page begins.
    next: Option<String>,
    text_bound: usize,
    selection: usize,
}

impl TrailPage {
    fn section(&self) -> &'static str {
        "journal"
    }

    /// Whether the error is about this field.
    fn is_wrong(&self, field: &str) -> bool {
        self.error.as_ref().is_some_and(|error| error.field == field)
    }
}

/// One event.
struct EventRow {
    id: String,
    at: Utc,
    actor: String,
    action: String,
    subject: String,
    /// None while it waits for one.
    place: Option<String>,
}

/// When something of the trail happened: in UTC, to the second.
pub(super) struct Utc(Timestamp);

impl Utc {
    pub(super) fn iso(&self) -> String {
        self.0.to_string()
    }

    pub(super) fn words(&self, frame: &Frame) -> String {
        let form = match frame.language() {
            Language::French => "%d/%m/%Y\u{a0}%H:%M:%S",
            Language::English => "%Y-%m-%d\u{a0}%H:%M:%S",
        };
        self.0.to_jiff().strftime(form).to_string()
    }
}

impl EventRow {
    fn of(event: ExportedEvent, language: Language) -> Self {
        Self {
            id: event.id,
            at: Utc(Timestamp::from_millis(event.occurred_at)),
            actor: event.actor,
            action: event.action,
            subject: event.subject,
            place: event.sequence.map(|place| language.thousands(place)),
        }
    }
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let asked = Asked::of(|name| query.get(name).map(String::as_str));
    let template = desk.work(move |work| read(work, frame, asked)).await?;
    let status = if template.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(status, &template)
}

fn read(work: &mut Work<'_>, frame: Frame, asked: Asked) -> Result<TrailPage, Failure> {
    let empty = TrailPage {
        frame,
        asked,
        error: None,
        rows: Vec::new(),
        next: None,
        text_bound: TEXT_BOUND,
        selection: SELECTION,
    };
    match empty.asked.filter() {
        Ok(filter) => {
            let language = empty.frame.language();
            let found = trail::search(work.db, &filter, empty.asked.after.as_deref(), work.rng, work.act)?;
            let rows = found.events.into_iter().map(|event| EventRow::of(event, language)).collect();
            Ok(TrailPage { rows, next: found.next, ..empty })
        }
        Err(field) => {
            // Who may not read the trail is not shown the form either.
            officers::require(work.db, Right::ReadTrail, work.act)?;
            Ok(TrailPage { error: Some(FieldError::new(field, faults::TRAIL_FILTER)), ..empty })
        }
    }
}

async fn take_away(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, at) = (desk.frame(), desk.at);
    let asked = Asked::of(|name| fields.has(name).then(|| fields.text(name)));
    let octets = desk
        .work(move |work| {
            let Ok(filter) = asked.filter() else { return read(work, frame, asked).map(Err) };
            let found = trail::select(work.db, &filter, work.rng, work.act)?;
            let selected = Selected {
                more: found.next.is_some(),
                events: found.events,
                filter,
                by: work.officer.login.clone(),
                at: work.act.at,
            };
            let written = work.state.write_selection(work.db, selected);
            written.map(Ok).map_err(|(code, detail)| Failure::coded(code, detail))
        })
        .await?;
    match octets {
        Err(refused) => page(StatusCode::UNPROCESSABLE_ENTITY, &refused),
        Ok(octets) => {
            let name = format!("journal-{}.jsonl", at.to_jiff().strftime("%Y%m%dT%H%M%SZ"));
            let disposition = format!("attachment; filename=\"{name}\"");
            Ok(HttpResponse::Ok()
                .content_type("application/x-ndjson")
                .insert_header((header::CONTENT_DISPOSITION, disposition))
                .body(octets))
        }
    }
}
