//! Opposing a card, and the receipt.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use ca_core::revocation::Revoked;
use card::{CardNumber, CardStatus};
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::opposition::{self, EndedCertificate, Ground, Opposition, Publication};
use registration_authority::views;
use store::{Code, Fault, Kind};

use super::card::{CardPage, card_number, read};
use super::{Address, FieldError, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/cartes/{number}/opposition").post(|| web::post().to(oppose)).needs(Right::Oppose),
    Address::at("/ra/recepisses/{receipt}").get(|| web::get().to(receipt)),
];

enum Outcome {
    Opposed(Box<Opposition>),
    Again(StatusCode, Box<CardPage>),
}

async fn oppose(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let number = card_number(&number)?;
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    match desk.work(move |work| declare(work, frame, &number, &fields)).await? {
        Outcome::Opposed(opposition) => {
            let address = format!("/ra/recepisses/{}", opposition.receipt);
            desk.state.sessions().keep_receipt(&desk.session.key, *opposition);
            Ok(to(&address))
        }
        Outcome::Again(status, template) => page(status, &*template),
    }
}

fn declare(
    work: &mut Work<'_>,
    frame: Frame,
    number: &CardNumber,
    fields: &Fields,
) -> Result<Outcome, Failure> {
    officers::require(work.db, Right::Oppose, work.act)?;
    let chosen = fields.text("motif");
    let ground = match declared(fields) {
        Ok(ground) => ground,
        Err(errors) => {
            // Nobody mends a form for a card that is opposed already.
            let card = views::find_card(work.db, number, work.act)?;
            let opposed = card.is_some_and(|card| card.life.status() == CardStatus::Opposed);
            let (status, errors) = match opposed {
                true => already_opposed(),
                false => (StatusCode::UNPROCESSABLE_ENTITY, errors),
            };
            return Ok(Outcome::Again(status, Box::new(read(work, frame, number, errors, chosen)?)));
        }
    };
    match opposition::oppose(work.db, number, ground, work.rng, work.act) {
        Ok(opposition) => Ok(Outcome::Opposed(Box::new(opposition))),
        Err(error) if error.code().kind == Kind::Refused => {
            let code = error.code();
            let errors = vec![FieldError::new("contenu", code)];
            Ok(Outcome::Again(status_of(code), Box::new(read(work, frame, number, errors, chosen)?)))
        }
        Err(error) => Err(error.into()),
    }
}

fn already_opposed() -> (StatusCode, Vec<FieldError>) {
    let code = card::faults::ALREADY_OPPOSED;
    (status_of(code), vec![FieldError::new("contenu", code)])
}

/// The ground, when it is one and the declarer knows that there is no way back.
fn declared(fields: &Fields) -> Result<Ground, Vec<FieldError>> {
    let ground: Result<Ground, Code> = match fields.text("motif") {
        "" => Err(rules::OPPOSITION_GROUND_UNKNOWN),
        text => text.parse::<Ground>().map_err(|error| error.code()),
    };
    let confirmed = match fields.text("definitif") {
        "oui" => Ok(()),
        _ => Err(faults::OPPOSITION_NOT_CONFIRMED),
    };
    match (ground, confirmed) {
        (Ok(ground), Ok(())) => Ok(ground),
        (ground, confirmed) => {
            let about_ground = ground.err().map(|code| FieldError::new("motif", code));
            let about_confirmation = confirmed.err().map(|code| FieldError::new("definitif", code));
            Err(about_ground.into_iter().chain(about_confirmation).collect())
        }
    }
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    receipt: String,
    card: String,
    opposed_at: Shown,
    sequence: i64,
    certificates: Vec<Line>,
    /// Whether the status role of this node answers *revoked* already.
    published: bool,
}

impl ReceiptPage {
    fn section(&self) -> &'static str {
        "cartes"
    }
}

struct Line {
    issuer: String,
    serial: String,
    outcome: Key,
}

async fn receipt(desk: Desk, receipt: web::Path<String>) -> Result<HttpResponse, Failure> {
    let opposition = desk.state.sessions().receipt(&desk.session.key, &receipt);
    let opposition = opposition.ok_or(Failure::of(faults::RECEIPT_UNKNOWN))?;
    let sequence = opposition.status_sequence;
    let publication = desk.work(move |work| Ok(work.state.publication(sequence))).await?;
    let template = ReceiptPage {
        frame: desk.frame(),
        published: publication == Publication::Published,
        card: opposition.card.to_string(),
        opposed_at: Shown(opposition.opposed_at),
        sequence: opposition.sequence,
        certificates: opposition.certificates.iter().map(line).collect(),
        receipt: opposition.receipt,
    };
    page(StatusCode::OK, &template)
}

fn line(certificate: &EndedCertificate) -> Line {
    let outcome = Key::of(match &certificate.outcome {
        Some(Revoked::Abandoned) => "receipt-abandoned",
        Some(_) => "receipt-revoked",
        None => "receipt-ended-before",
    });
    Line { issuer: certificate.issuer.clone(), serial: certificate.serial.to_string(), outcome }
}
