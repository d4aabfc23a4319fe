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
            let rows: Vec<DifferenceRow> = first.differences(second).into_iter().map(DifferenceRow).collect();
            output::list(global.output, &rows)
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

#[derive(Serialize)]
#[serde(transparent)]
struct DifferenceRow(Difference);

impl Row for DifferenceRow {
    const HEADINGS: &'static [&'static str] = &["PART", "FIRST", "SECOND"];

    fn cells(&self) -> Vec<String> {
        let Difference { part, first, second } = &self.0;
        let or_nothing = |says: &Option<String>| says.clone().unwrap_or_else(|| "-".to_owned());
        vec![part.clone(), or_nothing(first), or_nothing(second)]
    }
}
