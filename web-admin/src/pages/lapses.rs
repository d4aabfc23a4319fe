//! Cards that the register no longer supports: those that wait, and the plans that two officers release.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::decision::{self, Standing};
use registration_authority::faults as rules;
use registration_authority::lapse::{self, CertificateLapse, ChangedCard, Lapse, OppositionPlan};
use registration_authority::officers::{self, Officer, Right};
use registration_authority::views::{self, PlanView};
use store::{Code, Database};

use super::hidden::hidden_of;
use super::outcome::Outcome;
use super::release::{self, Past, Problem, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

/// Most cards on the page; the command line lists more.
const SHOWN: i64 = 200;

/// The cause of a lapse because nobody speaks for the structure any more.
const NO_MANDATE: &str = rules::ORDER_NOT_MANDATED.name;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/caducites").get(|| web::get().to(show)).needs(Right::ReadCard),
    Address::at("/ra/caducites/{plan}/liberer").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/caducites/{plan}/rejeter").post(|| web::post().to(refuse)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "lapses.html")]
struct LapsesPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    plans: Vec<Plan>,
    plans_hidden: Option<String>,
    reasons: Vec<Reason>,
    rows: Vec<Row>,
    rows_hidden: Option<String>,
    certificates: Vec<CertificateRow>,
    certificates_hidden: Option<String>,
    changed: Vec<ChangedRow>,
    changed_count: String,
    /// Where the next page of them begins.
    changed_next: Option<String>,
    changed_hidden: Option<String>,
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
    /// How many cards or certificates its reader is shown of it.
    size: String,
    open: String,
    /// How many he is not, in words.
    hidden: Option<String>,
    status: Key,
    status_class: &'static str,
    decisions: Vec<Past>,
    undecided: bool,
    /// Why this officer does not see the buttons.
    barred: Option<String>,
}

struct Row {
    card: String,
    holder: String,
    cause: Key,
    found_at: Shown,
    next: String,
}

struct CertificateRow {
    request: String,
    certificate: String,
    holder: String,
    cause: Key,
    found_at: Shown,
    next: String,
}

/// A card that lives on, of which the register says otherwise than when it was ordered.
struct ChangedRow {
    card: String,
    holder: String,
    rule: &'static str,
    sentence: &'static str,
    found_at: Shown,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let changed_after = query.get("apres").cloned();
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, changed_after.as_deref(), done, None)).await?;
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
            let recorded = record(work, frame.clone(), &plan, verdict, &fields);
            Outcome::of(recorded, |code| read(work, frame, None, None, Some(code)))
        })
        .await?;
    outcome.answer(&format!("/ra/caducites?fait={done}"))
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
    let planned = lapse::get(work.db, plan)?;
    let subject = planned.decidable();
    // Nothing is signed for what he may not decide on: a plan is about everybody.
    decision::may_decide(work.db, &subject, subject.version, work.act)?;
    let reason = release::reason(verdict, fields)?;
    let asked = asked(frame.language(), &subject, verdict, reason, &planned);
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| lapse::decide(db, verifier, plan, verdict, &proof, text, rng, act))?;
    Ok(None)
}

fn asked<'a>(
    language: Language,
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
    plan: &OppositionPlan,
) -> Asked<'a> {
    let id = &plan.id;
    let (act, what) = match verdict {
        Verdict::Approve => ("liberer", Key::of("sign-release-plan")),
        Verdict::Refuse => ("rejeter", Key::of("sign-refuse-plan")),
    };
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines: vec![
            (Key::of("sign-line-plan"), id.clone()),
            (Key::of("sign-line-opposed-cards"), plan.items.len().to_string()),
            (Key::of("sign-line-feed-digest"), plan.feed.clone()),
            (Key::of("sign-line-planned-at"), language.long(Shown(plan.planned_at))),
        ],
        leaves: None,
        action: format!("/ra/caducites/{id}/{act}"),
        back: "/ra/caducites".to_owned(),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    changed_after: Option<&str>,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<LapsesPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let hidden = |count, what| hidden_of(language, count, &Key::of(what), &officer.scope);
        let waiting = views::opposition_plans(db, act)?;
        let mut plans = Vec::new();
        for one in &waiting.shown {
            let hidden = hidden(one.hidden(), "hidden-plan-rows");
            plans.push(Plan { hidden, ..plan(db, one, language, officer, signs)? });
        }
        let mut lapses = views::open_lapses(db, SHOWN + 1, act)?;
        let more = lapses.shown.len() > SHOWN as usize;
        lapses.shown.truncate(SHOWN as usize);
        let certificates = views::open_certificate_lapses(db, SHOWN, act)?;
        let changed = views::changed_cards(db, changed_after, SHOWN, act)?;
        Ok(LapsesPage {
            frame,
            done,
            problem: problem.map(Problem::of),
            plans,
            plans_hidden: hidden(waiting.hidden, "hidden-plans"),
            reasons: release::reasons(SubjectKind::OppositionPlan),
            rows: lapses.shown.into_iter().map(|lapse| row(lapse, language)).collect(),
            rows_hidden: hidden(lapses.hidden, "hidden-cards"),
            certificates_hidden: hidden(certificates.hidden, "hidden-certificates"),
            certificates: certificates
                .shown
                .into_iter()
                .map(|lapse| certificate_row(lapse, language))
                .collect(),
            changed_hidden: hidden(changed.hidden, "hidden-cards"),
            changed_count: language.thousands(changed.count),
            changed_next: changed.page.next,
            changed: changed.page.cards.into_iter().map(changed_row).collect(),
            more,
        })
    })
}

fn plan(
    db: &mut Database,
    view: &PlanView,
    language: Language,
    officer: &Officer,
    signs: bool,
) -> Result<Plan, Failure> {
    let plan = &view.plan;
    let (cards, certificates) = (&view.cards.shown, &view.certificates.shown);
    let open =
        cards.iter().filter(|item| item.open).count() + certificates.iter().filter(|item| item.open).count();
    let standing = plan.standing();
    let count = |number: usize| language.thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let (status, status_class) = match &standing {
        Standing::Held { approved_by: None } => (Key::of("lapses-awaits-two"), "submitted"),
        Standing::Held { approved_by: Some(_) } => (Key::of("lapses-awaits-second"), "submitted"),
        Standing::Released => (Key::of("lapses-released"), "approved"),
        Standing::Refused => (Key::of("lapses-refused"), "refused"),
    };
    Ok(Plan {
        id: plan.id.clone(),
        planned_at: Shown(plan.planned_at),
        size: count(cards.len() + certificates.len()),
        open: count(open),
        hidden: None,
        status,
        status_class,
        decisions: Past::of(db, &plan.decisions, 1)?,
        undecided: matches!(standing, Standing::Held { .. }),
        barred: match officer.role.may(Right::Decide) && !officer.scope.is_everything() {
            true => Some(language.say("lapses-beyond-scope").to_string()),
            false => release::barred(language, officer, &standing, signs),
        },
    })
}

fn certificate_row(lapse: CertificateLapse, language: Language) -> CertificateRow {
    let next = match &lapse.plan {
        Some(plan) => language.say("lapses-plan").with("plan", plan),
        None if lapse.cause == NO_MANDATE => language.say("lapses-next-mandate"),
        None if lapse.ends_by_itself() => language.say("lapses-next-revoked"),
        None => language.say("lapses-next-officer"),
    };
    CertificateRow {
        certificate: format!("{} {}", lapse.issuer, lapse.serial),
        cause: words::lapse_cause(&lapse.cause),
        found_at: Shown(lapse.found_at),
        next: next.to_string(),
        request: lapse.request,
        holder: lapse.holder,
    }
}

fn row(lapse: Lapse, language: Language) -> Row {
    let next = match (&lapse.plan, &lapse.second_answer) {
        (Some(plan), _) => language.say("lapses-plan").with("plan", plan),
        (None, Some(_)) => match lapse.ground {
            Some(ground) => {
                language.say("lapses-next-confirmed-for").with("ground", language.say(words::ground(ground)))
            }
            None => language.say("lapses-next-confirmed"),
        },
        (None, None) if lapse.cause == NO_MANDATE => language.say("lapses-next-mandate"),
        (None, None) if lapse.ends_by_itself() => language.say("lapses-next-extract"),
        (None, None) => language.say("lapses-next-officer"),
    };
    Row {
        card: lapse.card.to_string(),
        cause: words::lapse_cause(&lapse.cause),
        found_at: Shown(lapse.found_at),
        holder: lapse.holder,
        next: next.to_string(),
    }
}

fn changed_row(changed: ChangedCard) -> ChangedRow {
    ChangedRow {
        card: changed.card.to_string(),
        rule: &changed.rule.id,
        sentence: &changed.rule.sentence,
        found_at: Shown(changed.found_at),
        holder: changed.holder,
    }
}

fn done_in_words(done: &str) -> Option<Key> {
    Some(Key::of(match done {
        "liberation" => "lapses-done-release",
        "rejet" => "lapses-done-rejection",
        _ => return None,
    }))
}
