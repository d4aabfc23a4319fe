//! Finding a card by its number, or a holder by his.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use card::CardNumber;
use professional_registry::Rpps;
use professional_registry::identifiers::IdNatPs;
use registration_authority::officers::{self, Right};
use registration_authority::views;

use super::new_order::digits;
use super::{Address, page, to};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::words::Refusal;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/cartes").get(|| web::get().to(show)).needs(Right::ReadCard)];

#[derive(Template)]
#[template(path = "cards.html")]
struct CardsPage {
    frame: Frame,
    number: String,
    error: Option<Refusal>,
}

impl CardsPage {
    fn section(&self) -> &'static str {
        "cartes"
    }
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let typed = query.get("numero").map(|typed| digits(typed));
    let number = typed.as_deref().and_then(|typed| typed.parse::<CardNumber>().ok());
    let person = typed.as_deref().and_then(|typed| typed.parse::<Rpps>().ok()).map(IdNatPs::from);
    let known = desk
        .work(move |work| {
            // Who may not read a card is not shown the form either.
            officers::require(work.db, Right::ReadCard, work.act)?;
            Ok(match number {
                Some(number) => views::find_card(work.db, &number, work.act)?.map(|card| card.number),
                None => None,
            })
        })
        .await?;
    if let Some(person) = person {
        return Ok(to(&format!("/ra/porteurs/{person}")));
    }
    if let Some(number) = known {
        return Ok(to(&format!("/ra/cartes/{number}")));
    }
    let status = match (&typed, number) {
        (None, _) => StatusCode::OK,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), Some(_)) => StatusCode::NOT_FOUND,
    };
    let error = typed.is_some().then(|| frame.refusal(card::faults::NOT_FOUND.name));
    page(status, &CardsPage { frame, number: typed.unwrap_or_default(), error })
}
