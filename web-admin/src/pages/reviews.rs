//! Looks after the fact: approvals that were drawn, and cards that their holders opposed by themselves.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::four_eyes::review::{self, About, Finding, REASON_BOUND, Review};
use registration_authority::officers::{self, Right};
use store::{Code, Fault, Kind};

use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::posted::Posted;
use crate::typography::{self, Shown};

/// Most looks on the page.
const SHOWN: usize = 50;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/relectures").get(|| web::get().to(show)).needs(Right::ReadCard),
    Address::at("/ra/relectures/{review}").post(|| web::post().to(conclude)).needs(Right::Oppose),
];

#[derive(Template)]
#[template(path = "reviews.html")]
struct ReviewsPage {
    frame: Frame,
    confirmed: bool,
    contested: bool,
    problem: Option<&'static str>,
    reviews: Vec<Shelf>,
    more: bool,
    contested_lately: Vec<ContestedLine>,
    reason_bound: usize,
}

impl ReviewsPage {
    fn section(&self) -> &'static str {
        "relectures"
    }
}

struct Shelf {
    number: String,
    due_from: Shown,
    may_conclude: bool,
    what: What,
}

enum What {
    Approval {
        order: String,
        kind: String,
        name: String,
        card: Option<String>,
    },
    HolderOpposition {
        card: String,
        holder: String,
        receipt: String,
        declared_at: Shown,
        contact_changed_at: Option<Shown>,
    },
}

/// What was contested, and why.
struct ContestedLine {
    what: What,
    reason: String,
    found_at: Shown,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let done = query.get("fait").cloned().unwrap_or_default();
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &done, None)).await?;
    page(StatusCode::OK, &template)
}

async fn conclude(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let (finding, done) = match fields.text("avis") {
        "conteste" => (Some(Finding::Contested), "contestation"),
        "confirme" => (Some(Finding::Confirmed), "confirmation"),
        _ => (None, ""),
    };
    let refused = desk
        .work(move |work| {
            officers::require(work.db, Right::Oppose, work.act)?;
            let Some(finding) = finding else { return Err(Failure::of(faults::FORM_UNREADABLE)) };
            match review::conclude(work.db, &number, finding, fields.text("raison"), work.rng, work.act) {
                Ok(()) => Ok(None),
                Err(error) if error.code().kind == Kind::Invalid => {
                    let code = error.code();
                    Ok(Some((code, read(work, frame, "", Some(code))?)))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await?;
    match refused {
        None => Ok(to(&format!("/ra/relectures?fait={done}"))),
        Some((code, template)) => page(status_of(code), &template),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    done: &str,
    problem: Option<Code>,
) -> Result<ReviewsPage, Failure> {
    let mut reviews = review::waiting(work.db, SHOWN + 1, work.act)?;
    let more = reviews.len() > SHOWN;
    reviews.truncate(SHOWN);
    Ok(ReviewsPage {
        frame,
        confirmed: done == "confirmation",
        contested: done == "contestation",
        problem: problem.map(|code| code.name),
        reviews: reviews.into_iter().map(Shelf::of).collect(),
        more,
        contested_lately: review::contested(work.db, SHOWN, work.act)?
            .into_iter()
            .map(ContestedLine::of)
            .collect(),
        reason_bound: REASON_BOUND,
    })
}

impl ContestedLine {
    fn of(contested: review::Contested) -> Self {
        let review::Contested { about, reason, found_at } = contested;
        Self { what: What::of(about), reason, found_at: Shown(found_at) }
    }
}

impl Shelf {
    fn of(review: Review) -> Self {
        let Review { number, about, due_from, may_conclude } = review;
        Self { number, due_from: Shown(due_from), may_conclude, what: What::of(about) }
    }
}

impl What {
    fn of(about: About) -> Self {
        match about {
            About::Approval { order, card, .. } => Self::Approval {
                kind: order.kind.to_string(),
                name: order
                    .service_in_words()
                    .unwrap_or_else(|| typography::name(&order.family_name, &order.given_name)),
                order: order.number,
                card: card.map(|card| card.to_string()),
            },
            About::HolderOpposition { card, holder, receipt, declared_at, contact_changed_at } => {
                Self::HolderOpposition {
                    card: card.to_string(),
                    holder,
                    receipt,
                    declared_at: Shown(declared_at),
                    contact_changed_at: contact_changed_at.map(Shown),
                }
            }
        }
    }
}
