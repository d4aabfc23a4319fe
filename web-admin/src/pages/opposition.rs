//! Opposing a card, and the receipt.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use ca_core::revocation::Revoked;
use card::{CardNumber, CardStatus};
use professional_registry::ImportedRegister;
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::opposition::requester::Claim;
use registration_authority::opposition::{self, EndedCertificate, Ground, Opposition, Publication};
use registration_authority::views;
use store::{Code, Fault, Kind};

use super::card::{CardPage, Declined, card_number, read};
use super::{Address, FieldError, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

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
    let declined = |errors, rules| Declined {
        errors,
        rules,
        ground: fields.text("motif").to_owned(),
        requester: fields.text("demandeur").to_owned(),
        identity: fields.text("identite").to_owned(),
    };
    let (ground, claim) = match declared(fields) {
        Ok(declared) => declared,
        Err(errors) => {
            // Nobody mends a form for a card that is opposed already.
            let card = views::find_card(work.db, number, work.act)?;
            let opposed = card.is_some_and(|card| card.life.status() == CardStatus::Opposed);
            let (status, errors) = match opposed {
                true => already_opposed(),
                false => (StatusCode::UNPROCESSABLE_ENTITY, errors),
            };
            return Ok(Outcome::Again(
                status,
                Box::new(read(work, frame, number, declined(errors, Vec::new()))?),
            ));
        }
    };
    match opposition::oppose_for(work.db, &mut ImportedRegister, number, (ground, &claim), work.rng, work.act)
    {
        Ok(opposition) => Ok(Outcome::Opposed(Box::new(opposition))),
        Err(error) if error.code().kind == Kind::Refused => {
            let code = error.code();
            let errors = vec![FieldError::new("contenu", code)];
            let declined = declined(errors, error.broken_rules());
            Ok(Outcome::Again(status_of(code), Box::new(read(work, frame, number, declined)?)))
        }
        Err(error) => Err(error.into()),
    }
}

fn already_opposed() -> (StatusCode, Vec<FieldError>) {
    let code = card::faults::ALREADY_OPPOSED;
    (status_of(code), vec![FieldError::new("contenu", code)])
}

/// The ground and who asks, when they can be read and the declarer knows that there is no way back.
fn declared(fields: &Fields) -> Result<(Ground, Claim), Vec<FieldError>> {
    let ground: Result<Ground, Code> = match fields.text("motif") {
        "" => Err(rules::OPPOSITION_GROUND_UNKNOWN),
        text => text.parse::<Ground>().map_err(|error| error.code()),
    };
    let confirmed = match fields.text("definitif") {
        "oui" => Ok(()),
        _ => Err(faults::OPPOSITION_NOT_CONFIRMED),
    };
    // Who is not asked who asked, a program or an older page, opposes of his own motion.
    let claim = match (fields.text("demandeur"), fields.text("identite")) {
        ("", "") => Ok(Claim::Authority),
        (requester, identity) => Claim::read(requester, identity).map_err(|error| error.code()),
    };
    match (ground, claim, confirmed) {
        (Ok(ground), Ok(claim), Ok(())) => Ok((ground, claim)),
        (ground, claim, confirmed) => {
            let about_ground = ground.err().map(|code| FieldError::new("motif", code));
            let about_requester = claim.err().map(|code| FieldError::new("demandeur", code));
            let about_confirmation = confirmed.err().map(|code| FieldError::new("definitif", code));
            Err(about_ground.into_iter().chain(about_requester).chain(about_confirmation).collect())
        }
    }
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    receipt: String,
    card: String,
    requester: Key,
    requested_by: String,
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
        requester: words::requester(opposition.requested.requester()),
        requested_by: told(&opposition),
        opposed_at: Shown(opposition.opposed_at),
        sequence: opposition.sequence,
        certificates: opposition.certificates.iter().map(line).collect(),
        receipt: opposition.receipt,
    };
    page(StatusCode::OK, &template)
}

/// Who asked, and by which mandate.
fn told(opposition: &Opposition) -> String {
    let by = opposition.requested.by();
    opposition.requested.mandate().map_or_else(|| by.to_owned(), |mandate| format!("{by}, {mandate}"))
}

fn line(certificate: &EndedCertificate) -> Line {
    let outcome = Key::of(match &certificate.outcome {
        Some(Revoked::Abandoned) => "receipt-abandoned",
        Some(_) => "receipt-revoked",
        None => "receipt-ended-before",
    });
    Line { issuer: certificate.issuer.clone(), serial: certificate.serial.to_string(), outcome }
}
