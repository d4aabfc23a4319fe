//! Finding a card by its number.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use card::CardNumber;

use super::new_order::digits;
use super::{filters, page, to};
use crate::access;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::words::{self, Refusal};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/ra/cartes").get(show));
}

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
    let known = desk
        .work(move |work| {
            access::reads_everything(work.officer.role)?;
            Ok(match number {
                Some(number) => card::find(work.db, &number)?.map(|card| card.number),
                None => None,
            })
        })
        .await?;
    if let Some(number) = known {
        return Ok(to(&format!("/ra/cartes/{number}")));
    }
    let status = match (&typed, number) {
        (None, _) => StatusCode::OK,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), Some(_)) => StatusCode::NOT_FOUND,
    };
    let error = typed.is_some().then(|| words::refusal(card::faults::NOT_FOUND.name));
    page(status, &CardsPage { frame, number: typed.unwrap_or_default(), error })
}
