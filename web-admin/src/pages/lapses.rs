//! Cards that the register no longer supports: those that wait, and the plans that two officers release.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::decision::Standing;
use registration_authority::lapse::{self, CertificateLapse, Lapse, OppositionPlan};
use registration_authority::officers::{self, Officer, Right};
use registration_authority::views;
use store::{Code, Database};

use super::release::{self, Past, Problem, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::posted::{Fields, Posted};
use crate::typography::{self, Shown};
use crate::words;

/// Most cards on the page; the command line lists more.
const SHOWN: i64 = 200;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/caducites").get(|| web::get().to(show)).needs(Right::ReadCard),
    Address::at("/ra/caducites/{plan}/liberer").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/caducites/{plan}/rejeter").post(|| web::post().to(refuse)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "lapses.html")]
struct LapsesPage {
    frame: Frame,
    done: Option<&'static str>,
    problem: Option<Problem>,
    plans: Vec<Plan>,
    reasons: Vec<Reason>,
    rows: Vec<Row>,
    certificates: Vec<CertificateRow>,
    more: bool,
}

impl LapsesPage {
    fn section(&self) -> &'static str {
        "caducites"
    }
}

struct Plan {
    id: String,
    planned_at: Shown,
    size: String,
    open: String,
    status: &'static str,
    status_class: &'static str,
    decisions: Vec<Past>,
    undecided: bool,
    /// Why this officer does not see the buttons.
    barred: Option<String>,
}

struct Row {
    card: String,
    holder: String,
    cause: &'static str,
    found_at: Shown,
    next: String,
}

struct CertificateRow {
    request: String,
    certificate: String,
    holder: String,
    cause: &'static str,
    found_at: Shown,
    next: String,
}

enum Outcome {
    Done,
    Sign(Box<SignPage>),
    Again(Code, Box<LapsesPage>),
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, done, None)).await?;
    page(StatusCode::OK, &template)
}

async fn approve(plan: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(plan.into_inner(), posted, Verdict::Approve, "liberation").await
}

async fn refuse(plan: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(plan.into_inner(), posted, Verdict::Refuse, "rejet").await
}

/// Decides on a plan, and answers: by GET when it is done, with the page and why not otherwise.
async fn decide(
    plan: String,
    posted: Posted,
    verdict: Verdict,
    done: &'static str,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            views::opposition_plans(work.db, work.act)?;
            match record(work, frame.clone(), &plan, verdict, &fields) {
                Ok(None) => Ok(Outcome::Done),
                Ok(Some(template)) => Ok(Outcome::Sign(template)),
                Err(failure) => {
                    let code = release::told(failure)?;
                    Ok(Outcome::Again(code, Box::new(read(work, frame, None, Some(code))?)))
                }
            }
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(to(&format!("/ra/caducites?fait={done}"))),
        Outcome::Sign(template) => page(StatusCode::OK, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

/// Records the decision; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    plan: &str,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let subject = lapse::get(work.db, plan)?.decidable();
    let reason = match verdict {
        Verdict::Approve => None,
        Verdict::Refuse => Some(release::reason(fields)?),
    };
    let asked = asked(&subject, verdict, reason, plan);
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = Some(fields.text("precision")).filter(|text| !text.is_empty());
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| lapse::decide(db, verifier, plan, verdict, &proof, text, rng, act))?;
    Ok(None)
}

fn asked<'a>(
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
    plan: &str,
) -> Asked<'a> {
    let (act, what) = match verdict {
        Verdict::Approve => ("liberer", "Approuver les oppositions d'un plan"),
        Verdict::Refuse => ("rejeter", "Rejeter un plan d'oppositions"),
    };
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines: vec![("Plan", plan.to_owned())],
        leaves: None,
        action: format!("/ra/caducites/{plan}/{act}"),
        back: "/ra/caducites".to_owned(),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    done: Option<&'static str>,
    problem: Option<Code>,
) -> Result<LapsesPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, act) = (work.officer, work.act);
    work.db.snapshot(|db| {
        let mut plans = Vec::new();
        for one in views::opposition_plans(db, act)? {
            plans.push(plan(db, &one, officer, signs)?);
        }
        let mut lapses = views::open_lapses(db, SHOWN + 1, act)?;
        let more = lapses.len() > SHOWN as usize;
        lapses.truncate(SHOWN as usize);
        Ok(LapsesPage {
            frame,
            done,
            problem: problem.map(Problem::of),
            plans,
            reasons: release::reasons(SubjectKind::OppositionPlan),
            rows: lapses.into_iter().map(row).collect(),
            certificates: views::open_certificate_lapses(db, SHOWN, act)?
                .into_iter()
                .map(certificate_row)
                .collect(),
            more,
        })
    })
}

fn plan(db: &mut Database, plan: &OppositionPlan, officer: &Officer, signs: bool) -> Result<Plan, Failure> {
    let standing = plan.standing();
    let count = |number: usize| typography::thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let (status, status_class) = match &standing {
        Standing::Held { approved_by: None } => ("En attente de deux opérateurs", "submitted"),
        Standing::Held { approved_by: Some(_) } => ("En attente d'un second opérateur", "submitted"),
        Standing::Released => ("Libéré, oppositions en cours", "approved"),
        Standing::Refused => ("Rejeté", "refused"),
    };
    Ok(Plan {
        id: plan.id.clone(),
        planned_at: Shown(plan.planned_at),
        size: count(plan.size()),
        open: count(plan.waiting()),
        status,
        status_class,
        decisions: Past::of(db, &plan.decisions, 1)?,
        undecided: matches!(standing, Standing::Held { .. }),
        barred: release::barred(officer, &standing, signs),
    })
}

fn certificate_row(lapse: CertificateLapse) -> CertificateRow {
    let next = match &lapse.plan {
        Some(plan) => format!("Plan {plan}"),
        None if lapse.ends_by_itself() => "Révocation si le prochain extrait le confirme".to_owned(),
        None => "Un opérateur décide : un numéro ADELI a pu devenir un numéro RPPS".to_owned(),
    };
    CertificateRow {
        certificate: format!("{} {}", lapse.issuer, lapse.serial),
        cause: words::lapse_cause(&lapse.cause),
        found_at: Shown(lapse.found_at),
        next,
        request: lapse.request,
        holder: lapse.holder,
    }
}

fn row(lapse: Lapse) -> Row {
    let next = match &lapse.plan {
        Some(plan) => format!("Plan {plan}"),
        None if lapse.second_answer.is_some() => match lapse.ground {
            Some(ground) => format!("Confirmé par l’annuaire ({}) : opposition", words::ground(ground)),
            None => "Confirmé par l’annuaire : opposition".to_owned(),
        },
        None if lapse.ends_by_itself() => "Opposition si le prochain extrait le confirme".to_owned(),
        None => "Un opérateur décide : un numéro ADELI a pu devenir un numéro RPPS".to_owned(),
    };
    Row {
        card: lapse.card.to_string(),
        cause: words::lapse_cause(&lapse.cause),
        found_at: Shown(lapse.found_at),
        holder: lapse.holder,
        next,
    }
}

fn done_in_words(done: &str) -> Option<&'static str> {
    Some(match done {
        "liberation" => {
            "Votre approbation est enregistrée. Il en faut deux, de deux opérateurs différents ; les cartes sont ensuite mises en opposition, les certificats révoqués."
        }
        "rejet" => {
            "Le plan est rejeté : aucune de ses cartes, aucun de ses certificats ne prend fin sans qu'un opérateur le décide."
        }
        _ => return None,
    })
}
