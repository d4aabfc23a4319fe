//! The public page: the authorities, what they publish and when, and the question about a card or certificate.
//!
//! Nobody signs in for it, and what it says of a card is one word of three.

mod download;
mod question;
mod shelf;
mod test_certificates;
mod upload;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use store::{Act, Actor, Database, Timestamp};

use self::download::download;
use self::question::{Known, Question, Refused, Subject};
use self::shelf::Shelf;
use self::test_certificates::{TestRow, download_test_certificate, rows};
use self::upload::Upload;
use super::{Address, FieldError, page};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::Fields;
use crate::publications::PublishedCoherence;
use crate::state::WebState;
use crate::typography::Shown;

/// Questions of one address in a minute.
pub(crate) const BY_ADDRESS: u16 = 10;
/// Questions of everybody in a minute.
pub(crate) const BY_ALL: u32 = 600;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/pki").get(|| web::get().to(show)).post(|| web::post().to(check)),
    Address::at("/pki/certificat").post(|| web::post().to(check_file)),
    Address::at("/pki/certificats-de-test/{name}").get(|| web::get().to(download_test_certificate)),
    Address::at("/pki/publications/{path:.+}").get(|| web::get().to(download)),
];

#[derive(Template)]
#[template(path = "pki.html")]
struct PkiPage {
    frame: Frame,
    shown_at: Shown,
    authorities: Vec<Shelf>,
    tests: Vec<TestRow>,
    chain: Option<String>,
    practice_statement: String,
    oppositions: Option<(i64, Shown)>,
    coherence: Option<Coherence>,
    answer: Option<Answer>,
    error: Option<FieldError>,
}

impl PkiPage {
    fn section(&self) -> &'static str {
        ""
    }

    /// Whether the error is about this field.
    fn is_wrong(&self, field: &str) -> bool {
        self.error.as_ref().is_some_and(|error| error.field == field)
    }
}

/// What the last look at everything published found.
struct Coherence {
    looked_at: Shown,
    differences: u64,
}

/// The word that was found, and the moment that it is known for.
struct Answer {
    subject: Key,
    word: Key,
    class: &'static str,
    at: Shown,
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    answered(&request, StatusCode::OK, None).await
}

async fn check(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    ask(&request, Question::read(&fields)).await
}

async fn check_file(request: HttpRequest, file: Upload) -> Result<HttpResponse, Failure> {
    ask(&request, Question::read_file(file.0.as_deref())).await
}

/// Counts a question, and answers it where it is one.
async fn ask(request: &HttpRequest, question: Result<Question, Refused>) -> Result<HttpResponse, Failure> {
    // The peer of the connection, never what a header says.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if let Err(seconds) = state_of(request).throttle().ask(peer, Moment::of(request).at) {
        let error = Err(FieldError::new("verifier", faults::CHECK_TOO_OFTEN));
        let mut refused = answered(request, StatusCode::TOO_MANY_REQUESTS, Some(error)).await?;
        refused.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        return Ok(refused);
    }
    match question {
        Ok(question) => answered(request, StatusCode::OK, Some(Ok(question))).await,
        Err((field, code)) => {
            let error = Err(FieldError::new(field, code));
            answered(request, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await
        }
    }
}

/// The page, with what was asked: a question to be answered, or what is wrong with it.
async fn answered(
    request: &HttpRequest,
    status: StatusCode,
    asked: Option<Result<Question, FieldError>>,
) -> Result<HttpResponse, Failure> {
    let (state, Moment { at, request: number }) = (state_of(request), Moment::of(request));
    let act = Act { at, actor: Actor::Anyone, request: number };
    let frame = Frame::outside(request);
    let template = web::block(move || {
        let mut rng = state.rng();
        state.on_connection(|db| -> Result<PkiPage, Failure> {
            let page = PkiPage::of(&state, frame, db, at)?;
            match asked {
                None => Ok(page),
                Some(Err(error)) => Ok(PkiPage { error: Some(error), ..page }),
                Some(Ok(question)) => {
                    let subject = question.subject();
                    let answer = Answer::of(subject, question.answer(db, &mut *rng, &act)?, at);
                    Ok(PkiPage { answer: Some(answer), ..page })
                }
            }
        })
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    page(status, &template)
}

impl PkiPage {
    fn of(state: &WebState, frame: Frame, db: &mut Database, at: Timestamp) -> Result<Self, Failure> {
        let told = (state.publications())(db, at);
        let published = told.map_err(|(code, detail)| Failure::coded(code, detail))?;
        Ok(Self {
            frame,
            shown_at: Shown(at),
            authorities: published.authorities.into_iter().map(Shelf::of).collect::<Result<_, _>>()?,
            tests: rows(db, at)?,
            chain: published.chain,
            practice_statement: published.practice_statement,
            oppositions: published.oppositions.map(|list| (list.sequence, Shown(list.next_update))),
            coherence: published.coherence.map(|PublishedCoherence { looked_at, differences }| Coherence {
                looked_at: Shown(looked_at),
                differences,
            }),
            answer: None,
            error: None,
        })
    }
}

impl Answer {
    fn of(subject: Subject, known: Known, at: Timestamp) -> Self {
        let (word, class) = match (known, subject) {
            (Known::Valid, _) => (Key::of("pki-valid"), "active"),
            (Known::Opposed, Subject::Card) => (Key::of("pki-card-opposed"), "opposed"),
            (Known::Opposed, Subject::Certificate) => (Key::of("pki-certificate-revoked"), "opposed"),
            (Known::Unknown, Subject::Card) => (Key::of("pki-card-unknown"), "expired"),
            (Known::Unknown, Subject::Certificate) => (Key::of("pki-certificate-unknown"), "expired"),
        };
        let subject = Key::of(match subject {
            Subject::Card => "pki-of-card",
            Subject::Certificate => "pki-of-certificate",
        });
        Self { subject, word, class, at: Shown(at) }
    }
}
