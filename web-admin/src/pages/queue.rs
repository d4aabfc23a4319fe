//! The queue: orders in one state, oldest first, page after page.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::officers::{self, Right};
use registration_authority::order::{OrderStatus, QueueCursor, QueueFilter};
use registration_authority::views::{self, OrderSummary};
use store::Timestamp;

use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::typography::{self, Shown};
use crate::words;

/// Orders on a page.
const PAGE: i64 = 50;
/// Up to how many orders a tab counts: the queue gives no more at once.
const COUNTED: i64 = 200;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/file").get(|| web::get().to(show)).needs(Right::ReadQueue)];

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    frame: Frame,
    status_label: &'static str,
    slug: &'static str,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    waits: bool,
    following: bool,
    next: Option<String>,
}

impl QueuePage {
    fn section(&self) -> &'static str {
        "file"
    }
}

struct Tab {
    slug: &'static str,
    label: &'static str,
    count: String,
    current: bool,
}

struct Row {
    number: String,
    name: String,
    holder: String,
    profession: String,
    object: String,
    submitted_by: String,
    own: bool,
    submitted_at: Shown,
    wait: String,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let text = |name: &str| query.get(name).map(String::as_str);
    let status = text("statut").and_then(status_of_slug).unwrap_or(OrderStatus::Submitted);
    let after = text("apres").and_then(read_cursor);
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, status, after)).await?;
    page(StatusCode::OK, &template)
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    status: OrderStatus,
    after: Option<QueueCursor>,
) -> Result<QueuePage, Failure> {
    let (act, login) = (work.act, work.officer.login.as_str());
    let following = after.is_some();
    work.db.snapshot(|db| {
        let mut orders = views::queue(db, &QueueFilter { status, after, limit: PAGE + 1 }, act)?;
        let more = orders.len() > PAGE as usize;
        orders.truncate(PAGE as usize);
        let next = orders.last().filter(|_| more).map(write_cursor);
        let officers = officers::list(db)?;
        let name_of = |login: &str| {
            let officer = officers.iter().find(|officer| officer.login == login);
            officer.map_or_else(|| super::dossier::job_name(login), |officer| officer.display_name.clone())
        };
        let rows = orders.into_iter().map(|order| row(order, &name_of, login, act.at)).collect();
        let mut tabs = Vec::new();
        for one in OrderStatus::ALL {
            let counted = views::queue(db, &QueueFilter { status: one, after: None, limit: COUNTED }, act)?
                .len() as i64;
            let more = if counted < COUNTED { "" } else { " ou plus" };
            tabs.push(Tab {
                slug: slug(one),
                label: words::order_statuses(one),
                count: format!("{}{more}", typography::thousands(counted)),
                current: one == status,
            });
        }
        Ok(QueuePage {
            frame,
            status_label: words::order_statuses(status),
            slug: slug(status),
            tabs,
            rows,
            waits: status == OrderStatus::Submitted,
            following,
            next,
        })
    })
}

fn row(order: OrderSummary, name_of: &dyn Fn(&str) -> String, login: &str, now: Timestamp) -> Row {
    let object = match &order.replaces {
        Some(card) => format!("{}, remplacement de la carte {card}", order.kind),
        None => format!("{}, nouvelle carte", order.kind),
    };
    Row {
        name: typography::name(&order.family_name, &order.given_name),
        object,
        submitted_by: name_of(&order.submitted_by),
        own: order.submitted_by == login,
        submitted_at: Shown(order.submitted_at),
        wait: typography::ago(order.submitted_at, now),
        number: order.number,
        holder: order.holder,
        profession: order.profession,
    }
}

/// How an address names a state.
pub(super) fn slug(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Submitted => "a-verifier",
        OrderStatus::Waiting => "en-attente",
        OrderStatus::Approved => "approuvees",
        OrderStatus::Refused => "refusees",
        OrderStatus::Withdrawn => "retirees",
        OrderStatus::Ordered => "commandees",
    }
}

pub(super) fn status_of_slug(text: &str) -> Option<OrderStatus> {
    OrderStatus::ALL.into_iter().find(|status| slug(*status) == text)
}

fn write_cursor(order: &OrderSummary) -> String {
    format!("{}.{}", order.submitted_at.millis(), order.number)
}

fn read_cursor(text: &str) -> Option<QueueCursor> {
    let (millis, number) = text.split_once('.')?;
    let number = super::dossier::order_number(number)?;
    Some(QueueCursor { submitted_at: Timestamp::from_millis(millis.parse().ok()?), number })
}
