//! Renewal plans that wait for their approval.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::Verdict;
use registration_authority::eligibility::rule_of_exclusion;
use registration_authority::officers::{self, Right};
use registration_authority::renewal::{self, Outcome as Planned, RenewalPlan};
use registration_authority::views;
use store::{Code, Database};

use super::dossier::author;
use super::hidden::hidden_of;
use super::outcome::Outcome;
use super::release::Problem;
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::{self, Shown};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/renouvellements").get(|| web::get().to(show)).needs(Right::ReadQueue),
    Address::at("/ra/renouvellements/{plan}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    plans: Vec<Plan>,
    hidden: Option<String>,
}

impl PlansPage {
    fn section(&self) -> &'static str {
        "renouvellements"
    }
}

struct Plan {
    id: String,
    planned_by: String,
    planned_at: Shown,
    horizon: Shown,
    renewed: String,
    /// Two officers approve it.
    asks_for_two: bool,
    /// Who is the first of them.
    first: Option<String>,
    items: Vec<Item>,
    /// Whether this officer sees the button. A help to him: the rule is asked again at each act.
    decides: bool,
}

struct Item {
    card: String,
    kind: String,
    holder: String,
    /// The rule by which it is not renewed, where one says so, and the code of why.
    excluded: Option<(Option<&'static str>, String)>,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let approved = query.get("approuve").cloned();
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, approved.as_deref(), None)).await?;
    page(StatusCode::OK, &template)
}

/// Approves a plan, every line of it, and answers: by GET when it is done, with the page and why not otherwise.
async fn approve(id: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (id, frame) = (id.into_inner(), desk.frame());
    let done = format!("/ra/renouvellements?approuve={id}");
    let outcome = desk
        .work(move |work| {
            let recorded = record(work, frame.clone(), &id, &fields);
            Outcome::of(recorded, |code| read(work, frame, None, Some(code)))
        })
        .await?;
    outcome.answer(&done)
}

/// Records the approval; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    id: &str,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let plan = views::plan(work.db, id, work.act)?;
    let subject = plan.decidable();
    let asked = Asked {
        subject: &subject,
        verdict: Verdict::Approve,
        reason: None,
        what: Key::of("sign-approve-renewal"),
        lines: vec![
            (Key::of("sign-line-plan"), plan.id.clone()),
            (Key::of("sign-line-renewed-cards"), renewed(&plan)),
            (Key::of("sign-line-plan-cards"), count(plan.items.len())),
            (Key::of("sign-line-horizon"), frame.long(&Shown(plan.horizon))),
            (Key::of("sign-line-planned-by"), plan.planned_by.clone()),
            (Key::of("sign-line-planned-at"), frame.long(&Shown(plan.planned_at))),
        ],
        leaves: None,
        action: format!("/ra/renouvellements/{id}/approuver"),
        back: "/ra/renouvellements".to_owned(),
    };
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| renewal::approve(db, verifier, id, &proof, rng, act))?;
    Ok(None)
}

/// The page; it says of a plan that was just approved whether it waits for a second officer.
fn read(
    work: &mut Work<'_>,
    frame: Frame,
    approved: Option<&str>,
    problem: Option<Code>,
) -> Result<PlansPage, Failure> {
    let decides = work.officer.role.may(Right::Decide) && signing::can_sign(work)?;
    let (officer, act) = (work.officer, work.act);
    work.db.snapshot(|db| {
        let mut plans = Vec::new();
        let waiting = views::plans(db, act)?;
        for plan in waiting.shown {
            let decides = decides
                && plan.planned_by != officer.login
                && plan.first_of_two() != Some(officer.login.as_str());
            plans.push(Plan { decides, ..shown(db, frame.language(), &plan)? });
        }
        let done = approved.map(|id| match plans.iter().any(|plan| plan.id == id && plan.first.is_some()) {
            true => Key::of("plans-approved-first"),
            false => Key::of("plans-approved"),
        });
        let hidden = hidden_of(frame.language(), waiting.hidden, &Key::of("hidden-plans"), &officer.scope);
        Ok(PlansPage { frame, done, problem: problem.map(Problem::of), plans, hidden })
    })
}

fn shown(db: &mut Database, language: Language, plan: &RenewalPlan) -> Result<Plan, Failure> {
    let item = |item: &renewal::PlanItem| Item {
        card: item.card.to_string(),
        kind: item.kind.to_string(),
        holder: item.holder.clone(),
        excluded: match &item.outcome {
            Planned::Renew => None,
            Planned::Excluded(code) => {
                Some((rule_of_exclusion(item.kind, code).map(|rule| rule.id.as_str()), code.to_string()))
            }
        },
    };
    Ok(Plan {
        id: plan.id.clone(),
        planned_by: author(db, language, &plan.planned_by)?,
        planned_at: Shown(plan.planned_at),
        horizon: Shown(plan.horizon),
        renewed: renewed(plan),
        asks_for_two: plan.asks_for_two(),
        first: plan.first_of_two().map(|login| author(db, language, login)).transpose()?,
        items: plan.items.iter().map(item).collect(),
        decides: false,
    })
}

fn renewed(plan: &RenewalPlan) -> String {
    count(plan.renews())
}

fn count(number: usize) -> String {
    typography::thousands(i64::try_from(number).unwrap_or(i64::MAX))
}
