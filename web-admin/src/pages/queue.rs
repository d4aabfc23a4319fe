//! The queue: the orders that a view asks for, page after page; who is on them; how long they may still take.

mod acts;
mod asked;
mod choices;

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::ApprovalVerifier;
use registration_authority::decision::Decision;
use registration_authority::officers::{self, Officer, Right};
use registration_authority::order::{self, OrderStatus};
use registration_authority::queue::saved::{self, View};
use registration_authority::queue::{self, Count, Deadline, Line, Search};
use registration_authority::views;
use store::{Act, Database, Timestamp};

use super::bulk::bulk_address;
use super::hidden::{counted, hidden, unplaced};
use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::typography::{self, Shown};
use crate::words;
use choices::Choice;

pub(super) use asked::{Asked, slug, structure};

/// Orders on a page.
const PAGE: i64 = 50;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/file").get(|| web::get().to(show)).needs(Right::ReadQueue),
    Address::at("/ra/file/suivant").post(|| web::post().to(acts::next)).needs(Right::Decide),
    Address::at("/ra/file/vues").post(|| web::post().to(acts::save)).needs(Right::ReadQueue),
    Address::at("/ra/file/vues/oublier").post(|| web::post().to(acts::forget)).needs(Right::ReadQueue),
    Address::at("/ra/dossiers/{number}/prendre").post(|| web::post().to(acts::take)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    frame: Frame,
    done: Option<Key>,
    /// In whose names the reader acts beside his own.
    acting: Option<String>,
    last: Option<LastDecision>,
    status_label: Key,
    slug: &'static str,
    /// The query of this view's address.
    query: String,
    unfiltered: Option<String>,
    tabs: Vec<Tab>,
    /// How many orders the officer's scope keeps from him.
    hidden: Option<String>,
    /// How many of them have no place that the register knows.
    unplaced: Option<String>,
    views: Vec<View>,
    kinds: Vec<Choice>,
    professions: Vec<Choice>,
    risks: Vec<Choice>,
    ages: Vec<Choice>,
    people: Vec<Choice>,
    structure: String,
    search: String,
    rows: Vec<Row>,
    by_name: bool,
    waits: bool,
    decides: bool,
    /// Whether he may decide on several at once: not where the installation's bound is one.
    several: bool,
    following: bool,
    next: Option<String>,
}

impl QueuePage {
    fn section(&self) -> &'static str {
        "file"
    }
}

/// The reader's newest decision that he can still take back.
pub(super) struct LastDecision {
    pub(super) number: String,
    pub(super) version: i64,
    pub(super) verdict: Key,
    pub(super) until: Shown,
    /// The page of the others that the same gesture decided on.
    pub(super) together: Option<Several>,
}

/// Decisions of one gesture that can still be taken back.
pub(super) struct Several {
    pub(super) address: String,
    /// The act, as a form says it.
    pub(super) act: &'static str,
    pub(super) rows: Vec<(String, i64)>,
}

struct Tab {
    query: String,
    label: Key,
    count: String,
    current: bool,
}

struct Row {
    number: String,
    version: i64,
    name: String,
    holder: String,
    profession: String,
    object: String,
    submitted_by: String,
    own: bool,
    submitted_at: Shown,
    risk: Key,
    risk_class: &'static str,
    deadline: String,
    late: bool,
    on: Option<String>,
    mine: bool,
    /// Who has approved it, where another must and the reader does not look for himself.
    first: Option<String>,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let asked = Asked::read(&query);
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let frame = desk.frame();
    let found = desk.work(move |work| find(work, frame, asked, done)).await?;
    match found {
        Found::Order(number) => Ok(to(&format!("/ra/dossiers/{number}"))),
        Found::Page(template) => page(StatusCode::OK, &*template),
    }
}

/// What an address leads to.
enum Found {
    /// The one order whose number was typed.
    Order(String),
    Page(Box<QueuePage>),
}

fn find(work: &mut Work<'_>, frame: Frame, asked: Asked, done: Option<Key>) -> Result<Found, Failure> {
    let (act, officer, hours) = (work.act, work.officer, work.state.working_hours());
    let verifier = work.state.verifier();
    let language = frame.language();
    let filter = asked.filter(act.at);
    work.db.snapshot(|db| {
        let page = queue::page(db, hours, &filter, asked.after.as_deref(), PAGE, act)?;
        if let Some(Search::Number(number)) = &filter.search
            && let Ok(order) = views::order(db, number, act)
        {
            return Ok(Found::Order(order.number));
        }
        let (officers, views) = (officers::list(db)?, saved::views(db, act)?);
        let last = LastDecision::of(db, verifier, (officer, act), &asked.query())?;
        let rows =
            page.lines.into_iter().map(|line| Row::of(line, language, &officers, officer, act.at)).collect();
        let tab = |(status, count): (OrderStatus, Count)| Tab {
            query: asked.in_state(status).query(),
            label: words::order_statuses(status),
            count: counted(language, count),
            current: status == asked.status,
        };
        let unfiltered = asked.unfiltered().query();
        let decides = asked.status == OrderStatus::Submitted && officer.role.may(Right::Decide);
        Ok(Found::Page(Box::new(QueuePage {
            frame,
            done,
            acting: acting(language, officer),
            last,
            status_label: words::order_statuses(asked.status),
            slug: slug(asked.status),
            query: asked.query(),
            unfiltered: Some(unfiltered).filter(|unfiltered| *unfiltered != asked.query()),
            hidden: hidden(language, page.hidden, &Key::of("hidden-dossiers"), &officer.scope),
            unplaced: unplaced(language, page.unplaced),
            tabs: page.counts.into_iter().map(tab).collect(),
            views,
            kinds: choices::kinds(&asked),
            professions: choices::professions(&asked),
            risks: choices::risks(&asked, language),
            ages: choices::ages(&asked, language),
            people: choices::people(&asked, language, &officers, officer),
            structure: asked.structure.as_ref().map(ToString::to_string).unwrap_or_default(),
            by_name: matches!(filter.search, Some(Search::Name(_))),
            search: asked.search,
            rows,
            waits: matches!(asked.status, OrderStatus::Submitted | OrderStatus::Waiting),
            decides,
            several: decides && verifier.bulk_bound().orders() > 1,
            following: asked.after.is_some(),
            next: page.next,
        })))
    })
}

/// « Vous agissez aussi pour Dora BLANC (DG-2026-000001). »
fn acting(language: Language, officer: &Officer) -> Option<String> {
    let names = officer.delegated.iter().map(|one| format!("{} ({})", one.delegator_name, one.number));
    let names = names.collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| language.say("delegation-acting").with("names", names).to_string())
}

impl LastDecision {
    /// The newest of the officer who acts, and what he decided by the same gesture; `query` is that of the list that he goes on in.
    pub(super) fn of(
        db: &mut Database,
        verifier: &ApprovalVerifier,
        (officer, act): (&Officer, &Act),
        query: &str,
    ) -> Result<Option<Self>, Failure> {
        let Some((order, decision, until)) = order::last_to_take_back(db, verifier, officer, act.at)? else {
            return Ok(None);
        };
        let rows: Vec<(String, i64)> = order::decided_together(db, verifier, decision.decided_at, act)?
            .into_iter()
            .filter(|one| one.until.is_some() && is_of_one_gesture(&decision, &one.decision))
            .map(|one| (one.order.number, one.decision.subject_version))
            .collect();
        let together = (rows.len() > 1).then(|| Several {
            address: bulk_address(decision.decided_at, query),
            act: if decision.approves() { "approuver" } else { "refuser" },
            rows,
        });
        Ok(Some(Self {
            verdict: words::pending(&decision),
            until: Shown(until),
            version: order.version,
            number: order.number,
            together,
        }))
    }
}

/// Whether one gesture made both: a passkey's signature is the same then. A demonstration's key signs for each row alone, at one moment.
fn is_of_one_gesture(one: &Decision, other: &Decision) -> bool {
    match one.in_bulk() {
        true => one.proof == other.proof,
        false => one.proof_kind == "demo" && one.decision == other.decision,
    }
}

impl Row {
    fn of(line: Line, language: Language, officers: &[Officer], reader: &Officer, now: Timestamp) -> Self {
        let Line { order, risk, deadline, lease, first } = line;
        let name_of = |login: &str| {
            let officer = officers.iter().find(|officer| officer.login == login);
            officer.map_or_else(
                || super::dossier::job_name(language, login),
                |officer| officer.display_name.clone(),
            )
        };
        let object = match &order.replaces {
            Some(card) => language.say("queue-replacement").with("kind", &order.kind).with("card", card),
            None => language.say("queue-new-card").with("kind", &order.kind),
        };
        Self {
            name: typography::name(&order.family_name, &order.given_name),
            object: object.to_string(),
            submitted_by: name_of(&order.submitted_by),
            own: order.submitted_by == reader.login,
            submitted_at: Shown(order.submitted_at),
            risk: words::risk(risk),
            risk_class: asked::word_of_risk(risk),
            deadline: deadline.map(|deadline| left(language, deadline)).unwrap_or_default(),
            late: matches!(deadline, Some(Deadline::Late(_))),
            mine: lease.as_ref().is_some_and(|lease| lease.officer == reader.login),
            on: lease
                .map(|lease| format!("{} ({})", name_of(&lease.officer), language.ago(lease.since, now))),
            first: first.map(|first| {
                language
                    .say("queue-first-approval")
                    .with("who", name_of(&first.officer))
                    .with("ago", language.ago(first.at, now))
                    .to_string()
            }),
            version: order.version,
            number: order.number,
            holder: order.holder,
            profession: order.profession,
        }
    }
}

/// « reste 12 h », in working time.
pub(super) fn left(language: Language, deadline: Deadline) -> String {
    let left = match deadline {
        Deadline::Left(time) => language.say("queue-left").with("time", language.duration(time)),
        Deadline::Late(time) => language.say("queue-late").with("time", language.duration(time)),
        Deadline::Paused { since, left } => language
            .say("queue-paused")
            .with("since", language.day(Shown(since)))
            .with("time", language.duration(left)),
    };
    left.to_string()
}

fn done_in_words(done: &str) -> Option<Key> {
    Some(Key::of(match done {
        "vue" => "queue-done-view",
        "choix" => "queue-done-choice",
        "oubli" => "queue-done-forgotten",
        "aucune" => "queue-done-none",
        _ => return None,
    }))
}
