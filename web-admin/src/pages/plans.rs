//! Renewal plans that wait for their approval.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::Verdict;
use registration_authority::eligibility::rule_of_exclusion;
use registration_authority::officers::{self, Right};
use registration_authority::renewal::{self, Outcome as Planned, PlanStatus, RenewalPlan};
use store::{Code, Database};

use super::dossier::name_of;
use super::release::{self, Problem};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::posted::{Fields, Posted};
use crate::typography::{self, Shown};
use crate::words;

/// The newest plans, among which those that wait are looked for.
const LOOKED_AT: i64 = 50;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/renouvellements").get(|| web::get().to(show)).needs(Right::ReadQueue),
    Address::at("/ra/renouvellements/{plan}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    frame: Frame,
    done: bool,
    problem: Option<Problem>,
    plans: Vec<Plan>,
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
    items: Vec<Item>,
    /// Whether this officer sees the button. A help to him: the rule is asked again at each act.
    decides: bool,
}

struct Item {
    card: String,
    kind: String,
    holder: String,
    /// Why it is not renewed.
    excluded: Option<String>,
}

enum Outcome {
    Done,
    Sign(Box<SignPage>),
    Again(Code, Box<PlansPage>),
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let done = query.get("fait").is_some_and(|done| done == "approbation");
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, done, None)).await?;
    page(StatusCode::OK, &template)
}

/// Approves a plan, every line of it, and answers: by GET when it is done, with the page and why not otherwise.
async fn approve(id: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| match record(work, frame.clone(), &id, &fields) {
            Ok(None) => Ok(Outcome::Done),
            Ok(Some(template)) => Ok(Outcome::Sign(template)),
            Err(failure) => {
                let code = release::told(failure)?;
                Ok(Outcome::Again(code, Box::new(read(work, frame, false, Some(code))?)))
            }
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(to("/ra/renouvellements?fait=approbation")),
        Outcome::Sign(template) => page(StatusCode::OK, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

/// Records the approval; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    id: &str,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let plan = renewal::get(work.db, id)?;
    let subject = plan.decidable();
    let asked = Asked {
        subject: &subject,
        verdict: Verdict::Approve,
        reason: None,
        what: "Approuver un plan de renouvellement",
        lines: vec![
            ("Plan", plan.id.clone()),
            ("Cartes renouvelées", renewed(&plan)),
            ("Cartes du plan", count(plan.items.len())),
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

fn read(work: &mut Work<'_>, frame: Frame, done: bool, problem: Option<Code>) -> Result<PlansPage, Failure> {
    let decides = work.officer.role.may(Right::Decide) && signing::can_sign(work)?;
    let (login, act) = (work.officer.login.as_str(), work.act);
    work.db.snapshot(|db| {
        let mut plans = Vec::new();
        officers::require(db, Right::ReadQueue, act)?;
        for id in renewal::list(db, LOOKED_AT)? {
            let plan = renewal::get(db, &id)?;
            if plan.status != PlanStatus::Proposed {
                continue;
            }
            let decides = decides && plan.planned_by != login;
            plans.push(Plan { decides, ..shown(db, &plan)? });
        }
        Ok(PlansPage { frame, done, problem: problem.map(Problem::of), plans })
    })
}

fn shown(db: &mut Database, plan: &RenewalPlan) -> Result<Plan, Failure> {
    let item = |item: &renewal::PlanItem| Item {
        card: item.card.to_string(),
        kind: item.kind.to_string(),
        holder: item.holder.clone(),
        excluded: match &item.outcome {
            Planned::Renew => None,
            Planned::Excluded(code) => {
                let rule = rule_of_exclusion(item.kind, code);
                let named = rule.map_or(String::new(), |rule| format!("{} : ", rule.id));
                Some(format!("{named}{}", words::refusal(code).what))
            }
        },
    };
    Ok(Plan {
        id: plan.id.clone(),
        planned_by: name_of(db, &plan.planned_by)?,
        planned_at: Shown(plan.planned_at),
        horizon: Shown(plan.horizon),
        renewed: renewed(plan),
        items: plan.items.iter().map(item).collect(),
        decides: false,
    })
}

fn renewed(plan: &RenewalPlan) -> String {
    count(plan.items.iter().filter(|item| item.outcome == Planned::Renew).count())
}

fn count(number: usize) -> String {
    typography::thousands(i64::try_from(number).unwrap_or(i64::MAX))
}
