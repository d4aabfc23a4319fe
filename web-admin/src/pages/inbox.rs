//! The counter-signature inbox: what waits for this officer's signature or look, since when, and what is kept from him, with why. From
//! there to each thing, and on to the next.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::inbox::{self, Matter, Waiting, Why};
use registration_authority::officers::Right;
use registration_authority::queue::Deadline;

use super::dossier::author;
use super::queue::left;
use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::{Frame, OPENED_FOR};
use crate::messages::{Key, Message};
use crate::typography::{self, Shown};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/contreseing").get(|| web::get().to(show)).needs(Right::ReadInbox),
    Address::at("/ra/contreseing/suivant").get(|| web::get().to(next)).needs(Right::ReadInbox),
];

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    at_end: bool,
    rows: Vec<Row>,
    more: bool,
    hidden: Vec<Message>,
}

impl InboxPage {
    fn section(&self) -> &'static str {
        "contreseing"
    }
}

struct Row {
    what: Key,
    /// Its number, or its name where it has one.
    title: String,
    /// What else tells it from the others.
    detail: Option<String>,
    address: String,
    since: Shown,
    clock: String,
    late: bool,
    first: First,
    /// By whose delegation he would sign.
    by: Option<Message>,
}

/// Who was first.
enum First {
    /// Nobody says before the reader has decided himself.
    Blind,
    Nobody,
    By(String),
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let at_end = query.get("fait").is_some_and(|done| done == "fin");
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, at_end)).await?;
    page(StatusCode::OK, &template)
}

/// To what follows this one, which may be signed by now; back to the list after the last.
async fn next(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let place = query.get("apres").cloned().unwrap_or_default();
    let next = desk
        .work(move |work| {
            let inbox = inbox::inbox(work.db, work.state.working_hours(), work.act)?;
            Ok(inbox.after(&place).map(address))
        })
        .await?;
    Ok(to(next.as_deref().unwrap_or("/ra/contreseing?fait=fin")))
}

fn read(work: &mut Work<'_>, frame: Frame, at_end: bool) -> Result<InboxPage, Failure> {
    let (hours, act) = (work.state.working_hours(), work.act);
    let inbox = work.db.snapshot(|db| inbox::inbox(db, hours, act))?;
    // The number beside the name of the page is that of this very list.
    let _ = work.awaiting.set(counted((inbox.to_sign.len(), inbox.more)));
    let hidden = inbox.hidden.iter().map(|(why, count)| frame.say(kept_back(*why)).count("number", count));
    let hidden = hidden.collect();
    let more = inbox.more;
    let mut rows = Vec::with_capacity(inbox.to_sign.len());
    for waiting in inbox.to_sign {
        rows.push(Row::of(work, &frame, waiting)?);
    }
    Ok(InboxPage { frame, at_end, rows, more, hidden })
}

/// How much waits, as the menu says it: « 12 », « 50+ » where not all of it is listed.
pub(crate) fn counted((count, more): (usize, bool)) -> String {
    format!("{count}{}", if more { "+" } else { "" })
}

fn kept_back(why: Why) -> Key {
    Key::of(match why {
        Why::Signed => "inbox-hidden-signed",
        Why::Own => "inbox-hidden-own",
        Why::Scope => "inbox-hidden-scope",
        Why::Near => "inbox-hidden-near",
        Why::Role => "inbox-hidden-role",
    })
}

impl Row {
    fn of(work: &mut Work<'_>, frame: &Frame, waiting: Waiting) -> Result<Self, Failure> {
        let (language, at) = (frame.language(), work.act.at);
        let address = address(&waiting);
        let Waiting { matter, since, deadline, first, by } = waiting;
        let by = by.map(|one| {
            frame
                .say(Key::of("inbox-by-delegation"))
                .with("number", one.number)
                .with("for", one.delegator_name)
        });
        let first = match (&matter, first) {
            (Matter::Order { .. }, _) => First::Blind,
            (_, Some(login)) => First::By(author(work.db, language, &login)?),
            (Matter::ApprovalLook { .. } | Matter::OppositionLook { .. }, None) => First::Blind,
            (_, None) => First::Nobody,
        };
        let waits = || language.say("inbox-waits").with("time", language.ago(since, at)).to_string();
        let (what, title, detail) = words(matter);
        Ok(Self {
            what,
            title,
            detail,
            address,
            since: Shown(since),
            clock: deadline.map_or_else(waits, |deadline| left(language, deadline)),
            late: matches!(deadline, Some(Deadline::Late(_))),
            first,
            by,
        })
    }
}

/// What it is, its number or name, and what else tells it from the others.
fn words(matter: Matter) -> (Key, String, Option<String>) {
    match matter {
        Matter::Order { number, kind, names: (family_name, given_name) } => {
            let holder = match given_name.as_str() {
                "" => family_name,
                given_name => typography::name(&family_name, given_name),
            };
            (Key::of("inbox-order"), number, Some(format!("{holder}, {kind}")))
        }
        Matter::SuspensionLift { card } => (Key::of("inbox-suspension"), card.to_string(), None),
        Matter::HeldFeed { file_name, .. } => (Key::of("inbox-feed"), file_name, None),
        Matter::OppositionPlan { id } => (Key::of("inbox-opposition-plan"), id, None),
        Matter::RenewalPlan { id } => (Key::of("inbox-renewal-plan"), id, None),
        Matter::Enrolment { number, display_name } => {
            (Key::of("inbox-enrolment"), number, Some(display_name))
        }
        Matter::Mandate { number, structure } => (Key::of("inbox-mandate"), number, Some(structure)),
        Matter::ApprovalLook { order, .. } => (Key::of("inbox-approval-look"), order, None),
        Matter::OppositionLook { card, .. } => (Key::of("inbox-opposition-look"), card.to_string(), None),
    }
}

/// Where it is signed.
fn address(waiting: &Waiting) -> String {
    let (path, anchor) = match &waiting.matter {
        Matter::Order { number, .. } => (format!("/ra/dossiers/{number}"), None),
        Matter::SuspensionLift { card } => (format!("/ra/cartes/{card}"), None),
        Matter::HeldFeed { feed, .. } => ("/ra/registre".to_owned(), Some(feed)),
        Matter::OppositionPlan { id } => ("/ra/caducites".to_owned(), Some(id)),
        Matter::RenewalPlan { id } => ("/ra/renouvellements".to_owned(), Some(id)),
        Matter::Enrolment { number, .. } => (format!("/ra/cles/{number}"), None),
        Matter::Mandate { structure, .. } => (format!("/ra/structures/{structure}"), None),
        Matter::ApprovalLook { review, .. } | Matter::OppositionLook { review, .. } => {
            ("/ra/relectures".to_owned(), Some(review))
        }
    };
    let anchor = anchor.map_or(String::new(), |anchor| format!("#{anchor}"));
    format!("{path}?{OPENED_FOR}={}{anchor}", waiting.place())
}
