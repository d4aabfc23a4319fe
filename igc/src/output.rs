//! Answers on stdout: a table for people, one JSON document or JSON lines for programs.

mod listing;

use std::io::{self, Write};

use serde::Serialize;

use crate::faults;
use crate::problem::Problem;

pub use listing::Listing;

/// `-o`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Columns for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
}

impl OutputFormat {
    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
        }
    }
}

/// Something that has a row in a table.
pub trait Row: Serialize {
    /// The headings.
    const HEADINGS: &'static [&'static str];
    /// One cell for each heading.
    fn cells(&self) -> Vec<String>;
}

/// Prints a list. With JSON an empty list is `[]`.
pub fn list<R: Row>(format: OutputFormat, rows: &[R]) -> Result<(), Problem> {
    let mut listing = Listing::<R>::new(format);
    let rows = listing.page(rows)?;
    print(&(rows + &listing.end()))
}

/// Prints one thing: its lines for people, its JSON for programs.
pub fn one<T: Serialize>(
    format: OutputFormat,
    value: &T,
    words: impl FnOnce() -> String,
) -> Result<(), Problem> {
    let text = match format {
        OutputFormat::Table => words(),
        OutputFormat::Json => document(value)?,
        OutputFormat::Jsonl => line(value)?,
    };
    print(&text)
}

/// Prints text as it is.
pub fn print(text: &str) -> Result<(), Problem> {
    print_bytes(text.as_bytes())
}

/// Prints octets as they are.
pub fn print_bytes(bytes: &[u8]) -> Result<(), Problem> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Whoever reads us has read enough (`igc … | head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Problem::new(faults::FILE, format!("stdout: {error}"))),
    }
}

fn document<T: Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(not_json)
}

fn line<T: Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map(|text| text + "\n").map_err(not_json)
}

/// What does not encode.
pub fn not_json(error: serde_json::Error) -> Problem {
    Problem::new(faults::FILE, format!("the answer does not encode as JSON: {error}"))
}
