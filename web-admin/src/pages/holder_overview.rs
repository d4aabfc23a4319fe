//! One holder, with all that officers know of him: register, cards and certificates, orders, declarations, notices.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::IdNatPs;
use registration_authority::faults as rules;
use registration_authority::officers::Right;
use registration_authority::queue::OrderSummary;
use registration_authority::views::{
    self, AttachedCertificate, HOLDER_BOUND, HeldCard, HolderNotice, HolderTicket, HolderView,
};

use super::card::exercise;
use super::dossier::{Names, names_at_birth};
use super::hidden::hidden_of;
use super::software::SoftwareRow;
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::typography::{self, Shown};
use crate::words;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/porteurs/{id:.+}").get(|| web::get().to(show)).needs(Right::ReadCard)];

#[derive(Template)]
#[template(path = "holder_overview.html")]
struct HolderPage {
    frame: Frame,
    id: String,
    former: Vec<String>,
    names: Option<Names>,
    /// None where the register knows nobody.
    person: Option<Person>,
    cards: Vec<CardRow>,
    certificates: Vec<SoftwareRow>,
    certificates_hidden: Option<String>,
    orders: Vec<OrderRow>,
    hidden: Option<String>,
    tickets: Vec<TicketRow>,
    notices: Vec<NoticeRow>,
    bound: usize,
}

impl HolderPage {
    fn section(&self) -> &'static str {
        "cartes"
    }

    fn name(&self) -> &str {
        self.person.as_ref().map_or(&self.id, |person| &person.name)
    }
}

/// What the register says.
struct Person {
    name: String,
    ceased_at: Option<Shown>,
    exercises: Vec<ExerciseRow>,
}

struct ExerciseRow {
    profession: &'static str,
    category: &'static str,
    name: String,
    ceased_at: Option<Shown>,
}

struct CardRow {
    number: String,
    kind: String,
    temporary: bool,
    exercise: String,
    status: Key,
    class: &'static str,
    expires_at: Option<Shown>,
    replaces: Option<String>,
    order_number: String,
    ground: Option<Key>,
    receipt: Option<String>,
    certificates: Vec<CertificateRow>,
}

struct CertificateRow {
    usage: Key,
    issuer: String,
    serial: String,
    status: Key,
}

struct OrderRow {
    number: String,
    object: String,
    status: Key,
    class: &'static str,
    submitted_at: Shown,
}

struct TicketRow {
    number: String,
    declared: String,
    ground: Key,
    opened_at: Shown,
    outcome: Key,
    closed_at: Option<Shown>,
}

struct NoticeRow {
    notice: Key,
    subject: String,
    created_at: Shown,
    state: Key,
    at: Option<Shown>,
}

async fn show(desk: Desk, id: web::Path<String>) -> Result<HttpResponse, Failure> {
    let id: IdNatPs = id.parse().map_err(|_| Failure::of(rules::HOLDER_UNKNOWN))?;
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &id)).await?;
    page(StatusCode::OK, &template)
}

/// The holder as he stands, on one picture of the database.
fn read(work: &mut Work<'_>, frame: Frame, id: &IdNatPs) -> Result<HolderPage, Failure> {
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let view = views::holder(db, &mut ImportedRegister, id, act)?;
        let HolderView { id, former, record, birth_names, cards, certificates, orders, tickets, notices } =
            view;
        Ok(HolderPage {
            frame,
            id: id.to_string(),
            former,
            names: record.as_ref().map(|record| Names {
                in_use: typography::name(&record.family_name, &record.given_name),
                at_birth: names_at_birth(language, birth_names.as_ref()),
            }),
            person: record.map(|record| Person {
                name: typography::name(&record.family_name, &record.given_name),
                ceased_at: record.ceased_at.map(Shown),
                exercises: record
                    .exercises
                    .iter()
                    .map(|exercise| ExerciseRow {
                        profession: exercise.profession.label(),
                        category: exercise.category.label(),
                        name: typography::name(&exercise.practice_family_name, &exercise.practice_given_name),
                        ceased_at: exercise.ceased_at.map(Shown),
                    })
                    .collect(),
            }),
            cards: cards.into_iter().map(|card| card_row(card, language)).collect(),
            certificates_hidden: hidden_of(
                language,
                certificates.hidden,
                &Key::of("hidden-orders"),
                &officer.scope,
            ),
            certificates: certificates
                .shown
                .iter()
                .map(|one| SoftwareRow::of(one, officer, act.at))
                .collect(),
            hidden: hidden_of(language, orders.hidden, &Key::of("hidden-orders"), &officer.scope),
            orders: orders.shown.into_iter().map(|order| order_row(order, language)).collect(),
            tickets: tickets.into_iter().map(ticket_row).collect(),
            notices: notices.into_iter().map(|notice| notice_row(notice, language)).collect(),
            bound: HOLDER_BOUND,
        })
    })
}

fn card_row(HeldCard { card, state, certificates, opposition }: HeldCard, language: Language) -> CardRow {
    let (receipt, ground) = opposition.unzip();
    CardRow {
        number: card.number.to_string(),
        kind: card.kind.to_string(),
        temporary: card.temporary,
        exercise: exercise(language, &card.exercise),
        status: words::card_state(state),
        class: state.as_str(),
        expires_at: card.life.expires_at().map(Shown),
        replaces: card.replaces.as_ref().map(ToString::to_string),
        order_number: card.order_number.clone(),
        ground: ground.map(|ground| words::ground_of(&ground)),
        receipt,
        certificates: certificates.into_iter().map(certificate_row).collect(),
    }
}

fn certificate_row(one: AttachedCertificate) -> CertificateRow {
    CertificateRow {
        usage: words::key_usage(one.usage),
        status: one
            .status
            .map_or(Key::of("certificate-status-unknown"), |status| words::certificate_status(status.word())),
        issuer: one.issuer,
        serial: one.serial,
    }
}

fn order_row(order: OrderSummary, language: Language) -> OrderRow {
    let object = match order.replaces {
        Some(card) => language.say("person-order-replaces").with("kind", &order.kind).with("card", card),
        None => language.say("person-order-new").with("kind", &order.kind),
    };
    OrderRow {
        number: order.number,
        object: object.to_string(),
        status: words::order_state(order.status),
        class: order.status,
        submitted_at: Shown(order.submitted_at),
    }
}

fn ticket_row(ticket: HolderTicket) -> TicketRow {
    TicketRow {
        number: ticket.number,
        declared: ticket.identifier,
        ground: words::ground_of(&ticket.ground),
        opened_at: Shown(ticket.opened_at),
        outcome: Key::of(match ticket.outcome.as_deref() {
            None => "person-ticket-waits",
            Some("opposed") => "person-ticket-opposed",
            Some(_) => "person-ticket-dismissed",
        }),
        closed_at: ticket.closed_at.map(Shown),
    }
}

fn notice_row(notice: HolderNotice, language: Language) -> NoticeRow {
    let (state, at) = match (notice.sent_at, notice.failed_at) {
        (Some(sent), _) => (Key::of("person-notice-sent"), Some(Shown(sent))),
        (None, Some(failed)) => (Key::of("person-notice-given-up"), Some(Shown(failed))),
        (None, None) => (Key::of("person-notice-waits"), None),
    };
    NoticeRow {
        notice: words::notice(&notice.notice),
        subject: subject(language, &notice.subject),
        created_at: Shown(notice.created_at),
        state,
        at,
    }
}

/// What a notice is about, by the words of the database: `card 2600000017`, and what may follow.
fn subject(language: Language, stored: &str) -> String {
    let words = stored.split_once(' ');
    match words.map(|(kind, name)| (kind, name.split(' ').next().unwrap_or_default())) {
        Some(("card", number)) => {
            language.say(Key::of("person-about-card")).with("number", number).to_string()
        }
        Some(("order", number)) => {
            language.say(Key::of("person-about-order")).with("number", number).to_string()
        }
        _ => stored.to_owned(),
    }
}
