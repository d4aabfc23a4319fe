//! `igc registry show ID --fhir`: the directory, asked now.

use std::process::ExitCode;

use professional_registry::IdNatPs;
use professional_registry::fhir::Reading;

use crate::cli::Global;
use crate::faults;
use crate::installation::Installation;
use crate::output;
use crate::problem::Problem;

/// Says what the directory says of a person, and why he left where it says so. Concludes nothing from it.
pub fn show(global: &Global, installation: &Installation, id: &IdNatPs) -> Result<ExitCode, Problem> {
    let mut directory = installation.directory()?.ok_or_else(|| {
        Problem::new(faults::DIRECTORY_NOT_CONFIGURED, "[register.fhir] names no directory to ask")
    })?;
    let reading = directory.read(id, installation.operator_act().at)?;
    if reading.record.is_none() {
        let detail = format!("the directory does not know {id}");
        return Err(Problem::new(faults::PROFESSIONAL_UNKNOWN, detail));
    }
    output::one(global.output, &reading, || words(id, &reading))?;
    Ok(ExitCode::SUCCESS)
}

fn words(id: &IdNatPs, reading: &Reading) -> String {
    let Some(record) = &reading.record else { return String::new() };
    let mut text = format!("{id}  {} {}\n", record.family_name, record.given_name);
    if let Some(since) = record.ceased_at {
        text += &format!("  not in the register since {since}\n");
    }
    if let Some(cause) = reading.cause {
        text += &format!("  because: {}\n", cause.as_str());
    }
    for exercise in &record.exercises {
        let state = exercise.ceased_at.map_or("exercised".to_owned(), |since| format!("ceased {since}"));
        let (code, label) = (exercise.profession.code(), exercise.profession.label());
        text += &format!("  {code} {label} ({state}, {} places)\n", exercise.activities.len());
    }
    text
}
