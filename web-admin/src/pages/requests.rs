//! Requests for software certificates that wait for their decision, and certificates that nobody has fetched.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::{ImportedRegister, Registry};
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::certificate_request::{self, CertificateRequest, RequestState};
use registration_authority::officers::{self, Right, Within};
use registration_authority::retrieval::{self, Unretrieved};
use registration_authority::views::{self, RequestPage};
use sha2::{Digest, Sha256};
use store::{Code, Database};

use super::dossier::name_of;
use super::hidden::hidden_of;
use super::outcome::Outcome;
use super::release::{self, Problem, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;

/// Most requests on a page.
const SHOWN: i64 = 200;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/certificats").get(|| web::get().to(show)).needs(Right::ReadQueue),
    Address::at("/ra/certificats/{request}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/certificats/{request}/refuser").post(|| web::post().to(refuse)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    requests: Vec<Line>,
    unretrieved: Vec<UnretrievedLine>,
    hidden: Option<String>,
    reasons: Vec<Reason>,
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

struct Line {
    number: String,
    version: i64,
    profile: String,
    structure: Option<String>,
    /// Whom it names, and as what.
    person: Option<(String, String)>,
    email_address: Option<String>,
    common_name: String,
    dns_names: Vec<String>,
    /// SHA-256 of the public key.
    key: String,
    submitted_by: String,
    submitted_at: Shown,
    /// Whether this officer sees the buttons. A help to him: the rule is asked again at each act.
    decides: bool,
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
    let done = match query.get("fait").map(String::as_str) {
        Some("approbation") => Some(Key::of("requests-done-approval")),
        Some("refus") => Some(Key::of("requests-done-refusal")),
        _ => None,
    };
    let after = query.get("apres").cloned();
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, after.as_deref(), done, None)).await?;
    page(StatusCode::OK, &template)
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Approve, "approbation").await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Refuse, "refus").await
}

/// Decides on a request, and answers: by GET when it is done, with the page and why not otherwise.
async fn decide(
    number: String,
    posted: Posted,
    verdict: Verdict,
    done: &'static str,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            let recorded = record(work, frame.clone(), &number, verdict, &fields);
            Outcome::of(recorded, |code| read(work, frame, None, None, Some(code)))
        })
        .await?;
    outcome.answer(&format!("/ra/certificats?fait={done}"))
}

/// Records the decision; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let request = views::request(work.db, number, work.act)?;
    let subject = request.decidable();
    let reason = release::reason(verdict, fields)?;
    let asked = asked(frame.language(), &request, &subject, verdict, reason);
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let version = fields.text("version").parse().unwrap_or(0);
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| match verdict {
        Verdict::Approve => {
            let registry = &mut ImportedRegister;
            certificate_request::approve(db, registry, verifier, number, version, &proof, rng, act)
        }
        Verdict::Refuse => certificate_request::refuse(db, verifier, number, version, &proof, text, rng, act),
    })?;
    Ok(None)
}

fn asked<'a>(
    language: Language,
    request: &CertificateRequest,
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
) -> Asked<'a> {
    let (act, what) = match verdict {
        Verdict::Approve => ("approuver", Key::of("sign-approve-request")),
        Verdict::Refuse => ("refuser", Key::of("sign-refuse-request")),
    };
    let mut lines = vec![
        (Key::of("sign-line-request"), format!("{}, version {}", request.number, request.version)),
        (Key::of("sign-line-profile"), request.profile.clone()),
    ];
    let structure = request.subject.structure();
    lines.extend(structure.map(|structure| (Key::of("sign-line-structure"), structure.to_string())));
    match person_in_words(request) {
        Some((name, quality)) => lines.extend([
            (Key::of("sign-line-person"), name),
            (Key::of("sign-line-quality"), quality),
            (Key::of("requests-identifier"), request.common_name.clone()),
        ]),
        None => lines.push((Key::of("sign-line-name"), request.common_name.clone())),
    }
    lines.extend(request.dns_names.iter().map(|name| (Key::of("sign-line-host-name"), name.clone())));
    lines.extend(request.email_address.iter().map(|address| (Key::of("requests-address"), address.clone())));
    lines.push((Key::of("sign-line-key-fingerprint"), fingerprint(request)));
    lines.push((Key::of("sign-line-submitted-by"), request.submitted_by.clone()));
    lines.push((Key::of("sign-line-submitted-at"), language.long(Shown(request.submitted_at))));
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines,
        leaves: None,
        action: format!("/ra/certificats/{}/{act}", request.number),
        back: "/ra/certificats".to_owned(),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    after: Option<&str>,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<RequestsPage, Failure> {
    let decides = work.officer.role.may(Right::Decide) && signing::can_sign(work)?;
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let mut requests = Vec::new();
        let state = RequestState::Submitted.name();
        let RequestPage { requests: waiting, next } = views::requests(db, Some(state), after, SHOWN, act)?;
        for request in waiting.shown {
            let decides = decides && request.submitted_by != officer.login;
            requests.push(Line { decides, ..line(db, &request)? });
        }
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
            done,
            problem: problem.map(Problem::of),
            requests,
            unretrieved,
            hidden: hidden_of(language, hidden, &Key::of("hidden-orders"), &officer.scope),
            reasons: release::reasons(SubjectKind::CertificateRequest),
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
        version: request.version,
        profile: request.profile.clone(),
        structure,
        person: person_in_words(request),
        email_address: request.email_address.clone(),
        common_name: request.common_name.clone(),
        dns_names: request.dns_names.clone(),
        key: fingerprint(request),
        submitted_by: name_of(db, &request.submitted_by)?,
        submitted_at: Shown(request.submitted_at),
        decides: false,
    })
}

/// Given and family name; the label of the profession, or the title.
pub(super) fn person_in_words(request: &CertificateRequest) -> Option<(String, String)> {
    let person = request.subject.person()?;
    Some((format!("{} {}", person.given_name, person.family_name), person.tie.label().to_owned()))
}

fn fingerprint(request: &CertificateRequest) -> String {
    hex::encode(Sha256::digest(&request.public_key))
}
