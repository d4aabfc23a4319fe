//! `igc registry held | release | reject`: what a brake stopped.

use std::process::ExitCode;

use professional_registry::merges::MergeCase;
use registration_authority::approval::Verdict;
use registration_authority::decision::Standing;
use registration_authority::held_feed::{self, HeldFeed};
use serde::Serialize;
use store::Database;

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output::{self, Row};
use crate::problem::Problem;

pub fn list(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let rows: Vec<HeldRow> = held_feed::waiting(db)?.iter().map(HeldRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

pub fn approve(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    feed: &str,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    decide(global, installation, db, feed, None, officer)
}

pub fn refuse(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    feed: &str,
    reason: (&str, Option<&str>),
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    decide(global, installation, db, feed, Some(reason), officer)
}

/// Approves, or refuses for a reason and with the officer's own sentence.
fn decide(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    feed: &str,
    refused: Option<(&str, Option<&str>)>,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let login = act.actor.officer().unwrap_or_default();
    let (subject, rng) = (held_feed::get(db, feed)?.decidable(), &mut system_rng());
    let (verdict, proof) = match refused {
        None => (Verdict::Approve, approver.approve(&subject, login, rng, act.at)?),
        Some(refusal) => (Verdict::Refuse, approver.refuse(&subject, refusal, login, rng, act.at)?),
    };
    let (verifier, text) = (approver.verifier(), refused.and_then(|(_, text)| text));
    let held = db.write(|db| {
        held_feed::decide(db, &verifier, feed, subject.version, verdict, &proof, text, rng, &act)
    })?;
    let row = HeldRow::of(&held);
    output::one(global.output, &row, || {
        HeldRow::HEADINGS
            .iter()
            .zip(row.cells())
            .map(|(heading, cell)| format!("{:<14} {cell}\n", heading.to_lowercase()))
            .collect()
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct HeldRow {
    feed: String,
    version: i64,
    source: String,
    file_name: String,
    /// Which numbers it is about, where it is no feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<MergeCase>,
    standing: &'static str,
    approved_by: Option<String>,
    refused_for: Option<String>,
    living: u64,
    ceased: u64,
    changed: u64,
    merged: u64,
    reappeared: u64,
    held_at: String,
}

impl HeldRow {
    fn of(held: &HeldFeed) -> Self {
        let HeldFeed { hold, decisions, case } = held;
        let standing = held.standing();
        let refusal = decisions.iter().find(|one| one.subject_version == hold.version && !one.approves());
        Self {
            feed: hold.feed.clone(),
            version: hold.version,
            source: hold.source.clone(),
            file_name: hold.file_name.clone(),
            case: case.clone(),
            refused_for: refusal.and_then(|refusal| refusal.reason_code.clone()),
            living: hold.living,
            ceased: hold.difference.ceased,
            changed: hold.difference.changed,
            merged: hold.difference.merged,
            reappeared: hold.difference.reappeared,
            held_at: hold.held_at.to_string(),
            approved_by: match &standing {
                Standing::Held { approved_by } => approved_by.clone(),
                Standing::Released | Standing::Refused => None,
            },
            standing: standing.as_str(),
        }
    }
}

impl Row for HeldRow {
    const HEADINGS: &'static [&'static str] = &[
        "FEED",
        "VERSION",
        "FILE",
        "STANDING",
        "APPROVED BY",
        "REFUSED FOR",
        "LIVING",
        "CEASED",
        "CHANGED",
        "MERGED",
        "REAPPEARED",
        "AT",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.feed.clone(),
            self.version.to_string(),
            self.case.as_ref().map_or_else(
                || self.file_name.clone(),
                |case| format!("{} {} {}", case.kind.as_str(), case.adeli, case.rpps),
            ),
            self.standing.to_owned(),
            self.approved_by.clone().unwrap_or_default(),
            self.refused_for.clone().unwrap_or_default(),
            self.living.to_string(),
            self.ceased.to_string(),
            self.changed.to_string(),
            self.merged.to_string(),
            self.reappeared.to_string(),
            self.held_at.clone(),
        ]
    }
}
