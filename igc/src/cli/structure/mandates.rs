//! `igc structure propose | approve | reject | end`

use std::path::Path;
use std::process::ExitCode;

use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{IdNatPs, ImportedRegister};
use registration_authority::approval::Verdict;
use registration_authority::mandate::{self, Mandate, NewMandate, Quality};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{Database, Timestamp};

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::file_problem;

/// Why a mandate that stands is refused after all: a code of the list of reasons.
const ENDED: &str = "mandate-over";

pub(super) fn proposal(
    (structure, agent, quality): (&TechnicalStructureId, &str, Quality),
    identifier: Option<&IdNatPs>,
    (reference, document): (&str, &Path),
    until: Option<Timestamp>,
) -> Result<NewMandate, Problem> {
    let document = std::fs::read(document).map_err(|error| file_problem(document, &error))?;
    Ok(NewMandate {
        structure: structure.clone(),
        login: agent.to_owned(),
        quality,
        identifier: identifier.cloned(),
        reference: reference.to_owned(),
        document: hex::encode(Sha256::digest(document)),
        until,
    })
}

/// The same, as the API reads it.
pub(super) fn as_json(new: &NewMandate) -> Value {
    json!({
        "structure": new.structure.to_string(),
        "agent": new.login,
        "quality": new.quality.as_str(),
        "identifier": new.identifier.as_ref().map(ToString::to_string),
        "reference": new.reference,
        "document": new.document,
        "until": new.until.map(|until| until.to_string()),
    })
}

pub(super) fn propose(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    new: NewMandate,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let proposed =
        db.write(|db| mandate::propose(db, &mut ImportedRegister, new, &mut system_rng(), &act))?;
    show(global, &proposed, act.at)
}

/// Approves, or refuses for a reason and with the officer's own sentence.
pub(super) fn decide(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    number: &str,
    refused: Option<(&str, Option<&str>)>,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let login = act.actor.officer().unwrap_or_default();
    let (subject, rng) = (mandate::get(db, number)?.decidable(), &mut system_rng());
    let (verdict, proof) = match refused {
        None => (Verdict::Approve, approver.approve(&subject, login, rng, act.at)?),
        Some(refusal) => (Verdict::Refuse, approver.refuse(&subject, refusal, login, rng, act.at)?),
    };
    let (verifier, text) = (approver.verifier(), refused.and_then(|(_, text)| text));
    let decided = db.write(|db| mandate::decide(db, &verifier, number, verdict, &proof, text, rng, &act))?;
    show(global, &decided, act.at)
}

/// An officer ends it by refusing it; its agent lays it down.
pub(super) fn end(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    number: &str,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    if act.actor.officer() != Some(mandate::get(db, number)?.login.as_str()) {
        return decide(global, installation, db, number, Some((ENDED, None)), officer);
    }
    let ended = db.write(|db| mandate::lay_down(db, number, &mut system_rng(), &act))?;
    show(global, &ended, act.at)
}

fn show(global: &Global, mandate: &Mandate, at: Timestamp) -> Result<ExitCode, Problem> {
    let row = MandateRow::of(mandate, at);
    output::one(global.output, &row, || {
        let cells = MandateRow::HEADINGS.iter().zip(row.cells());
        cells.map(|(heading, cell)| format!("{:<14} {cell}\n", heading.to_lowercase())).collect()
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
pub(super) struct MandateRow {
    number: String,
    structure: String,
    agent: String,
    quality: &'static str,
    reference: String,
    document: String,
    state: &'static str,
    until: Option<String>,
    proposed_by: String,
}

impl MandateRow {
    pub(super) fn of(mandate: &Mandate, at: Timestamp) -> Self {
        Self {
            number: mandate.number.clone(),
            structure: mandate.structure.to_string(),
            agent: mandate.login.clone(),
            quality: mandate.quality.as_str(),
            reference: mandate.reference.clone(),
            document: mandate.document.clone(),
            state: mandate.state(at).name(),
            until: mandate.until.map(|until| until.to_string()),
            proposed_by: mandate.proposed_by.clone(),
        }
    }
}

impl Row for MandateRow {
    const HEADINGS: &'static [&'static str] =
        &["NUMBER", "STRUCTURE", "AGENT", "QUALITY", "STATE", "UNTIL", "PROPOSED BY", "REFERENCE"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.structure.clone(),
            self.agent.clone(),
            self.quality.to_owned(),
            self.state.to_owned(),
            self.until.clone().unwrap_or_default(),
            self.proposed_by.clone(),
            self.reference.clone(),
        ]
    }
}
