//! `igc registry merges | part`

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use professional_registry::IdNatPs;
use professional_registry::import::ImportError;
use professional_registry::merges::{self, MergeCase, MergeError, MergeOptions, MergeReport, import_merges};
use store::{Act, Database};

use super::import::release_of;
use crate::cli::{Global, PARTLY_DONE};
use crate::installation::{Installation, system_rng};
use crate::output;
use crate::problem::Problem;
use crate::setup::file_problem;

/// Reads a correspondence; one that was put aside before goes in where two officers have released it since.
pub fn run(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    path: &Path,
    options: &MergeOptions,
) -> Result<ExitCode, Problem> {
    db.refuse_on_reserve()?;
    let act = installation.operator_act();
    let report = match read(db, path, options, &act)? {
        Ok(report) => report,
        Err(MergeError::Import(ImportError::Held { hold, why })) => {
            let release = Some(release_of(installation, db, hold, why, &act)?);
            read(db, path, &MergeOptions { release, ..options.clone() }, &act)??
        }
        Err(error) => return Err(error.into()),
    };
    output::one(global.output, &report, || words(&report))?;
    let partly = report.rows_rejected > 0 || report.doubtful > 0;
    Ok(ExitCode::from(if partly { PARTLY_DONE } else { 0 }))
}

/// The report of the file, or why it did not go in; the outer error is of the file itself.
fn read(
    db: &mut Database,
    path: &Path,
    options: &MergeOptions,
    act: &Act,
) -> Result<Result<MergeReport, MergeError>, Problem> {
    let file = File::open(path).map_err(|error| file_problem(path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(import_merges(db, file, &name, options, &mut system_rng(), act))
}

/// Asks officers whether the merge of this number ends.
pub fn part(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    adeli: &IdNatPs,
) -> Result<ExitCode, Problem> {
    db.refuse_on_reserve()?;
    let act = installation.operator_act();
    let case = db.write(|db| merges::ask_to_part(db, adeli, &mut system_rng(), &act))?;
    output::one(global.output, &case, || {
        format!("case {}: two officers decide (igc registry held); the worker then does it\n", case.id)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn words(report: &MergeReport) -> String {
    let MergeReport { rows_read, rows_rejected, new, touched, known, doubtful, .. } = report;
    let mut text = format!(
        "{rows_read} rows, {rows_rejected} refused; {new} new, {touched} of them of somebody whom the register knows; \
         {known} known; {doubtful} of two persons, as it seems\n"
    );
    for MergeCase { id, adeli, rpps, doubt, .. } in &report.cases {
        text += &format!("  {adeli} and {rpps}: other {}, officers decide on case {id}\n", doubt.as_str());
    }
    for warning in &report.warnings {
        text += &format!("  warning: {} {} of {} at once\n", warning.what.as_str(), warning.part, warning.of);
    }
    for error in &report.errors {
        text += &format!("  {error}\n");
    }
    text
}
