//! A software certificate, for who asked for it: its terms of use, then the certificate.

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::certificate_request::{CertificateRequest, RequestState};
use registration_authority::officers::{Right, Role};
use registration_authority::retrieval::{self, Form, Retrieval};
use store::Code;

use super::outcome::Outcome;
use super::release::Problem;
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/retraits/{request}")
        .get(|| web::get().to(show))
        .post(|| web::post().to(accept))
        .needs(Right::Submit),
    Address::at("/ra/retraits/{request}/{form}").get(|| web::get().to(download)).needs(Right::Submit),
];

#[derive(Template)]
#[template(path = "retrieval.html")]
struct RetrievalPage {
    frame: Frame,
    section: &'static str,
    back: String,
    done: Option<Key>,
    problem: Option<Problem>,
    number: String,
    profile: String,
    common_name: String,
    state: Key,
    /// Issuer, serial number and since when, once there is a certificate.
    certificate: Option<(String, String, Shown)>,
    version: String,
    text: String,
    sha256: String,
    accepted_at: Option<Shown>,
    /// How the files end, and what they are.
    files: Vec<(&'static str, Key)>,
}

impl RetrievalPage {
    fn section(&self) -> &'static str {
        self.section
    }
}

async fn show(
    desk: Desk,
    request: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let done = (query.get("fait").map(String::as_str) == Some("acceptation"))
        .then_some(Key::of("retrieval-done-acceptance"));
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &request, done, None)).await?;
    page(StatusCode::OK, &template)
}

/// Accepts the terms that the form was sent under, and answers: by GET when it is done, with the page and why not otherwise.
async fn accept(request: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let back = format!("/ra/retraits/{request}?fait=acceptation");
    let outcome = desk
        .work(move |work| {
            let accepted = record(work, &request, &fields).map(|()| None);
            Outcome::of(accepted, |code| read(work, frame, &request, None, Some(code)))
        })
        .await?;
    outcome.answer(&back)
}

fn record(work: &mut Work<'_>, number: &str, fields: &Fields) -> Result<(), Failure> {
    // Who may not have it reads that first.
    retrieval::open(work.db, number, work.state.certificate_terms(), work.act)?;
    if fields.text("accepte") != "oui" {
        return Err(Failure::of(faults::TERMS_NOT_CONFIRMED));
    }
    let read = (fields.text("version"), fields.text("empreinte"));
    let (terms, rng, act) = (work.state.certificate_terms(), &mut *work.rng, work.act);
    work.db.write(|db| retrieval::accept(db, number, terms, read, rng, act))?;
    Ok(())
}

async fn download(desk: Desk, path: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (number, form) = path.into_inner();
    let form = Form::ALL.into_iter().find(|one| one.extension() == form);
    let form = form.ok_or(Failure::of(faults::PAGE_UNKNOWN))?;
    let (file, body) = desk
        .work(move |work| {
            let body = retrieval::fetch(work.db, &number, form, work.state.certificate_terms(), work.act)?;
            Ok((format!("{number}.{}", form.extension()), body))
        })
        .await?;
    // A request's number has letters, digits and dashes: there is one.
    Ok(HttpResponse::Ok()
        .content_type(form.media_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")))
        .body(body))
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<RetrievalPage, Failure> {
    let terms = work.state.certificate_terms();
    let act = work.act;
    let Retrieval { request, accepted, .. } =
        work.db.snapshot(|db| retrieval::open(db, number, terms, act))?;
    let agent = work.officer.role == Role::CertificationAgent;
    let certificate = match &request.state {
        RequestState::Issued { at, issuer, serial } => Some((issuer.clone(), serial.to_string(), Shown(*at))),
        _ => None,
    };
    Ok(RetrievalPage {
        frame,
        section: if agent { "structures" } else { "certificats" },
        back: back_of(&request, agent),
        done,
        problem: problem.map(Problem::of),
        state: words::request_state(&request.state),
        number: request.number,
        profile: request.profile,
        common_name: request.common_name,
        certificate,
        version: terms.version().to_owned(),
        text: terms.text().to_owned(),
        sha256: terms.sha256().to_owned(),
        accepted_at: accepted.map(|acceptance| Shown(acceptance.accepted_at)),
        files: Form::ALL.map(|form| (form.extension(), form_in_words(form))).into(),
    })
}

/// The page that led here.
fn back_of(request: &CertificateRequest, agent: bool) -> String {
    match request.subject.structure() {
        Some(structure) => format!("/ra/structures/{structure}"),
        None if agent => "/ra/structures".to_owned(),
        None => "/ra/certificats".to_owned(),
    }
}

fn form_in_words(form: Form) -> Key {
    Key::of(match form {
        Form::Pem => "retrieval-form-pem",
        Form::Der => "retrieval-form-der",
        Form::Chain => "retrieval-form-chain",
    })
}
