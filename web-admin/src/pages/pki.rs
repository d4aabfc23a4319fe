//! The public page: the authorities, what they publish and when, and the question about a card or certificate.
//!
//! Nobody signs in for it, and what it says of a card is one word of three.

mod question;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use ca_core::authority::AuthorityKind;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::x509::X509;
use store::Timestamp;

use self::question::{Known, Question};
use super::{Address, FieldError, filters, page};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::posted::Fields;
use crate::publications::{Publications, PublishedAuthority, PublishedCrl};
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/pki").get(|| web::get().to(show)).post(|| web::post().to(check))];

#[derive(Template)]
#[template(path = "pki.html")]
struct PkiPage {
    frame: Frame,
    shown_at: Shown,
    authorities: Vec<Shelf>,
    ocsp: String,
    chain: Option<String>,
    oppositions: Option<(i64, Shown)>,
    answer: Option<Answer>,
    error: Option<FieldError>,
}

impl PkiPage {
    fn section(&self) -> &'static str {
        ""
    }
}

/// One authority.
struct Shelf {
    name: String,
    kind: &'static str,
    subject: String,
    sha256: String,
    key_identifier: String,
    not_before: Shown,
    not_after: Shown,
    url: Option<String>,
    crls: Vec<List>,
}

struct List {
    kind: &'static str,
    number: u64,
    this_update: Shown,
    next_update: Shown,
    planned_at: Option<Shown>,
    url: Option<String>,
}

/// The word that was found, and the moment that it is known for.
struct Answer {
    word: &'static str,
    class: &'static str,
    at: Shown,
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    answer(&request, StatusCode::OK, None).await
}

async fn check(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    let at = Moment::of(&request).at;
    // The peer of the connection, never what a header says.
    let peer = request.peer_addr().map_or([0, 0, 0, 0].into(), |peer| peer.ip());
    if let Err(seconds) = state_of(&request).throttle().ask(peer, at) {
        let error = Err(FieldError::new("verifier", faults::CHECK_TOO_OFTEN));
        let mut refused = answer(&request, StatusCode::TOO_MANY_REQUESTS, Some(error)).await?;
        refused.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        return Ok(refused);
    }
    match Question::read(&fields) {
        Ok(question) => answer(&request, StatusCode::OK, Some(Ok(question))).await,
        Err((field, code)) => {
            let error = Err(FieldError::new(field, code));
            answer(&request, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await
        }
    }
}

/// The page, with what was asked: a question to be answered, or what is wrong with it.
async fn answer(
    request: &HttpRequest,
    status: StatusCode,
    asked: Option<Result<Question, FieldError>>,
) -> Result<HttpResponse, Failure> {
    let (state, at) = (state_of(request), Moment::of(request).at);
    let frame = Frame::outside(state.is_demo());
    let template = web::block(move || {
        state.on_connection(|db| -> Result<PkiPage, Failure> {
            let published =
                (state.publications())(db, at).map_err(|(code, detail)| Failure::Coded { code, detail })?;
            let (answer, error) = match asked {
                None => (None, None),
                Some(Err(error)) => (None, Some(error)),
                Some(Ok(question)) => (Some(Answer::of(question.answer(db, at)?, at)), None),
            };
            laid_out(frame, published, answer, error, at)
        })
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    page(status, &template)
}

fn laid_out(
    frame: Frame,
    published: Publications,
    answer: Option<Answer>,
    error: Option<FieldError>,
    at: Timestamp,
) -> Result<PkiPage, Failure> {
    let oppositions = published.oppositions.map(|list| (list.sequence, Shown(list.next_update)));
    Ok(PkiPage {
        frame,
        shown_at: Shown(at),
        authorities: published.authorities.into_iter().map(shelf).collect::<Result<_, _>>()?,
        ocsp: published.ocsp,
        chain: published.chain,
        oppositions,
        answer,
        error,
    })
}

fn shelf(published: PublishedAuthority) -> Result<Shelf, Failure> {
    let PublishedAuthority { authority, certificate_url, crls } = published;
    let unreadable = |error: openssl::error::ErrorStack| Failure::Coded {
        code: faults::PAGE_FAILED,
        detail: format!("the certificate of {} does not read: {error}", authority.short_name),
    };
    let certificate = X509::from_der(&authority.certificate).map_err(unreadable)?;
    let digest = certificate.digest(MessageDigest::sha256()).map_err(unreadable)?;
    Ok(Shelf {
        kind: match authority.kind {
            AuthorityKind::Root => "Autorité racine",
            AuthorityKind::Issuing => "Autorité intermédiaire",
        },
        subject: subject(&certificate),
        sha256: octets(&digest),
        key_identifier: certificate.subject_key_id().map_or_else(String::new, |id| octets(id.as_slice())),
        not_before: Shown(authority.not_before),
        not_after: Shown(authority.not_after),
        url: certificate_url,
        crls: crls.into_iter().map(list).collect(),
        name: authority.short_name,
    })
}

fn list(crl: PublishedCrl) -> List {
    List {
        kind: if crl.is_delta { "Delta" } else { "Liste complète" },
        number: crl.number,
        this_update: Shown(crl.this_update),
        next_update: Shown(crl.next_update),
        planned_at: crl.planned_at.map(Shown),
        url: crl.url,
    }
}

/// `C=FR, O=…, CN=…`, in the order of the certificate.
fn subject(certificate: &X509) -> String {
    let attributes = certificate.subject_name().entries().map(|entry| {
        let name = match entry.object().nid() {
            Nid::UNDEF => entry.object().to_string(),
            nid => nid.short_name().unwrap_or_default().to_owned(),
        };
        let value = entry.data().to_string().unwrap_or_default();
        format!("{name}={value}")
    });
    attributes.collect::<Vec<_>>().join(", ")
}

/// `2D:9E:22`, as fingerprints are read aloud.
fn octets(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

impl Answer {
    fn of(known: Known, at: Timestamp) -> Self {
        let (word, class) = match known {
            Known::Valid => ("Valable", "active"),
            Known::Opposed => ("En opposition", "opposed"),
            Known::Unknown => ("Inconnu", "expired"),
        };
        Self { word, class, at: Shown(at) }
    }
}
