//! What became of several orders that one gesture decided on, at an address of its own: read again, it decides nothing again. One button
//! takes back all of it that can be.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::order::bulk::Chosen;
use registration_authority::order::{self, Together};
use registration_authority::views;
use store::Timestamp;

use super::whose::Whose;
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::pages::{page, queue};
use crate::typography::{self, Shown};

#[derive(Template)]
#[template(path = "bulk_done.html")]
pub(super) struct DonePage {
    frame: Frame,
    query: String,
    /// The act, as a form says it.
    act: &'static str,
    title: Key,
    rows: Vec<Row>,
    /// How many of how many it was done for.
    count: usize,
    /// Nothing where what was left out is no longer known.
    all: Option<usize>,
    /// Until when some of it can be taken back; nothing where none can.
    until: Option<Shown>,
}

/// What became of an order.
struct Row {
    chosen: Chosen,
    name: String,
    /// Nothing of one that was left out.
    what: Option<Key>,
    /// The code of why it was left out, or is not taken back.
    refusal: Option<&'static str>,
    /// Whose act left it out, where one's did.
    whose: Option<Whose>,
    revocable: bool,
}

/// An order that was left out, with the code of why.
pub(super) type Left = (Chosen, &'static str);

impl DonePage {
    fn section(&self) -> &'static str {
        "file"
    }

    /// Of a selection of which nothing was decided.
    pub(super) fn of_nothing(
        work: &mut Work<'_>,
        frame: Frame,
        (title, act, query): (Key, &'static str, String),
        left: Vec<Left>,
    ) -> Result<Self, Failure> {
        let language = frame.language();
        let rows = left.into_iter().map(|left| Row::left_out(work, language, left));
        let rows = rows.collect::<Result<Vec<Row>, Failure>>()?;
        Ok(Self { frame, query, act, title, count: 0, all: Some(rows.len()), rows, until: None })
    }
}

impl Row {
    fn of(work: &mut Work<'_>, one: &Together, left: &[Left]) -> Self {
        let (number, version) = (one.order.number.clone(), one.decision.subject_version);
        let what = match (one.taken_back, one.decision.approves()) {
            (true, _) => "bulk-taken-back",
            (false, true) => "bulk-approved",
            (false, false) => "bulk-refused",
        };
        Self {
            name: name(work, &number),
            what: Some(Key::of(what)),
            refusal: left.iter().find(|(chosen, _)| chosen.number == number).map(|(_, code)| *code),
            whose: None,
            revocable: one.until.is_some(),
            chosen: Chosen { number, version },
        }
    }

    fn left_out(work: &mut Work<'_>, language: Language, (chosen, code): Left) -> Result<Self, Failure> {
        let (name, act) = (name(work, &chosen.number), work.act);
        let whose = match name.is_empty() {
            // Of what he may not read he is told of nobody either.
            true => None,
            false => work.db.snapshot(|db| Whose::of(db, language, &chosen, code, act))?,
        };
        Ok(Self { name, chosen, what: None, refusal: Some(code), whose, revocable: false })
    }
}

/// Of the holder, where the officer may read the order.
fn name(work: &mut Work<'_>, number: &str) -> String {
    let order = views::order(work.db, number, work.act);
    order.map_or(String::new(), |order| typography::name(&order.family_name, &order.given_name))
}

/// When the officer who acts decided on this version; nothing where he did not.
pub(super) fn moment(work: &mut Work<'_>, chosen: &Chosen) -> Result<Option<Timestamp>, Failure> {
    let decisions = decision::of(work.db, SubjectKind::CardOrder, &chosen.number)?;
    let login = &work.officer.login;
    let his = decisions.iter().find(|one| one.subject_version == chosen.version && one.decided_by == *login);
    Ok(his.map(|one| one.decided_at))
}

/// Where it stands.
pub(in crate::pages) fn address(at: Timestamp, query: &str) -> String {
    format!("/ra/file/lot/{}?{query}", at.millis())
}

pub(super) async fn show(
    desk: Desk,
    moment: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let at = moment.parse().map(Timestamp::from_millis).map_err(|_| Failure::of(faults::PAGE_UNKNOWN))?;
    let left = desk.state.sessions().left_out(&desk.session.key, at).map(|left| {
        left.into_iter().map(|(number, version, code)| (Chosen { number, version }, code)).collect()
    });
    let (frame, back) = (desk.frame(), query.get("fait").is_some_and(|done| done == "retour"));
    let query = queue::Asked::read(&query).query();
    let template = desk.work(move |work| read(work, frame, (at, back), query, left)).await?;
    page(StatusCode::OK, &template)
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    (at, back): (Timestamp, bool),
    query: String,
    left: Option<Vec<Left>>,
) -> Result<DonePage, Failure> {
    let (is_known, left) = (left.is_some(), left.unwrap_or_default());
    let (verifier, act) = (work.state.verifier(), work.act);
    let together = work.db.snapshot(|db| order::decided_together(db, verifier, at, act))?;
    let first = together.first().ok_or(Failure::of(faults::PAGE_UNKNOWN))?;
    let (title, act) = match (back, first.decision.approves()) {
        (true, approves) => ("bulk-done-taken-back", approves),
        (false, true) => ("bulk-done-approved", true),
        (false, false) => ("bulk-done-refused", false),
    };
    let mut rows: Vec<Row> = together.iter().map(|one| Row::of(work, one, &left)).collect();
    for one in left {
        if rows.iter().all(|row| row.chosen.number != one.0.number) {
            rows.push(Row::left_out(work, frame.language(), one)?);
        }
    }
    let taken_back = together.iter().filter(|one| one.taken_back).count();
    Ok(DonePage {
        frame,
        query,
        act: if act { "approuver" } else { "refuser" },
        title: Key::of(title),
        count: if back { taken_back } else { together.len() },
        all: is_known.then_some(rows.len()),
        rows,
        until: together.iter().filter_map(|one| one.until).max().map(Shown),
    })
}
