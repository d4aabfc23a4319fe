//! What officers write about an order for each other.

use std::process::ExitCode;

use registration_authority::order::{self, Note};
use serde::Serialize;
use serde_json::json;
use store::Database;

use crate::api::Api;
use crate::cli::decision::{address, plain};
use crate::cli::{Global, remote};
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;

pub(super) fn write(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    (number, text): (&str, &str),
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let note = db.write(|db| order::note(db, number, text, &mut system_rng(), &act))?;
    output::list(global.output, &[NoteRow::of(&note)])?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    number: &str,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    order::get(db, number)?;
    let rows: Vec<NoteRow> = order::notes(db, number, &act)?.iter().map(NoteRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

/// On another machine.
pub(super) fn write_there(global: &Global, api: &Api, number: &str, text: &str) -> Result<ExitCode, Problem> {
    remote::post(global, api, &format!("{}/notes", address(number)?), &json!({ "note": text }))
}

/// On another machine, a page.
pub(super) fn list_there(
    global: &Global,
    api: &Api,
    number: &str,
    after: Option<&str>,
) -> Result<ExitCode, Problem> {
    let after = after.map(plain).transpose()?;
    let after = after.map_or_else(String::new, |after| format!("?after={after}"));
    remote::show(global, api, &format!("{}/notes{after}", address(number)?))
}

#[derive(Serialize)]
struct NoteRow {
    id: String,
    written_by: String,
    written_at: String,
    note: String,
}

impl NoteRow {
    fn of(note: &Note) -> Self {
        Self {
            id: note.id.clone(),
            written_by: note.written_by.clone(),
            written_at: note.written_at.to_string(),
            note: note.note.clone(),
        }
    }
}

impl Row for NoteRow {
    const HEADINGS: &'static [&'static str] = &["WRITTEN BY", "AT", "NOTE"];

    fn cells(&self) -> Vec<String> {
        vec![self.written_by.clone(), self.written_at.clone(), self.note.clone()]
    }
}
