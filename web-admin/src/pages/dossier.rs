//! One dossier: what is asked for beside what the register says, and the decision.

mod looks;
mod past;
mod register;

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::ImportedRegister;
use registration_authority::approval::SubjectKind;
use registration_authority::decision::Decision;
use registration_authority::faults as rules;
use registration_authority::officers::{self, Officer, Right};
use registration_authority::order::{self, CardOrder, OrderState};
use registration_authority::refusal_reasons::{self, RefusalReason};
use registration_authority::views::{self, Dossier};
use store::{BrokenRule, Code, Database};

use looks::{Asked, Signal};
use past::{Past, PastCard, PastOrder};
use register::Line;

use super::queue::slug;
use super::{Address, filters, page, signing};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::likeness::Likeness;
use crate::typography::{self, Shown};
use crate::words::{self, Refusal};

/// Longest number of an order, in octets.
const NUMBER_BOUND: usize = 32;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/dossiers/{number}").get(|| web::get().to(show)).needs(Right::ReadDossier)];

/// What a page says beside the dossier itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// What was just done.
    pub(super) done: Option<&'static str>,
    /// Why nothing was done.
    pub(super) problem: Option<Code>,
    /// Every rule that what was asked for breaks.
    pub(super) rules: Vec<BrokenRule>,
    /// The reason that was chosen, and the sentence that was typed, so that nobody types it twice.
    pub(super) reason: String,
    pub(super) text: String,
}

#[derive(Template)]
#[template(path = "dossier.html")]
pub(super) struct DossierPage {
    frame: Frame,
    number: String,
    version: i64,
    name: String,
    family_name: String,
    given_name: String,
    category: &'static str,
    holder: String,
    kind: String,
    object: &'static str,
    replaces: Option<String>,
    submitted_by: String,
    own: bool,
    submitted_at: Shown,
    status: &'static str,
    status_class: &'static str,
    status_since: Option<Shown>,
    slug: &'static str,
    made: Option<String>,
    register_says: String,
    comparison: Vec<Line>,
    places: Vec<String>,
    other_exercises: Vec<String>,
    signals: Vec<Signal>,
    two: bool,
    first_approval: Option<String>,
    questions: Vec<Asked>,
    can_ask: bool,
    can_answer: bool,
    decisions: Vec<Past>,
    cards: Vec<PastCard>,
    other_orders: Vec<PastOrder>,
    open: bool,
    barred: Option<String>,
    can_refresh: bool,
    can_withdraw: bool,
    reasons: Vec<Choice>,
    text: String,
    about_reason: bool,
    done: Option<&'static str>,
    problem: Option<Trouble>,
}

impl DossierPage {
    fn section(&self) -> &'static str {
        "file"
    }
}

struct Choice {
    code: &'static str,
    sentence: &'static str,
    chosen: bool,
}

struct Trouble {
    code: &'static str,
    refusal: Refusal,
    rules: Vec<BrokenRule>,
    about_reason: bool,
}

async fn show(
    desk: Desk,
    number: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let frame = desk.frame();
    let said = Said { done, ..Said::default() };
    let template = desk.work(move |work| read(work, frame, &number, said)).await?;
    page(StatusCode::OK, &template)
}

/// A text that can be the number of an order.
pub(super) fn order_number(text: &str) -> Option<String> {
    let fits = (1..=NUMBER_BOUND).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| text.to_owned())
}

/// What submitted where no officer did: `job:renewal`.
pub(super) fn job_name(login: &str) -> String {
    match login {
        "job:registration" => "Inscription au répertoire".to_owned(),
        job if job.starts_with("job:") => "Renouvellement automatique".to_owned(),
        login => login.to_owned(),
    }
}

/// The officer's name for a login that stands in an order or a decision.
pub(super) fn name_of(db: &mut Database, login: &str) -> Result<String, Failure> {
    Ok(officers::find(db, login)?.map_or_else(|| job_name(login), |officer| officer.display_name))
}

/// The dossier as it stands, on one picture of the database.
pub(super) fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    said: Said,
) -> Result<DossierPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, act) = (work.officer, work.act);
    work.db.snapshot(|db| {
        let dossier = views::dossier(db, &mut ImportedRegister, number, act)?;
        compose(db, frame, officer, signs, dossier, said)
    })
}

fn compose(
    db: &mut Database,
    frame: Frame,
    officer: &Officer,
    signs: bool,
    dossier: Dossier,
    said: Said,
) -> Result<DossierPage, Failure> {
    let order = &dossier.order;
    let own = order.submitted_by == officer.login;
    let submitted = order.state == OrderState::Submitted;
    let comparison = register::beside(&dossier);
    let agrees = comparison.iter().all(|line| line.likeness == Likeness::Same);
    let status = order.state.status();
    let waits = matches!(order.state, OrderState::Waiting { .. });
    let approved: Vec<String> = dossier.approved_by().map(str::to_owned).collect();
    let first_approval = match approved.first().filter(|_| submitted) {
        Some(login) => Some(name_of(db, login)?),
        None => None,
    };
    let decisions =
        dossier.decisions.iter().map(|decision| Past::of(db, decision)).collect::<Result<_, Failure>>()?;
    Ok(DossierPage {
        frame,
        number: order.number.clone(),
        version: order.version,
        name: typography::name(&order.family_name, &order.given_name),
        family_name: order.family_name.clone(),
        given_name: order.given_name.clone(),
        category: order.tie.category().map_or("", |category| category.code()),
        holder: order.holder.to_string(),
        kind: order.kind.to_string(),
        object: if order.replaces.is_some() { "en remplacement d’une carte" } else { "nouvelle carte" },
        replaces: order.replaces.as_ref().map(ToString::to_string),
        submitted_by: name_of(db, &order.submitted_by)?,
        own,
        submitted_at: Shown(order.submitted_at),
        status: words::order_status(status),
        status_class: order.state.name(),
        status_since: since(order.state),
        slug: slug(status),
        made: card::of_order(db, &order.number)?.map(|card| card.number.to_string()),
        register_says: register::says(&dossier, agrees),
        places: register::places(db, &dossier)?,
        other_exercises: register::other_exercises(&dossier),
        two: dossier.asks_for_two(),
        signals: dossier.flags.iter().cloned().map(Signal::of).collect(),
        questions: dossier
            .questions
            .iter()
            .cloned()
            .map(|question| Asked::of(db, question))
            .collect::<Result<_, Failure>>()?,
        can_ask: submitted && officer.role.may(Right::Decide),
        can_answer: waits && order::may_withdraw(officer, order),
        decisions,
        cards: dossier.cards.iter().map(PastCard::of).collect(),
        other_orders: dossier.other_orders.iter().map(PastOrder::of).collect(),
        open: submitted,
        barred: barred(officer, own, approved.contains(&officer.login), signs),
        can_refresh: submitted && officer.role.may(Right::Submit) && !agrees,
        can_withdraw: order::may_withdraw(officer, order),
        reasons: choices(&said.reason),
        text: said.text,
        about_reason: said.problem.is_some_and(is_about_reason),
        done: match said.done {
            Some(APPROVED) if first_approval.is_some() => Some(APPROVED_BY_ONE),
            done => done,
        },
        first_approval,
        problem: said.problem.map(|code| Trouble {
            code: code.name,
            refusal: words::refusal(code.name),
            rules: said.rules,
            about_reason: is_about_reason(code),
        }),
        comparison,
    })
}

/// Why this officer does not see the decision's buttons. A help to him: the rule is asked again at each act.
fn barred(officer: &Officer, own: bool, approved: bool, signs: bool) -> Option<String> {
    let code = if !officer.role.may(Right::Decide) {
        rules::OFFICER_ROLE_MISSING
    } else if own {
        rules::ORDER_SELF_APPROVAL
    } else if approved {
        rules::ORDER_SECOND_OFFICER
    } else if !signs {
        crate::faults::DECISION_PROOF_MISSING
    } else {
        return None;
    };
    Some(super::barred(code, Right::Decide))
}

fn choices(chosen: &str) -> Vec<Choice> {
    let choice = |reason: &RefusalReason| Choice {
        code: reason.code,
        sentence: reason.sentence,
        chosen: reason.code == chosen,
    };
    refusal_reasons::of(SubjectKind::CardOrder).map(choice).collect()
}

fn is_about_reason(code: Code) -> bool {
    code == rules::ORDER_REASON_MISSING || code == rules::ORDER_REASON_UNKNOWN
}

fn since(state: OrderState) -> Option<Shown> {
    match state {
        OrderState::Submitted => None,
        OrderState::Waiting { at }
        | OrderState::Approved { at }
        | OrderState::Refused { at }
        | OrderState::Withdrawn { at }
        | OrderState::Ordered { at } => Some(Shown(at)),
    }
}

const APPROVED: &str = "La demande est approuvée. La carte part en fabrication avec le prochain lot.";
const APPROVED_BY_ONE: &str =
    "Votre approbation est enregistrée. Un autre opérateur d'enregistrement doit approuver à son tour.";

fn done_in_words(done: &str) -> Option<&'static str> {
    Some(match done {
        "depot" => "La demande est déposée. Une autre personne que vous doit en décider.",
        "approbation" => APPROVED,
        "question" => "La question est posée : la demande attend le demandeur.",
        "reponse" => "La réponse est enregistrée : la demande est de nouveau à vérifier.",
        "refus" => "La demande est refusée. Le porteur en est averti.",
        "reprise" => "Les données du répertoire sont reprises : relisez la demande avant de décider.",
        "retrait" => "La demande est retirée.",
        _ => return None,
    })
}

/// For the page of a decision that came too late.
pub(super) fn current(work: &mut Work<'_>, number: &str) -> Result<(CardOrder, Vec<Decision>), Failure> {
    let act = work.act;
    work.db.snapshot(|db| {
        let dossier = views::dossier(db, &mut ImportedRegister, number, act)?;
        Ok((dossier.order, dossier.decisions))
    })
}
