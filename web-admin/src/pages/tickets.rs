//! Declarations that nobody proved: whom to call back, and dismissing them. A card is opposed on its own page.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::officers::Right;
use registration_authority::opposition::ticket::{self, REASON_BOUND, Ticket};
use store::{Code, Fault, Kind};

use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::Posted;
use crate::typography::Shown;
use crate::words;

/// Most tickets on the page; the command line lists more.
const SHOWN: i64 = 200;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/rappels").get(|| web::get().to(show)).needs(Right::ReadCard),
    Address::at("/ra/rappels/{ticket}/classer").post(|| web::post().to(dismiss)).needs(Right::Oppose),
];

#[derive(Template)]
#[template(path = "tickets.html")]
struct TicketsPage {
    frame: Frame,
    dismissed: bool,
    problem: Option<&'static str>,
    tickets: Vec<Shelf>,
    more: bool,
    /// Whether this officer may close a ticket.
    may_close: bool,
    reason_bound: usize,
}

impl TicketsPage {
    fn section(&self) -> &'static str {
        "rappels"
    }
}

struct Shelf {
    number: String,
    declared: String,
    is_card: bool,
    ground: Key,
    opened_at: Shown,
    waits: String,
    looked_up: bool,
    telephone: Option<String>,
    email: Option<String>,
    cards: Vec<String>,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let dismissed = query.get("fait").is_some_and(|done| done == "classement");
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, dismissed, None)).await?;
    page(StatusCode::OK, &template)
}

async fn dismiss(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let refused = desk
        .work(move |work| {
            match ticket::dismiss(work.db, &number, fields.text("raison"), work.rng, work.act) {
                Ok(()) => Ok(None),
                Err(error) if matches!(error.code().kind, Kind::Invalid | Kind::NotFound) => {
                    let code = error.code();
                    Ok(Some((code, read(work, frame, false, Some(code))?)))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await?;
    match refused {
        None => Ok(to("/ra/rappels?fait=classement")),
        Some((code, template)) => page(status_of(code), &template),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    dismissed: bool,
    problem: Option<Code>,
) -> Result<TicketsPage, Failure> {
    let mut tickets = ticket::list(work.db, SHOWN + 1, work.act)?;
    let more = tickets.len() > SHOWN as usize;
    tickets.truncate(SHOWN as usize);
    let language = frame.language();
    Ok(TicketsPage {
        frame,
        dismissed,
        problem: problem.map(|code| code.name),
        tickets: tickets.into_iter().map(|ticket| Shelf::of(ticket, language, work)).collect(),
        more,
        may_close: work.officer.role.may(Right::Oppose),
        reason_bound: REASON_BOUND,
    })
}

impl Shelf {
    fn of(ticket: Ticket, language: Language, work: &Work<'_>) -> Self {
        Self {
            is_card: ticket.declared.is_card(),
            declared: ticket.declared.to_string(),
            ground: words::ground(ticket.ground),
            waits: language.ago(ticket.opened_at, work.act.at),
            opened_at: Shown(ticket.opened_at),
            looked_up: ticket.looked_up,
            telephone: ticket.telephone,
            email: ticket.email,
            cards: ticket.cards.iter().map(ToString::to_string).collect(),
            number: ticket.number,
        }
    }
}
