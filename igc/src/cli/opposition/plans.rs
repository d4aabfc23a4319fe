//! `igc opposition lapses | plans | release | reject`: cards that the register no longer supports.

use std::process::ExitCode;

use registration_authority::approval::Verdict;
use registration_authority::decision::Standing;
use registration_authority::lapse::{self, Lapse, OppositionPlan};
use registration_authority::opposition::Ground;
use serde::Serialize;
use store::Database;

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output::{self, Row};
use crate::problem::Problem;

/// Most lapses that are listed.
const LISTED: i64 = 1000;

pub fn lapses(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let rows: Vec<LapseRow> = lapse::open(db, LISTED)?.into_iter().map(LapseRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

pub fn plans(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let rows: Vec<PlanRow> = lapse::waiting(db)?.iter().map(PlanRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Approves the release of a plan, or refuses it for a reason and with the officer's own sentence.
pub fn decide(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    plan: &str,
    refused: Option<(&str, Option<&str>)>,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let login = act.actor.officer().unwrap_or_default();
    let (subject, rng) = (lapse::get(db, plan)?.decidable(), &mut system_rng());
    let (verdict, proof) = match refused {
        None => (Verdict::Approve, approver.approve(&subject, login, rng, act.at)?),
        Some(refusal) => (Verdict::Refuse, approver.refuse(&subject, refusal, login, rng, act.at)?),
    };
    let (verifier, text) = (approver.verifier(), refused.and_then(|(_, text)| text));
    let plan = db.write(|db| lapse::decide(db, &verifier, plan, verdict, &proof, text, rng, &act))?;
    output::list(global.output, &[PlanRow::of(&plan)])?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct LapseRow {
    card: String,
    holder: String,
    cause: String,
    found_at: String,
    /// SHA-256 of the directory's answer that says it again, and why, where it says so.
    second_answer: Option<String>,
    ground: Option<&'static str>,
    plan: Option<String>,
    by_itself: bool,
}

impl LapseRow {
    fn of(lapse: Lapse) -> Self {
        Self {
            card: lapse.card.to_string(),
            by_itself: lapse.ends_by_itself(),
            found_at: lapse.found_at.to_string(),
            second_answer: lapse.second_answer,
            ground: lapse.ground.map(Ground::as_str),
            holder: lapse.holder,
            cause: lapse.cause,
            plan: lapse.plan,
        }
    }
}

impl Row for LapseRow {
    const HEADINGS: &'static [&'static str] = &["CARD", "HOLDER", "CAUSE", "FOUND", "PLAN", "ENDS BY ITSELF"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.card.clone(),
            self.holder.clone(),
            self.cause.clone(),
            self.found_at.clone(),
            self.plan.clone().unwrap_or_default(),
            if self.by_itself { "yes" } else { "an officer decides" }.to_owned(),
        ]
    }
}

#[derive(Serialize)]
struct PlanRow {
    plan: String,
    standing: &'static str,
    approved_by: Option<String>,
    cards: usize,
    certificates: usize,
    open: usize,
    planned_at: String,
}

impl PlanRow {
    fn of(plan: &OppositionPlan) -> Self {
        let standing = plan.standing();
        Self {
            plan: plan.id.clone(),
            cards: plan.items.len(),
            certificates: plan.certificates.len(),
            open: plan.waiting(),
            planned_at: plan.planned_at.to_string(),
            approved_by: match &standing {
                Standing::Held { approved_by } => approved_by.clone(),
                Standing::Released | Standing::Refused => None,
            },
            standing: standing.as_str(),
        }
    }
}

impl Row for PlanRow {
    const HEADINGS: &'static [&'static str] =
        &["PLAN", "STANDING", "APPROVED BY", "CARDS", "CERTIFICATES", "OPEN", "PLANNED"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.plan.clone(),
            self.standing.to_owned(),
            self.approved_by.clone().unwrap_or_default(),
            self.cards.to_string(),
            self.certificates.to_string(),
            self.open.to_string(),
            self.planned_at.clone(),
        ]
    }
}
