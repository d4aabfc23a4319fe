//! The public extract *PS_LibreAcces_Personne_activite*: 56 columns, one line an activity (domain.md §3.1).
//!
//! `|` separates, nothing quotes, a trailing `|` may stand, as may a BOM and CRLF. The header is checked name by
//! name. Trouble with the file as a whole ([`ExtractError`]) refuses it; trouble with one line ([`RowError`])
//! costs that line only.

mod error;
mod file_name;
mod header;
mod lines;
mod row;

#[cfg(test)]
mod tests;

pub use error::{ExtractError, RowError, RowFault};
pub use file_name::{extracted_at, file_name};
pub use header::COLUMNS;
pub use row::{Row, StructureCells};

pub(crate) use header::Header;
pub(crate) use lines::Lines;

/// How the bytes of a line become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, strictly: what the publisher writes today.
    #[default]
    Utf8,
    /// ISO/IEC 8859-1: old extracts. Every byte is a character, so nothing can be told from a mistake.
    Latin1,
}
