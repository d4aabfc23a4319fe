//! The public page: the authorities, what they publish and when, and the question about a card or certificate.
//!
//! Nobody signs in for it, and what it says of a card is one word of three.

mod download;
mod listing;
mod question;
mod shelf;
mod test_certificates;
mod upload;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use store::{Act, Actor, Timestamp};

use self::download::download;
pub(crate) use self::listing::Listing;
use self::question::{Known, Question, Refused, Subject};
use self::test_certificates::download_test_certificate;
use self::upload::Upload;
use super::{Address, FieldError, page, too_often};
use crate::connections::Visitor;
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::Fields;
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
    listing: Arc<Listing>,
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
        // Whoever insists has nothing read for him: a page without the lists.
        return Ok(too_often(request, faults::CHECK_TOO_OFTEN, seconds));
    }
    match question {
        Ok(question) => answered(request, StatusCode::OK, Some(Ok(question))).await,
        Err((field, code)) => {
            let error = Err(FieldError::new(field, code));
            answered(request, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await
        }
    }
}

/// The page, with what was asked: a question to be answered, or what is wrong with it. Where nothing was asked and what is
/// published was read a moment ago, nothing is read.
async fn answered(
    request: &HttpRequest,
    status: StatusCode,
    asked: Option<Result<Question, FieldError>>,
) -> Result<HttpResponse, Failure> {
    let (state, Moment { at, request: number }) = (state_of(request), Moment::of(request));
    let frame = Frame::outside(request);
    let (question, error) = match asked {
        None => (None, None),
        Some(Ok(question)) => (Some(question), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let kept = state.listing().fresh(at).filter(|_| question.is_none());
    let (listing, answer) = match kept {
        Some(listing) => (listing, None),
        None => {
            let act = Act { at, actor: Actor::Anyone, request: number };
            web::block(move || {
                state.on_connection(Visitor::Anyone, |db| {
                    let listing = state.listing().get(at, || Listing::read(&state, db, at))?;
                    let Some(question) = question else { return Ok((listing, None)) };
                    let subject = question.subject();
                    let known = question.answer(db, &mut *state.rng(), &act)?;
                    Ok((listing, Some(Answer::of(subject, known, at))))
                })
            })
            .await
            .map_err(|_| Failure::of(faults::PAGE_FAILED))??
        }
    };
    page(status, &PkiPage { frame, listing, answer, error })
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
