//! `igc registry import`

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use professional_registry::extract::ExtractError;
use professional_registry::import::{
    Hold, ImportError, ImportOptions, ImportReport, Outcome, Release, UnknownCodes, import_extract,
};
use registration_authority::decision::Standing;
use registration_authority::held_feed;
use store::{Act, Database};

use crate::cli::{Global, PARTLY_DONE};
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;
use crate::setup::file_problem;
use crate::{officer, output};

/// Imports files one after the other; one that a brake stops, or that cannot be read, ends it. What came in before is told all the same, and
/// the command has then done a part.
pub fn run(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    files: &[PathBuf],
    options: &ImportOptions,
) -> Result<ExitCode, Problem> {
    let mut reports = Vec::new();
    let mut stopped = None;
    for file in files {
        let read = db.refuse_on_reserve().map_err(Problem::from);
        match read.and_then(|()| released_or_not(installation, db, file, options)) {
            Ok(report) => reports.push(report),
            Err(problem) => {
                stopped = Some(problem);
                break;
            }
        }
    }
    if let Some(problem) = stopped {
        if reports.is_empty() {
            return Err(problem);
        }
        say(global, &reports)?;
        return match reports.iter().any(|report| report.outcome == Outcome::Imported) {
            true => Ok(problem.report_ending(global.output, PARTLY_DONE)),
            false => Err(problem),
        };
    }
    let in_part = |report: &ImportReport| report.rows_rejected > 0 || report.difference.unreadable > 0;
    let partly = reports.iter().any(in_part);
    say(global, &reports)?;
    // Some rows were refused, or their own cannot be read; the rest is in the register.
    Ok(ExitCode::from(if partly { PARTLY_DONE } else { 0 }))
}

fn say(global: &Global, reports: &[ImportReport]) -> Result<(), Problem> {
    output::one(global.output, &reports, || reports.iter().map(words).collect())
}

/// Imports one file, that no brake stops.
pub fn import(
    db: &mut Database,
    path: &Path,
    options: &ImportOptions,
    act: &Act,
) -> Result<ImportReport, Problem> {
    read(db, path, options, act).map_err(|error| problem(path, error))
}

/// Imports a file; one that was put aside before goes in where two officers have released it since.
fn released_or_not(
    installation: &Installation,
    db: &mut Database,
    path: &Path,
    options: &ImportOptions,
) -> Result<ImportReport, Problem> {
    let act = installation.operator_act();
    let stopped = match read(db, path, options, &act) {
        Ok(report) => return Ok(report),
        Err(ImportError::Held { hold, why }) => (hold, why),
        Err(error) => return Err(problem(path, error)),
    };
    let (hold, why) = stopped;
    let release = Some(release_of(installation, db, hold, why, &act)?);
    import(db, path, &ImportOptions { release, ..options.clone() }, &act)
}

/// That two officers have released what was put aside; why not, otherwise.
pub(super) fn release_of(
    installation: &Installation,
    db: &mut Database,
    hold: Box<Hold>,
    why: String,
    act: &Act,
) -> Result<Release, Problem> {
    let verifier = officer::verifier(installation)?;
    if let Some(release) = held_feed::release(db, &verifier, &hold.feed, act.at)? {
        return Ok(release);
    }
    if held_feed::get(db, &hold.feed)?.standing() == Standing::Refused {
        let detail = format!("{why}, and an officer refused to release feed {}", hold.feed);
        return Err(Problem::new(registration_authority::faults::HELD_FEED_REFUSED, detail));
    }
    Err(ImportError::Held { hold, why }.into())
}

fn problem(path: &Path, error: ImportError) -> Problem {
    match error {
        ImportError::Extract(ExtractError::File(error)) => file_problem(path, &error),
        error => error.into(),
    }
}

/// Reads one file, with a progress bar on a terminal.
fn read(
    db: &mut Database,
    path: &Path,
    options: &ImportOptions,
    act: &Act,
) -> Result<ImportReport, ImportError> {
    let mut file = File::open(path).map_err(ExtractError::File)?;
    let length = file.metadata().map_err(ExtractError::File)?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
        .expect("the template is right");
    // The file is read twice: once to be checked whole, once to be applied. Hidden without a terminal.
    let bar = ProgressBar::new(length.saturating_mul(2)).with_style(style).with_message(name.to_string());
    let mut before = 0;
    let mut passed = 0;
    let mut progress = |bytes: u64, _rows: u64| {
        if bytes < before {
            passed = length;
        }
        before = bytes;
        bar.set_position(passed + bytes);
    };
    let report = import_extract(db, &mut file, &name, options, &mut progress, &mut system_rng(), act);
    bar.finish_and_clear();
    report
}

fn words(report: &ImportReport) -> String {
    let difference = &report.difference;
    if report.outcome == Outcome::AlreadyImported {
        let sequence = report.sequence.unwrap_or_default();
        let again = report.played_again.as_ref().map_or_else(String::new, |called| {
            format!(
                "  warning: the same octets came as {called} before: this day's extract is still to come\n"
            )
        });
        return format!(
            "{}: imported already, as feed {sequence}: nothing was read again\n{again}",
            report.file_name
        );
    }
    let mut text = format!(
        "{}: {} rows, {} refused; {} persons: {} new, {} changed, {} ceased, {} merged, {} reappeared\n",
        report.file_name,
        report.rows_read,
        report.rows_rejected,
        report.persons,
        difference.new,
        difference.changed,
        difference.ceased,
        difference.merged,
        difference.reappeared
    );
    if difference.ceased > 0 {
        text += "  who of those that ceased was struck off or died no file says; the directory may: igc registry feeds\n";
    }
    if difference.held > 0 {
        text += &format!(
            "  {} persons are not named and held as they were: {} lines name nobody that can be read \
             (see --accept-unidentified)\n",
            difference.held, report.rows_unidentified
        );
    }
    for subject in &report.unreadable {
        text += &format!("  {subject}: its row in the register cannot be read, and stands as it was\n");
    }
    for warning in &report.warnings {
        text += &format!("  warning: {} {} of {} at once\n", warning.what.as_str(), warning.part, warning.of);
    }
    for UnknownCodes { table, code, rows } in &report.unknown_codes {
        let code = code.as_deref().unwrap_or("what stands in its place");
        text += &format!("  not in {table}: {code} ({rows} rows)\n");
    }
    for error in &report.errors {
        text += &format!("  {error}\n");
    }
    text
}
