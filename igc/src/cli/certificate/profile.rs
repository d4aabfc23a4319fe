//! `igc certificate profile`

use ca_core::profile::{Difference, Profile, Profiles};
use clap::Subcommand;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::Global;
use crate::output::{self, Row};
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every profile.
    List,
    /// One profile, part by part, and how surely each is known.
    Show {
        /// Its identifier.
        profile: String,
    },
    /// What differs between two profiles.
    Diff {
        /// The first one's identifier.
        first: String,
        /// The second one's.
        second: String,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<(), Problem> {
    let profiles = Profiles::embedded();
    match command {
        Command::List => {
            let rows: Vec<ProfileRow> = profiles.iter().map(ProfileRow::of).collect();
            output::list(global.output, &rows)
        }
        Command::Show { profile } => {
            let profile = profiles.require(profile)?;
            output::one(global.output, &document(profile)?, || profile.to_string())
        }
        Command::Diff { first, second } => {
            let (first, second) = (profiles.require(first)?, profiles.require(second)?);
            let differences = first.differences(second);
            output::one(global.output, &differences, || words(&differences, first, second))
        }
    }
}

/// The profile as its file says it, and beside each extension whether it is critical, which files say only where
/// there is a choice.
fn document(profile: &Profile) -> Result<Value, Problem> {
    let mut document = serde_json::to_value(profile).map_err(output::not_json)?;
    if let Some(extensions) = document["extensions"].as_array_mut() {
        for (extension, shown) in profile.extensions.iter().zip(extensions) {
            shown["critical"] = json!(extension.is_critical());
        }
    }
    Ok(document)
}

#[derive(Serialize)]
struct ProfileRow {
    id: String,
    title: String,
    issuers: Vec<String>,
    /// False where it waits for an escrow.
    issued: bool,
}

impl ProfileRow {
    fn of(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            title: profile.title.clone(),
            issuers: profile.issuers.clone(),
            issued: !profile.key_escrow,
        }
    }
}

impl Row for ProfileRow {
    const HEADINGS: &'static [&'static str] = &["PROFILE", "WHAT", "ISSUED"];

    fn cells(&self) -> Vec<String> {
        let issued = if self.issued { "yes" } else { "not without an escrow" };
        vec![self.id.clone(), self.title.clone(), issued.to_owned()]
    }
}

/// A paragraph for each part in which they differ.
fn words(differences: &[Difference], first: &Profile, second: &Profile) -> String {
    if differences.is_empty() {
        return format!("{} and {} differ in nothing but their names and sources\n", first.id, second.id);
    }
    let says = |says: &Option<String>| says.clone().unwrap_or_else(|| "has none".to_owned());
    let width = first.id.as_str().len().max(second.id.as_str().len());
    let paragraph = |difference: &Difference| {
        format!(
            "{}\n  {:width$}  {}\n  {:width$}  {}\n",
            difference.part,
            first.id.as_str(),
            says(&difference.first),
            second.id.as_str(),
            says(&difference.second)
        )
    };
    differences.iter().map(paragraph).collect()
}
