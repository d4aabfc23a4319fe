//! `igc registry`

mod directory;
mod feeds;
mod held;
mod import;
mod merges;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use professional_registry::extract::{Encoding, Form};
use professional_registry::import::ImportOptions;
use professional_registry::merges::MergeOptions;
use professional_registry::{
    IdNatPs, ImportedRegister, ProfessionalRecord, Registry, Supplement, supplement,
};
use registration_authority::holders_extract;
use serde::Serialize;
use store::{DatabaseRole, Timestamp};

use super::Global;
use super::remote::SignedRemote;
use crate::faults;
use crate::installation::Installation;
use crate::officer::AsOfficer;
use crate::output;
use crate::problem::Problem;
use crate::setup::{file_problem, replace_file_by};

pub use import::import;

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
        /// Cease whom the feed does not name, although some of its lines name nobody that can be read.
        #[arg(long)]
        accept_unidentified: bool,
    },
    /// Read the correspondence of ADELI and RPPS numbers (N° ADELI;N° RPPS): one person keeps both.
    Merges {
        /// The file.
        file: PathBuf,
        /// The file is in ISO 8859-1.
        #[arg(long)]
        latin1: bool,
        /// When it was made, where the file's name does not end in AAAAMMJJHHMM (RFC 3339).
        #[arg(long, value_name = "TIME")]
        extracted_at: Option<Timestamp>,
        /// Say what would change; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Ask two officers to end a merge that was wrong: the ADELI number and what it became are two persons'.
    Part {
        /// IdNat_PS of the ADELI number (0 and the number).
        adeli: IdNatPs,
    },
    /// What each feed changed: new, changed, ceased, merged; and who of those who left was struck off or died, where the directory has said so.
    Feeds,
    /// The feeds that a brake stopped and the merges that are doubted, and who has decided on them.
    Held,
    /// Approve the release of such a feed: two officers must, then the same file is imported again.
    Release {
        /// SHA-256 of the file, as `held` says it.
        feed: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Refuse its release, with a reason.
    Reject {
        /// SHA-256 of the file.
        feed: String,
        /// The reason's code.
        #[arg(long, value_name = "CODE")]
        reason: String,
        /// The officer's own sentence.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
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
        /// Ask the directory now, over HTTP (`register.fhir`), and not what was imported.
        #[arg(long)]
        fhir: bool,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let there = match command {
        Command::Release { feed, remote, .. } => remote.decide(global, feed, None)?,
        Command::Reject { feed, reason, text, remote, .. } => {
            remote.decide(global, feed, Some((reason.as_str(), text.as_deref())))?
        }
        _ => None,
    };
    if let Some(done) = there {
        return Ok(done);
    }
    let installation = Installation::open(global)?;
    // Whoever writes what the register says needs no more than the worker, who does so by its rights too.
    let role = match command {
        Command::Import { .. } | Command::Merges { .. } | Command::Part { .. } => DatabaseRole::Worker,
        _ => DatabaseRole::Owner,
    };
    let mut db = installation.database(role)?;
    match command {
        Command::Import { files, dry_run, latin1, extract, extracted_at, accept_unidentified } => {
            let options = ImportOptions {
                form: *extract,
                brakes: installation.config.brakes,
                extracted_at: *extracted_at,
                encoding: encoding(*latin1),
                dry_run: *dry_run,
                tables: None,
                release: None,
                accept_unidentified: *accept_unidentified,
            };
            import::run(global, &installation, &mut db, files, &options)
        }
        Command::Merges { file, latin1, extracted_at, dry_run } => {
            let options = MergeOptions {
                encoding: encoding(*latin1),
                extracted_at: *extracted_at,
                dry_run: *dry_run,
                brakes: installation.config.brakes,
                release: None,
            };
            merges::run(global, &installation, &mut db, file, &options)
        }
        Command::Part { adeli } => merges::part(global, &installation, &mut db, adeli),
        Command::Feeds => feeds::list(global, &mut db),
        Command::Held => held::list(global, &mut db),
        Command::Release { feed, officer, .. } => {
            held::approve(global, &installation, &mut db, feed, officer)
        }
        Command::Reject { feed, reason, text, officer, .. } => {
            held::refuse(global, &installation, &mut db, feed, (reason, text.as_deref()), officer)
        }
        Command::Holders { out } => {
            let moment = installation.operator_act().at;
            std::fs::create_dir_all(out).map_err(|error| file_problem(out, &error))?;
            let path = out.join(holders_extract::file_name(moment));
            // Whoever fetches it by its name gets all of it: a card that is missing there is one that nobody holds.
            let cards = replace_file_by(&path, 0o644, |file| {
                Ok(holders_extract::write(&mut db, &mut ImportedRegister, file)?)
            })?;
            output::one(global.output, &Holders { cards, path: &path }, || {
                format!("{cards} cards in {}\n", path.display())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { id, fhir: true } => directory::show(global, &installation, id),
        Command::Show { id, fhir: false } => {
            let record = ImportedRegister.professional(&mut db, id)?.ok_or_else(|| {
                Problem::new(faults::PROFESSIONAL_UNKNOWN, format!("the register does not know {id}"))
            })?;
            let identifiers = professional_registry::merges::identifiers_of_one(&mut db, id)?;
            let mut supplements = Vec::new();
            for form in Form::ALL {
                supplements.extend(supplement(&mut db, form, &id.to_string())?);
            }
            output::one(
                global.output,
                &Shown { record: &record, identifiers: &identifiers, supplements: &supplements },
                || {
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
                },
            )?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn encoding(latin1: bool) -> Encoding {
    if latin1 { Encoding::Latin1 } else { Encoding::Utf8 }
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
    /// Every number of the person.
    identifiers: &'a [String],
    /// What other extracts say.
    supplements: &'a [Supplement],
}

/// `ps-libreacces-savoirfaire`: the source of an extract.
fn form(text: &str) -> Result<&'static Form, String> {
    let known = || Form::ALL.map(|form| form.source).join(", ");
    Form::of_source(text).ok_or_else(|| format!("{text:?} is none of {}", known()))
}
