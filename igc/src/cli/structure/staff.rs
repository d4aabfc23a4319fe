//! `igc structure show | declare | leave | import | order | oppose`

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use card::CardNumber;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::mandate;
use registration_authority::opposition::{Ground, request};
use registration_authority::order::{self, NewStaffOrder};
use registration_authority::staff::import::{self, FILE_BOUND, StaffImport};
use registration_authority::staff::{self, NewMember, StaffMember};
use serde::Serialize;
use serde_json::json;
use store::Database;

use super::mandates::MandateRow;
use crate::cli::{Global, PARTLY_DONE};
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::file_problem;

/// Members that one answer shows.
const SHOWN: i64 = 1000;

pub(super) fn show(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    structure: &TechnicalStructureId,
) -> Result<ExitCode, Problem> {
    #[derive(Serialize)]
    struct Answer {
        structure: String,
        mandates: Vec<MandateRow>,
        staff: Vec<MemberRow>,
    }
    let (mandates, at) = (mandate::of_structure(db, structure)?, installation.clock.now());
    let staff = staff::list(db, structure, "", SHOWN)?;
    let answer = Answer {
        structure: structure.to_string(),
        mandates: mandates.iter().map(|mandate| MandateRow::of(mandate, at)).collect(),
        staff: staff.iter().map(MemberRow::of).collect(),
    };
    output::one(global.output, &answer, || {
        let mandates = answer.mandates.iter().map(|row| row.cells().join("  ") + "\n");
        let staff = answer.staff.iter().map(|row| row.cells().join("  ") + "\n");
        mandates.chain(staff).collect()
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn declare(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    structure: &TechnicalStructureId,
    new: &NewMember,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    db.write(|db| staff::declare(db, structure, new, &mut system_rng(), &act))?;
    member(global, db, structure, &new.local_id)
}

pub(super) fn leave(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    structure: &TechnicalStructureId,
    local_id: &str,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    db.write(|db| staff::leave(db, structure, local_id, &mut system_rng(), &act))?;
    member(global, db, structure, local_id)
}

/// Ends with 9 where a dry run finds rows that are wrong.
pub(super) fn import(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    structure: &TechnicalStructureId,
    (file, dry_run): (&Path, bool),
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let mut octets = Vec::new();
    let most = u64::try_from(FILE_BOUND).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(file)
        .and_then(|opened| opened.take(most).read_to_end(&mut octets))
        .map_err(|error| file_problem(file, &error))?;
    let done = if dry_run {
        import::preview(db, structure, &octets, &act)?
    } else {
        db.write(|db| import::apply(db, structure, &octets, &mut system_rng(), &act))?
    };
    output::one(global.output, &done, || words(&done))?;
    let code = if done.errors.is_empty() { 0 } else { PARTLY_DONE };
    Ok(ExitCode::from(code))
}

fn words(done: &StaffImport) -> String {
    let mut text = format!(
        "rows {}, new {}, changed {}, unchanged {}\n",
        done.rows,
        done.new.len(),
        done.changed.len(),
        done.unchanged
    );
    for error in &done.errors {
        text += &format!("line {}, {}: {}\n", error.line, error.column, error.reason);
    }
    text
}

pub(super) fn order(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    new: NewStaffOrder,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let submitted =
        db.write(|db| order::submit_staff(db, &mut ImportedRegister, new, &mut system_rng(), &act))?;
    crate::cli::order::show(global, db, submitted.order())
}

pub(super) fn oppose(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    structure: &TechnicalStructureId,
    asked: (&CardNumber, Ground),
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    let waits = request::request(db, &mut ImportedRegister, structure, asked, &mut system_rng(), &act)?;
    let answer = json!({ "id": waits.id, "card": waits.card.to_string(), "status": "waiting" });
    output::one(global.output, &answer, || format!("card {}: the worker judges it\n", waits.card))?;
    Ok(ExitCode::SUCCESS)
}

fn member(
    global: &Global,
    db: &mut Database,
    structure: &TechnicalStructureId,
    local_id: &str,
) -> Result<ExitCode, Problem> {
    let rows: Vec<MemberRow> = staff::find(db, structure, local_id)?.iter().map(MemberRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct MemberRow {
    local_id: String,
    post: &'static str,
    name: String,
    declared_by: String,
    left_at: Option<String>,
}

impl MemberRow {
    fn of(member: &StaffMember) -> Self {
        Self {
            local_id: member.local_id.clone(),
            post: member.post.as_str(),
            name: format!("{} {}", member.family_name, member.given_name).trim().to_owned(),
            declared_by: member.declared_by.clone(),
            left_at: member.left_at.map(|left| left.to_string()),
        }
    }
}

impl Row for MemberRow {
    const HEADINGS: &'static [&'static str] = &["NUMBER", "POST", "NAME", "DECLARED BY", "LEFT"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.local_id.clone(),
            self.post.to_owned(),
            self.name.clone(),
            self.declared_by.clone(),
            self.left_at.clone().unwrap_or_default(),
        ]
    }
}
