//! `igc card`

use std::path::PathBuf;
use std::process::ExitCode;

use card::personalisation::{BatchId, LARGEST_RETURN_FILE};
use card::{Card, CardFilter, CardNumber, CardStatus};
use clap::Subcommand;
use registration_authority::terms::{AcceptancePath, Accepted};
use registration_authority::{delivery, terms};
use serde::Serialize;
use store::{DatabaseRole, Timestamp};

use super::Global;
use crate::installation::{Installation, system_rng};
use crate::jobs::{Worker, bureau};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::read_bounded;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The cards, by number.
    List {
        /// In this state: ordered, batched, personalised, certified, delivered, active, opposed…
        #[arg(long)]
        status: Option<CardStatus>,
        /// Of this holder.
        #[arg(long, value_name = "ID")]
        holder: Option<String>,
        /// After this card, where the page before ended.
        #[arg(long, value_name = "CARD")]
        after: Option<CardNumber>,
        /// At most this many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One card and its certificates.
    Show {
        /// Its number, ten digits.
        number: CardNumber,
    },
    /// Batches for the personalisation bureau.
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Record that the holder has accepted the terms of use in force: needed before the card is handed over.
    AcceptTerms {
        /// The number of the card.
        number: CardNumber,
        /// How he accepted: paper, counter or online.
        #[arg(long, default_value = "counter", value_parser = path)]
        path: AcceptancePath,
        /// When, where it was before now: 2026-11-26T10:00:00Z.
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
        #[command(flatten)]
        officer: AsOfficer,
    },
    /// Put a delivered card into use.
    Activate {
        /// Its number.
        number: CardNumber,
        #[command(flatten)]
        officer: AsOfficer,
    },
    /// Hand a certified card over.
    Deliver {
        /// Its number.
        number: CardNumber,
        #[command(flatten)]
        officer: AsOfficer,
    },
}

#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Give each approved order its card and close a batch of them; prints the file for the bureau.
    Close,
    /// Print the file of a closed batch again.
    Export {
        /// The batch.
        batch: BatchId,
    },
    /// Read the return file of a bureau.
    Import {
        /// The file.
        file: PathBuf,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    match command {
        Command::List { status, holder, after, limit } => {
            let mut db = installation.database(DatabaseRole::Owner)?;
            let filter = CardFilter {
                status: *status,
                holder: holder.clone(),
                after: *after,
                ..CardFilter::default()
            };
            let cards = card::list(&mut db, &filter, *limit)?;
            output::list(global.output, &cards.iter().map(CardRow::of).collect::<Vec<_>>())?;
        }
        Command::Show { number } => {
            let mut db = installation.database(DatabaseRole::Owner)?;
            let mut row = CardRow::of(&card::get(&mut db, number)?);
            let carried = card::certificates::of_card(&mut db, number)?;
            row.certificates =
                carried.into_iter().map(|one| format!("{} {}", one.issuer, one.serial)).collect();
            output::one(global.output, &row, || {
                let cells = CardRow::HEADINGS.iter().zip(row.cells());
                let mut text: String =
                    cells.map(|(heading, cell)| format!("{heading:<12} {cell}\n")).collect();
                row.certificates.iter().for_each(|one| text += &format!("  certificate {one}\n"));
                text
            })?;
        }
        Command::Batch(command) => batch(global, &installation, command)?,
        Command::AcceptTerms { number, path, at, officer } => {
            let act = officer.act(&installation)?;
            let mut db = installation.database(DatabaseRole::Owner)?;
            let accepted =
                Accepted { terms: &installation.config.terms, path: *path, at: at.unwrap_or(act.at) };
            db.write(|db| terms::accept(db, number, accepted, &mut system_rng(), &act))?;
            output::list(global.output, &[CardRow::of(&card::get(&mut db, number)?)])?;
        }
        Command::Activate { number, officer } => {
            let act = officer.act(&installation)?;
            let mut db = installation.database(DatabaseRole::Owner)?;
            let terms = &installation.config.terms;
            let done = delivery::activate(&mut db, number, terms, &mut system_rng(), &act)?;
            output::list(global.output, &[CardRow::of(&done.card)])?;
        }
        Command::Deliver { number, officer } => {
            let act = officer.act(&installation)?;
            let mut db = installation.database(DatabaseRole::Owner)?;
            let terms = &installation.config.terms;
            let card = delivery::deliver(&mut db, number, terms, &mut system_rng(), &act)?;
            output::list(global.output, &[CardRow::of(&card)])?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(text: &str) -> Result<AcceptancePath, String> {
    let found = AcceptancePath::ALL.into_iter().find(|path| path.as_str() == text);
    found.ok_or_else(|| "paper, counter or online".to_owned())
}

fn batch(global: &Global, installation: &Installation, command: &BatchCommand) -> Result<(), Problem> {
    let act = installation.operator_act();
    match command {
        BatchCommand::Close => {
            let mut worker = Worker::begin(installation, DatabaseRole::Worker)?;
            let file = bureau::close_batch(&mut worker, &act);
            worker.end()?;
            match file? {
                Some(file) => output::print_bytes(&file),
                None => output::one(global.output, &(), String::new),
            }
        }
        BatchCommand::Export { batch } => {
            let mut db = installation.database(DatabaseRole::Owner)?;
            output::print_bytes(&bureau::batch_again(&mut db, batch)?)
        }
        BatchCommand::Import { file } => {
            let bytes = read_bounded(file, LARGEST_RETURN_FILE as u64)?;
            let mut worker = Worker::begin(installation, DatabaseRole::Worker)?;
            let cards = bureau::receive(&mut worker, &bytes, &act);
            worker.end()?;
            let numbers = cards?;
            output::one(global.output, &numbers, || {
                numbers.iter().map(|number| format!("{number}\n")).collect()
            })
        }
    }
}

#[derive(Serialize)]
struct CardRow {
    number: String,
    kind: String,
    holder: String,
    exercise: String,
    state: String,
    order: String,
    replaces: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<String>,
}

impl CardRow {
    fn of(card: &Card) -> Self {
        Self {
            number: card.number.to_string(),
            kind: card.kind.to_string(),
            holder: card.holder.clone(),
            exercise: card.exercise.clone(),
            state: card.life.status().to_string(),
            order: card.order_number.clone(),
            replaces: card.replaces.as_ref().map(ToString::to_string),
            certificates: Vec::new(),
        }
    }
}

impl Row for CardRow {
    const HEADINGS: &'static [&'static str] =
        &["NUMBER", "KIND", "HOLDER", "EXERCISE", "STATE", "ORDER", "REPLACES"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.kind.clone(),
            self.holder.clone(),
            self.exercise.clone(),
            self.state.clone(),
            self.order.clone(),
            self.replaces.clone().unwrap_or_default(),
        ]
    }
}
