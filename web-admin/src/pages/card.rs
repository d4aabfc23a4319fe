//! One card: its state, its certificates, and its opposition.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use ca_core::certificate::CertificateStatus;
use card::{CardLife, CardNumber, CardStatus};
use professional_registry::{ImportedRegister, Profession};
use registration_authority::officers::Right;
use registration_authority::opposition::Ground;
use registration_authority::opposition::requester::Requester;
use registration_authority::suspension::{CardState, SuspensionPolicy};
use registration_authority::views::{self, AttachedCertificate, CardView};
use store::{BrokenRule, Timestamp};

use super::suspension::Shows;
use super::{Address, FieldError, filters, page, signing};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::typography::{self, Shown};
use crate::words;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/cartes/{number}").get(|| web::get().to(show)).needs(Right::ReadCard)];

#[derive(Template)]
#[template(path = "card.html")]
pub(super) struct CardPage {
    frame: Frame,
    number: String,
    kind: String,
    temporary: bool,
    holder: String,
    holder_name: Option<String>,
    exercise: String,
    order_number: String,
    replaces: Option<String>,
    status: Key,
    status_class: &'static str,
    status_since: Option<Shown>,
    expires_at: Option<Shown>,
    change: Option<Changed>,
    certificates: Vec<Line>,
    suspension: Option<Shows>,
    can_suspend: bool,
    can_oppose: bool,
    grounds: Vec<Choice>,
    requesters: Vec<Choice>,
    /// What was typed beside the requester: a mandate's number, or an employer's.
    identity: String,
    errors: Vec<FieldError>,
    /// Every rule that forbids what was asked for.
    rules: Vec<BrokenRule>,
}

/// What an officer declared that was not taken, and why: shown again.
#[derive(Default)]
pub(super) struct Declined {
    pub(super) errors: Vec<FieldError>,
    pub(super) rules: Vec<BrokenRule>,
    pub(super) ground: String,
    pub(super) requester: String,
    pub(super) identity: String,
}

impl CardPage {
    fn section(&self) -> &'static str {
        "cartes"
    }

    fn error(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == field)
    }
}

/// What the register says otherwise than when the card was ordered.
struct Changed {
    rule: &'static str,
    sentence: &'static str,
}

struct Line {
    usage: Key,
    issuer: String,
    serial: String,
    status: Key,
    revoked_at: Option<Shown>,
}

struct Choice {
    code: &'static str,
    label: Key,
    chosen: bool,
}

async fn show(desk: Desk, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let number = card_number(&number)?;
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &number, Declined::default())).await?;
    page(StatusCode::OK, &template)
}

/// The number in an address.
pub(super) fn card_number(text: &str) -> Result<CardNumber, Failure> {
    text.parse().map_err(|_| Failure::of(card::faults::NOT_FOUND))
}

/// The card as it stands, on one picture of the database.
pub(super) fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &CardNumber,
    declined: Declined,
) -> Result<CardPage, Failure> {
    let may_oppose = work.officer.role.may(Right::Oppose);
    let allowed = work.state.suspensions() == SuspensionPolicy::Allowed;
    let signs = signing::can_sign(work)?;
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let CardView { card, state, holder, change, certificates, suspension } =
            views::card(db, &mut ImportedRegister, number, act)?;
        let status = card.life.status();
        let status_since = match (state, &suspension) {
            (CardState::Suspended, Some(suspension)) => Some(suspension.suspended_at),
            _ => since(&card.life),
        };
        let suspension =
            suspension.map(|suspension| Shows::of(db, &suspension, language, officer, signs)).transpose()?;
        let over = matches!(status, CardStatus::Opposed | CardStatus::Expired | CardStatus::Cancelled);
        Ok(CardPage {
            frame,
            number: number.to_string(),
            kind: card.kind.to_string(),
            temporary: card.temporary,
            holder_name: holder.map(|record| typography::name(&record.family_name, &record.given_name)),
            exercise: exercise(language, &card.exercise),
            order_number: card.order_number.clone(),
            replaces: card.replaces.as_ref().map(ToString::to_string),
            status: words::card_state(state),
            status_class: state.as_str(),
            status_since: status_since.map(Shown),
            expires_at: card.life.expires_at().map(Shown),
            change: change.map(|rule| Changed { rule: &rule.id, sentence: &rule.sentence }),
            certificates: certificates.into_iter().map(line).collect(),
            can_suspend: may_oppose && allowed && status == CardStatus::Active && suspension.is_none(),
            suspension,
            can_oppose: may_oppose && !over,
            grounds: Ground::ALL.into_iter().map(|ground| choice(ground, &declined.ground)).collect(),
            requesters: asks(&card.exercise, &declined.requester),
            identity: declined.identity,
            errors: declined.errors,
            rules: declined.rules,
            holder: card.holder,
        })
    })
}

/// `profession:60` in words.
pub(super) fn exercise(language: Language, key: &str) -> String {
    if let Some(structure) = key.strip_prefix("structure:") {
        return language.say("card-staff-of").with("structure", structure).to_string();
    }
    let profession = key.strip_prefix("profession:").and_then(Profession::from_code);
    profession.map_or_else(|| key.to_owned(), |profession| profession.label().to_owned())
}

fn since(life: &CardLife) -> Option<Timestamp> {
    match life {
        CardLife::Ordered { at }
        | CardLife::Delivered { at, .. }
        | CardLife::Active { at, .. }
        | CardLife::Opposed { at }
        | CardLife::Cancelled { at } => Some(*at),
        CardLife::Expired { expires_at } => Some(*expires_at),
        CardLife::Batched { .. } | CardLife::Personalised { .. } | CardLife::Certified { .. } => None,
    }
}

fn line(one: AttachedCertificate) -> Line {
    let revoked_at = match &one.status {
        Some(CertificateStatus::Revoked { at, .. }) => Some(Shown(*at)),
        _ => None,
    };
    Line {
        usage: words::key_usage(one.usage),
        status: one
            .status
            .map_or(Key::of("certificate-status-unknown"), |status| words::certificate_status(status.word())),
        issuer: one.issuer,
        serial: one.serial,
        revoked_at,
    }
}

/// Who may have asked for a card of this sort, as far as an officer writes it down: of a professional's, nobody's structure.
fn asks(exercise: &str, chosen: &str) -> Vec<Choice> {
    let of_staff = exercise.starts_with("structure:");
    let all =
        [Requester::Authority, Requester::Holder, Requester::Structure, Requester::EmployingProfessional];
    let asks = all.into_iter().take(if of_staff { 4 } else { 2 });
    let chosen = if chosen.is_empty() { Requester::Authority.as_str() } else { chosen };
    let choice = |who: Requester| Choice {
        code: who.as_str(),
        label: words::requester(who),
        chosen: who.as_str() == chosen,
    };
    asks.map(choice).collect()
}

fn choice(ground: Ground, chosen: &str) -> Choice {
    Choice { code: ground.as_str(), label: words::ground(ground), chosen: ground.as_str() == chosen }
}
