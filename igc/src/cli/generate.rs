//! `igc generate`: fictional data, in the real formats, in test ranges only.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use professional_registry::Rpps;
use professional_registry::extract::{Form, file_name};
use professional_registry::fictional::FictionalRegister;
use serde::Serialize;
use store::Timestamp;

use super::Global;
use crate::clock::Clock;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::file_problem;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A fictional extract of the national register (PS_LibreAcces_Personne_activite), RPPS 997….
    Register {
        /// How many persons.
        #[arg(long, value_name = "N")]
        professionals: u32,
        /// The same seed gives the same register.
        #[arg(long, value_name = "S")]
        seed: u64,
        /// The folder of the file.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Write the extract of the day after too, with this share of the persons changed, gone or new.
        #[arg(long, value_name = "SHARE", value_parser = share)]
        next_day: Option<f64>,
        /// Persons whom the last extract no longer names.
        #[arg(long, value_name = "RPPS")]
        strike_off: Vec<Rpps>,
        /// When the first extract is made (RFC 3339); now, by default.
        #[arg(long, value_name = "TIME")]
        extracted_at: Option<Timestamp>,
        /// Write the extracts of diplomas, know-hows, civil status and mailboxes of the same persons too.
        #[arg(long)]
        every_extract: bool,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let Command::Register { professionals, seed, out, next_day, strike_off, extracted_at, every_extract } =
        command;
    let made_at = extracted_at.unwrap_or_else(|| Clock::ahead_by_days(0).now());
    let mut register = FictionalRegister::new(*professionals, *seed);
    let mut files = Vec::new();
    if next_day.is_none() {
        register.strike_off(strike_off);
    }
    files.extend(write_extracts(&register, out, made_at, *every_extract)?);
    if let Some(share) = next_day {
        let (mut next, _) = register.next_day(*share);
        next.strike_off(strike_off);
        files.extend(write_extracts(&next, out, made_at.plus(DAY), *every_extract)?);
    }
    output::list(global.output, &files)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the extract of the activities, or all of them.
fn write_extracts(
    register: &FictionalRegister,
    folder: &Path,
    made_at: Timestamp,
    every: bool,
) -> Result<Vec<Written>, Problem> {
    let forms = if every { &Form::ALL[..] } else { &[Form::ACTIVITIES] };
    forms.iter().map(|form| write_form(register, form, folder, made_at)).collect()
}

/// Writes the extract of the activities under its published name, and says where.
pub fn write_extract(
    register: &FictionalRegister,
    folder: &Path,
    made_at: Timestamp,
) -> Result<Written, Problem> {
    write_form(register, Form::ACTIVITIES, folder, made_at)
}

fn write_form(
    register: &FictionalRegister,
    form: &'static Form,
    folder: &Path,
    made_at: Timestamp,
) -> Result<Written, Problem> {
    std::fs::create_dir_all(folder).map_err(|error| file_problem(folder, &error))?;
    let path = folder.join(file_name(form, made_at));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)
        .map_err(|error| file_problem(&path, &error))?;
    register
        .write_form(form, &mut file)
        .and_then(|()| file.sync_all())
        .map_err(|error| file_problem(&path, &error))?;
    Ok(Written { persons: register.professionals().count(), path })
}

/// A file that was written.
#[derive(Serialize)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    persons: usize,
}

impl Row for Written {
    const HEADINGS: &'static [&'static str] = &["PERSONS", "FILE"];

    fn cells(&self) -> Vec<String> {
        vec![self.persons.to_string(), self.path.display().to_string()]
    }
}

/// `1%` or `0.01`.
fn share(text: &str) -> Result<f64, String> {
    let (number, divisor) = match text.strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (text, 1.0),
    };
    let value =
        number.trim().parse::<f64>().map_err(|_| format!("{text:?} is no share: write 1% or 0.01"))?
            / divisor;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(format!("{text:?} is not between 0 and 100 %")) }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        assert_eq!(share("1%"), Ok(0.01));
        assert_eq!(share("0.5"), Ok(0.5));
        assert!(
            share("101%").is_err()
                && share("-1%").is_err()
                && share("many").is_err()
                && share("NaN").is_err()
        );
    }
}
