//! Requests for software certificates that wait for their decision, decisions on them that can be taken back, and certificates that nobody
//! has fetched.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::{ImportedRegister, Registry};
use registration_authority::certificate_request::{self, CertificateRequest, RequestState};
use registration_authority::officers::{Right, Within};
use registration_authority::retrieval::{self, Unretrieved};
use registration_authority::views::{self, RequestPage};
use store::Database;

use super::dossier::name_of;
use super::hidden::hidden_of;
use super::request::person_in_words;
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Key;
use crate::typography::Shown;
use crate::words;

/// Most requests on a page.
const SHOWN: i64 = 200;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/certificats").get(|| web::get().to(show)).needs(Right::ReadQueue)];

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    frame: Frame,
    /// The reader's decisions that he can still take back.
    decided: Vec<Decided>,
    requests: Vec<Line>,
    unretrieved: Vec<UnretrievedLine>,
    hidden: Option<String>,
    /// Whether the list began before this page.
    following: bool,
    /// After which request the next page begins.
    next: Option<String>,
}

impl RequestsPage {
    fn section(&self) -> &'static str {
        "certificats"
    }
}

/// A decision that its officer can still take back.
struct Decided {
    number: String,
    version: i64,
    common_name: String,
    verdict: Key,
    until: Shown,
}

struct Line {
    number: String,
    profile: String,
    structure: Option<String>,
    /// Whom it names, and as what.
    person: Option<(String, String)>,
    common_name: String,
    dns_names: Vec<String>,
    submitted_by: String,
    submitted_at: Shown,
}

/// A certificate that nobody has fetched.
struct UnretrievedLine {
    number: String,
    common_name: String,
    asked_by: String,
    issued_at: Shown,
    /// Whether the reader may.
    fetches: bool,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let after = query.get("apres").cloned();
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, after.as_deref())).await?;
    page(StatusCode::OK, &template)
}

fn read(work: &mut Work<'_>, frame: Frame, after: Option<&str>) -> Result<RequestsPage, Failure> {
    let (officer, act, language) = (work.officer, work.act, frame.language());
    let verifier = work.state.verifier();
    work.db.snapshot(|db| {
        let state = RequestState::Submitted.name();
        let RequestPage { requests: waiting, next } = views::requests(db, Some(state), after, SHOWN, act)?;
        let requests = waiting.shown.iter().map(|request| line(db, request)).collect::<Result<_, _>>()?;
        let decided = certificate_request::all_to_take_back(db, verifier, officer, act.at)?;
        let decided = decided.into_iter().map(|(request, decision, until)| Decided {
            verdict: words::pending(&decision),
            until: Shown(until),
            version: request.version,
            common_name: request.common_name,
            number: request.number,
        });
        let listed = retrieval::unretrieved(db, act.at, SHOWN, act)?;
        // On the first page: it is the same list on each.
        let listed = Within { shown: if after.is_none() { listed.shown } else { Vec::new() }, ..listed };
        let mut unretrieved = Vec::new();
        for Unretrieved { request, issued_at } in listed.shown {
            unretrieved.push(UnretrievedLine {
                fetches: request.submitted_by == officer.login,
                asked_by: name_of(db, &request.submitted_by)?,
                number: request.number,
                common_name: request.common_name,
                issued_at: Shown(issued_at),
            });
        }
        let hidden = waiting.hidden + listed.hidden;
        Ok(RequestsPage {
            frame,
            decided: decided.collect(),
            requests,
            unretrieved,
            hidden: hidden_of(language, hidden, &Key::of("hidden-orders"), &officer.scope),
            following: after.is_some(),
            next,
        })
    })
}

fn line(db: &mut Database, request: &CertificateRequest) -> Result<Line, Failure> {
    let structure = match request.subject.structure() {
        Some(id) => Some(match ImportedRegister.structure(db, id)? {
            Some(record) => format!("{} ({id})", record.corporate_name),
            None => id.to_string(),
        }),
        None => None,
    };
    Ok(Line {
        number: request.number.clone(),
        profile: request.profile.clone(),
        structure,
        person: person_in_words(request),
        common_name: request.common_name.clone(),
        dns_names: request.dns_names.clone(),
        submitted_by: name_of(db, &request.submitted_by)?,
        submitted_at: Shown(request.submitted_at),
    })
}
