//! An officer's own sessions: he sees which are open, ends any of the others, and keeps the one that he sits at from ending by silence.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use registration_authority::officers::{SessionEvent, record_sessions};
use store::Timestamp;

use super::{Address, page, to};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::Posted;
use crate::sessions::{Ends, Means, Opened, id_of};
use crate::typography::Shown;

/// How an answer says in how many seconds its session ends, for the script that warns: where no further request comes, and at the latest.
const LEFT: [&str; 2] = ["session-left", "session-left-at-most"];

/// What the form sends to end every other session.
const OTHERS: &str = "autres";

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/sessions").get(|| web::get().to(show)),
    Address::at("/ra/sessions/fermer").post(|| web::post().to(end)),
    Address::at("/ra/sessions/prolonger").post(|| web::post().to(stay)),
];

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    /// How many were ended, where some were asked to be.
    ended: Option<usize>,
    rows: Vec<Row>,
}

impl SessionsPage {
    fn section(&self) -> &'static str {
        "sessions"
    }
}

struct Row {
    id: String,
    since: Shown,
    seen: Shown,
    means: Key,
    browser: String,
    address: String,
    here: bool,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let ended = query.get("fermees").and_then(|number| number.parse().ok());
    // Whether what began this one still stands is asked as on every page.
    let frame = desk.frame();
    desk.work(|_| Ok(())).await?;
    let here = id_of(&desk.session.key);
    let his = desk.state.sessions().of(&desk.session.login, desk.at);
    let rows = his.into_iter().map(|one| Row::of(one, &here)).collect();
    page(StatusCode::OK, &SessionsPage { frame, ended, rows })
}

/// Ends one of the others, or all. Their end is written down first: one that cannot be is not made, and no crash loses it.
async fn end(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (which, key) = (fields.text("session").to_owned(), desk.session.key);
    let ended = desk.work(move |work| {
        let sessions = work.state.sessions();
        let whose = (work.officer.login.as_str(), &key);
        let others = sessions.others(whose, |id| which == OTHERS || which == id, work.act.at);
        let (from, ids) = (id_of(&key), others.iter().map(id_of).collect::<Vec<_>>());
        let events: Vec<_> = ids.iter().map(|session| SessionEvent::Ended { session, from: &from }).collect();
        record_sessions(work.db, &events, &mut *work.rng, work.act)?;
        others.iter().for_each(|other| sessions.end(other));
        Ok(others.len())
    });
    Ok(to(&format!("/ra/sessions?fermees={}", ended.await?)))
}

/// Any request keeps a session from ending by silence. This one does nothing else, and leaves the page as it is.
async fn stay(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, .. } = posted;
    desk.work(|_| Ok(())).await?;
    let mut answer = HttpResponse::NoContent();
    for (name, seconds) in LEFT.into_iter().zip(left(&desk.session.ends, desk.at)) {
        answer.insert_header((name, seconds));
    }
    Ok(answer.finish())
}

/// In how many seconds a session ends: where no further request comes, and at the latest.
pub(crate) fn left(ends: &Ends, at: Timestamp) -> [i64; 2] {
    [ends.idle.min(ends.at_latest), ends.at_latest].map(|end| (end.seconds() - at.seconds()).max(0))
}

impl Row {
    fn of(one: Opened, here: &str) -> Self {
        Self {
            here: one.id == here,
            id: one.id,
            since: Shown(one.since),
            seen: Shown(one.seen),
            means: Key::of(match one.means {
                Means::Link => "sessions-by-link",
                Means::Passkey(_) => "sessions-by-passkey",
                Means::Certificate(_) => "sessions-by-card",
            }),
            browser: one.from.browser,
            address: one.from.address.map(|address| address.to_string()).unwrap_or_default(),
        }
    }
}
