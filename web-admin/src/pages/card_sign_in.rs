//! Signing in with a card: by the certificate that the connection was opened with.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use openssl::x509::X509;
use registration_authority::enrolment::EnrolledCertificate;
use sha2::{Digest, Sha256};
use store::Code;

use super::new_key::grouped;
use super::{Address, page, sign_in};
use crate::connections::Visitor;
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::peer::{self, Peer};
use crate::posted::Fields;
use crate::sessions::Means;

/// Where a card signs in, on the listener that asks for certificates.
pub(super) const ADDRESS: &str = "/ra/carte";

pub(super) const ADDRESSES: &[Address] =
    &[Address::at(ADDRESS).get(|| web::get().to(show)).post(|| web::post().to(enter))];

#[derive(Template)]
#[template(path = "card_sign_in.html")]
struct CardSignInPage {
    frame: Frame,
    /// Whose card it is; none where nobody signs in with it.
    display_name: Option<String>,
    /// Why nobody does.
    problem: Option<&'static str>,
    /// What an administrator needs to propose it, where that is all that is missing.
    certificate: Option<String>,
    fingerprint: String,
}

impl CardSignInPage {
    fn section(&self) -> &'static str {
        ""
    }
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let der = of_connection(&request)?;
    let (display_name, code) = match whose(&request, der.clone()).await {
        Ok(enrolled) => (Some(enrolled.display_name), None),
        Err(failure) => match failure.code().filter(|code| is_about_the_card(*code)) {
            Some(code) => (None, Some(code)),
            None => return Err(failure),
        },
    };
    let missing = code == Some(registration_authority::faults::ENROLMENT_CERTIFICATE_MISSING);
    let template = CardSignInPage {
        frame: Frame::outside(&request),
        display_name,
        problem: code.map(|code| code.name),
        certificate: missing.then(|| pem(&der)).transpose()?,
        fingerprint: grouped(&hex::encode(Sha256::digest(&der))),
    };
    page(StatusCode::OK, &template)
}

async fn enter(request: HttpRequest, _sent_from_here: Fields) -> Result<HttpResponse, Failure> {
    // Nothing is counted by address here, which behind a proxy is everybody's: whoever has shown a card is counted by his login.
    let der = of_connection(&request)?;
    let enrolled = whose(&request, der).await?;
    let fingerprint = enrolled.certificate.fingerprint;
    sign_in::begin(&request, enrolled.login, Means::Certificate(fingerprint)).await
}

fn of_connection(request: &HttpRequest) -> Result<Vec<u8>, Failure> {
    Peer::of(request).ok_or(Failure::of(faults::CERTIFICATE_ABSENT))
}

async fn whose(request: &HttpRequest, der: Vec<u8>) -> Result<EnrolledCertificate, Failure> {
    let (state, moment) = (state_of(request), Moment::of(request));
    web::block(move || state.on_connection(Visitor::Arriving, |db| peer::whose(&state, db, &der, moment)))
        .await
        .map_err(|_| Failure::of(faults::PAGE_FAILED))?
}

/// What whoever holds the card can do something about; all else is a failure.
fn is_about_the_card(code: Code) -> bool {
    use registration_authority::faults as rules;
    [
        rules::ENROLMENT_CERTIFICATE_UNKNOWN,
        rules::ENROLMENT_CERTIFICATE_PURPOSE,
        rules::ENROLMENT_CERTIFICATE_ENDED,
        rules::ENROLMENT_CERTIFICATE_MISSING,
    ]
    .contains(&code)
}

fn pem(der: &[u8]) -> Result<String, Failure> {
    let pem = X509::from_der(der).and_then(|certificate| certificate.to_pem());
    pem.ok().and_then(|pem| String::from_utf8(pem).ok()).ok_or(Failure::of(faults::PAGE_FAILED))
}
