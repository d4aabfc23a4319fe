//! `igc registry`

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use professional_registry::extract::{Encoding, Form};
use professional_registry::import::{ImportOptions, ImportReport, import_extract};
use professional_registry::{
    IdNatPs, ImportedRegister, ProfessionalRecord, Registry, Supplement, supplement,
};
use registration_authority::holders_extract;
use serde::Serialize;
use store::{Act, Database, DatabaseRole, Timestamp};

use super::{Global, PARTLY_DONE};
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::output;
use crate::problem::Problem;
use crate::setup::file_problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read extracts of the national register: activities, diplomas, know-hows, the restricted feed, MSSanté mailboxes.
    Import {
        /// The files, oldest first.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Say what would change; write nothing.
        #[arg(long)]
        dry_run: bool,
        /// The files are in ISO 8859-1.
        #[arg(long)]
        latin1: bool,
        /// Which extract the files are, where their names do not say so.
        #[arg(long, value_name = "EXTRACT", value_parser = form)]
        extract: Option<&'static Form>,
        /// When the extract was made, where the file's name does not say so (RFC 3339).
        #[arg(long, value_name = "TIME")]
        extracted_at: Option<Timestamp>,
        /// Go on where the brake refuses a feed that ends too many professionals at once.
        #[arg(long)]
        accept_mass_change: bool,
        /// Cease whom the feed does not name, although some of its lines name nobody that can be read.
        #[arg(long)]
        accept_unidentified: bool,
    },
    /// Write the extract Porteurs_CPS_CPF: who holds which card, and which are opposed since when.
    Holders {
        /// The folder of the file.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// What the register says of a professional.
    Show {
        /// IdNat_PS.
        id: IdNatPs,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    match command {
        Command::Import {
            files,
            dry_run,
            latin1,
            extract,
            extracted_at,
            accept_mass_change,
            accept_unidentified,
        } => {
            let options = ImportOptions {
                form: *extract,
                brakes: installation.config.brakes,
                extracted_at: *extracted_at,
                encoding: if *latin1 { Encoding::Latin1 } else { Encoding::Utf8 },
                dry_run: *dry_run,
                accept_mass_change: *accept_mass_change,
                accept_unidentified: *accept_unidentified,
            };
            let mut reports = Vec::new();
            for file in files {
                db.refuse_on_reserve()?;
                reports.push(import(&mut db, file, &options, &installation.operator_act())?);
            }
            let rejected = reports.iter().any(|report| report.rows_rejected > 0);
            output::one(global.output, &reports, || reports.iter().map(words).collect())?;
            // Some rows were refused, the rest is in the register.
            Ok(ExitCode::from(if rejected { PARTLY_DONE } else { 0 }))
        }
        Command::Holders { out } => {
            let moment = installation.operator_act().at;
            std::fs::create_dir_all(out).map_err(|error| file_problem(out, &error))?;
            let path = out.join(holders_extract::file_name(moment));
            let mut file = BufWriter::new(File::create(&path).map_err(|error| file_problem(&path, &error))?);
            let cards = holders_extract::write(&mut db, &mut ImportedRegister, &mut file)?;
            let durable = file.into_inner().map_err(std::io::IntoInnerError::into_error);
            durable.and_then(|file| file.sync_all()).map_err(|error| file_problem(&path, &error))?;
            output::one(global.output, &Holders { cards, path: &path }, || {
                format!("{cards} cards in {}\n", path.display())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { id } => {
            let record = ImportedRegister.professional(&mut db, id)?.ok_or_else(|| {
                Problem::new(faults::PROFESSIONAL_UNKNOWN, format!("the register does not know {id}"))
            })?;
            let mut supplements = Vec::new();
            for form in Form::ALL {
                supplements.extend(supplement(&mut db, form, &id.to_string())?);
            }
            output::one(global.output, &Shown { record: &record, supplements: &supplements }, || {
                let mut text = format!("{id}  {} {}\n", record.family_name, record.given_name);
                for exercise in &record.exercises {
                    let state = if exercise.ceased_at.is_some() { "ceased" } else { "exercised" };
                    text += &format!(
                        "  {} {} ({state}, {} places)\n",
                        exercise.profession.code(),
                        exercise.profession.label(),
                        exercise.activities.len()
                    );
                }
                for supplement in &supplements {
                    text += &format!("  {}: {} entries\n", supplement.source, supplement.entries.len());
                }
                text
            })?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What `holders` says.
#[derive(Serialize)]
struct Holders<'a> {
    cards: u64,
    path: &'a Path,
}

/// What `show` says.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a ProfessionalRecord,
    /// What other extracts say.
    supplements: &'a [Supplement],
}

/// `ps-libreacces-savoirfaire`: the source of an extract.
fn form(text: &str) -> Result<&'static Form, String> {
    let known = || Form::ALL.map(|form| form.source).join(", ");
    Form::of_source(text).ok_or_else(|| format!("{text:?} is none of {}", known()))
}

/// Imports one file, with a progress bar on a terminal.
pub fn import(
    db: &mut Database,
    path: &Path,
    options: &ImportOptions,
    act: &Act,
) -> Result<ImportReport, Problem> {
    let mut file = File::open(path).map_err(|error| file_problem(path, &error))?;
    let length = file.metadata().map_err(|error| file_problem(path, &error))?.len();
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
    Ok(report?)
}

fn words(report: &ImportReport) -> String {
    let difference = &report.difference;
    let mut text = format!(
        "{}: {} rows, {} refused; {} persons: {} new, {} changed, {} ceased, {} reappeared\n",
        report.file_name,
        report.rows_read,
        report.rows_rejected,
        report.persons,
        difference.new,
        difference.changed,
        difference.ceased,
        difference.reappeared
    );
    if difference.held > 0 {
        text += &format!(
            "  {} persons are not named and held as they were: {} lines name nobody that can be read \
             (see --accept-unidentified)\n",
            difference.held, report.rows_unidentified
        );
    }
    for warning in &report.warnings {
        text += &format!("  warning: {} {} of {} at once\n", warning.what, warning.part, warning.of);
    }
    for error in &report.errors {
        text += &format!("  {error}\n");
    }
    text
}
