//! `igc opposition add --ground suspended | suspensions | lift`: cards that are stopped for a time.

use std::process::ExitCode;

use card::CardNumber;
use registration_authority::approval::Verdict;
use registration_authority::decision::Standing;
use registration_authority::faults;
use registration_authority::suspension::{self, Suspension};
use serde::Serialize;
use store::{Database, Kind};

use super::word;
use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::status_hint;

/// Most suspensions that are listed.
const LISTED: i64 = 1000;

/// Suspends a card, as an officer who may oppose it.
pub fn suspend(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    card: &CardNumber,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let policy = installation.config.opposition.suspensions();
    let done = suspension::suspend(db, policy, card, &mut system_rng(), &act)?;
    let receipt = Receipt {
        suspension: done.number,
        card: done.card.to_string(),
        suspended_at: done.suspended_at.to_string(),
        certificates: done.certificates.iter().map(|(_, serial)| serial.to_string()).collect(),
        publication: word(status_hint::ask(&installation.dir, done.status_sequence)),
    };
    output::one(global.output, &receipt, || {
        format!(
            "card {} is suspended since {}, with its {} certificates ({}); two officers lift that with `igc opposition lift`\n",
            receipt.card,
            receipt.suspended_at,
            receipt.certificates.len(),
            receipt.suspension
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

pub fn list(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let rows: Vec<SuspensionRow> = suspension::open(db, LISTED)?.iter().map(SuspensionRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Approves that a suspension is lifted, or refuses it for a reason and with the officer's own sentence.
pub fn decide(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    card: &CardNumber,
    refused: Option<(&str, Option<&str>)>,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let login = act.actor.officer().unwrap_or_default();
    let none = || Problem::new(faults::SUSPENSION_NONE, format!("card {card} is not suspended"));
    let (subject, rng) = (suspension::of_card(db, card)?.ok_or_else(none)?.decidable(), &mut system_rng());
    let (verdict, proof) = match refused {
        None => (Verdict::Approve, approver.approve(&subject, login, rng, act.at)?),
        Some(refusal) => (Verdict::Refuse, approver.refuse(&subject, refusal, login, rng, act.at)?),
    };
    let (verifier, text) = (approver.verifier(), refused.and_then(|(_, text)| text));
    let after = db.write(|db| suspension::decide(db, &verifier, card, verdict, &proof, text, rng, &act))?;
    output::list(global.output, &[SuspensionRow::of(&after)])?;
    Ok(match (verdict, after.standing()) {
        (Verdict::Approve, Standing::Held { .. }) => ExitCode::from(Kind::AwaitsApproval.exit_code()),
        _ => ExitCode::SUCCESS,
    })
}

#[derive(Serialize)]
struct Receipt {
    suspension: String,
    card: String,
    suspended_at: String,
    certificates: Vec<String>,
    /// `published`: the status role of this node has applied it. `under-way`: it is recorded for good.
    publication: &'static str,
}

#[derive(Serialize)]
struct SuspensionRow {
    suspension: String,
    card: String,
    suspended_at: String,
    suspended_by: String,
    /// `held`, or `released` until the worker has lifted it.
    standing: &'static str,
    /// Who has proposed that it is lifted.
    approved_by: Option<String>,
}

impl SuspensionRow {
    fn of(suspension: &Suspension) -> Self {
        let standing = suspension.standing();
        Self {
            suspension: suspension.number.clone(),
            card: suspension.card.to_string(),
            suspended_at: suspension.suspended_at.to_string(),
            suspended_by: suspension.suspended_by.clone(),
            standing: standing.as_str(),
            approved_by: match standing {
                Standing::Held { approved_by } => approved_by,
                Standing::Released | Standing::Refused => None,
            },
        }
    }
}

impl Row for SuspensionRow {
    const HEADINGS: &'static [&'static str] =
        &["SUSPENSION", "CARD", "SINCE", "BY", "STANDING", "LIFT PROPOSED BY"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.suspension.clone(),
            self.card.clone(),
            self.suspended_at.clone(),
            self.suspended_by.clone(),
            self.standing.to_owned(),
            self.approved_by.clone().unwrap_or_default(),
        ]
    }
}
