//! `igc registry merges`

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use professional_registry::extract::Encoding;
use professional_registry::merges::{MergeReport, import_merges};
use store::Database;

use crate::cli::{Global, PARTLY_DONE};
use crate::installation::{Installation, system_rng};
use crate::output;
use crate::problem::Problem;
use crate::setup::file_problem;

pub fn run(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    path: &Path,
    encoding: Encoding,
) -> Result<ExitCode, Problem> {
    db.refuse_on_reserve()?;
    let file = File::open(path).map_err(|error| file_problem(path, &error))?;
    let act = installation.operator_act();
    let report = import_merges(db, file, encoding, &mut system_rng(), &act)?;
    output::one(global.output, &report, || words(&report))?;
    Ok(ExitCode::from(if report.rows_rejected > 0 { PARTLY_DONE } else { 0 }))
}

fn words(report: &MergeReport) -> String {
    let MergeReport { rows_read, rows_rejected, new, known, .. } = report;
    let mut text = format!("{rows_read} rows, {rows_rejected} refused; {new} new, {known} known\n");
    for error in &report.errors {
        text += &format!("  {error}\n");
    }
    text
}
