//! What leaves because of a refusal: seen before it is decided, printed once it has taken effect. Both are made by one function of
//! one decision.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::approval::SubjectKind;
use registration_authority::faults as rules;
use registration_authority::letter::Letter;
use registration_authority::officers::{self, Right};
use registration_authority::order::OrderState;
use registration_authority::{decision, views};

use super::dossier::{self, List, Said, refusal_letter};
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::order_number::order_number;
use crate::posted::Posted;
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/dossiers/{number}/apercu").post(|| web::post().to(preview)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/lettre").get(|| web::get().to(show)).needs(Right::ReadDossier),
];

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    frame: Frame,
    number: String,
    letter: Letter,
    decided_at: Shown,
}

impl LetterPage {
    fn section(&self) -> &'static str {
        "file"
    }
}

/// The dossier again, with the letter of the refusal as it is chosen.
async fn preview(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let Posted { desk, fields } = posted;
    let (frame, list) = (desk.frame(), List::of_form(&fields));
    let (reason, text) = (fields.text("motif").to_owned(), fields.text("precision").to_owned());
    let problem = reason.is_empty().then_some(rules::ORDER_REASON_MISSING);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let said = Said { problem, reason, text, previewed: true, ..Said::default() };
    let template = desk
        .work(move |work| {
            officers::require(work.db, Right::Decide, work.act)?;
            dossier::read(work, frame, &number, &list, said)
        })
        .await?;
    page(status, &template)
}

async fn show(desk: Desk, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &number)).await?;
    page(StatusCode::OK, &template)
}

/// The letter of the refusal that stands, once nobody can take it back.
fn read(work: &mut Work<'_>, frame: Frame, number: &str) -> Result<LetterPage, Failure> {
    let order = views::order(work.db, number, work.act)?;
    let kind = SubjectKind::CardOrder;
    let decisions = decision::of(work.db, kind, number)?;
    let refusal = decisions
        .iter()
        .find(|one| one.subject_version == order.version && !one.approves())
        .filter(|_| matches!(order.state, OrderState::Refused { .. }))
        .ok_or(Failure::of(faults::PAGE_UNKNOWN))?;
    if work.act.at < decision::can_be_taken_back_until(work.state.verifier(), kind, refusal) {
        return Err(Failure::of(rules::APPROVAL_NOT_EFFECTIVE));
    }
    if !refusal.sentence_holds() {
        return Err(Failure::of(rules::ORDER_SENTENCE_ALTERED));
    }
    let reason = refusal.reason_code.as_deref().unwrap_or_default();
    let letter = refusal_letter(&order, reason, refusal.reason_text.as_deref().unwrap_or_default())
        .ok_or(Failure::of(rules::ORDER_REASON_UNKNOWN))?;
    Ok(LetterPage { frame, number: number.to_owned(), letter, decided_at: Shown(refusal.decided_at) })
}
