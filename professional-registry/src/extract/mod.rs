//! The extracts of the register (domain.md §3.1): the public ones of activities, *PS_LibreAcces_Personne_activite* of 56
//! columns with one line an activity, of diplomas and of know-hows, the restricted one with civil status and contacts,
//! and that of the MSSanté mailboxes. Which columns each has, and what of them is kept, is a [`Form`].
//!
//! `|` separates, nothing quotes, a trailing `|` may stand, as may a BOM and CRLF. The header is checked name by
//! name. Trouble with the file as a whole ([`ExtractError`]) refuses it; trouble with one line ([`RowError`])
//! costs that line only.

mod cells;
mod columns;
mod error;
mod file_name;
mod form;
mod header;
mod line;
mod lines;
mod row;

#[cfg(test)]
mod tests;

pub use error::{ExtractError, RowError, RowFault};
pub use file_name::{day, extracted_at, file_name, published_name};
pub use form::Form;
pub use header::COLUMNS;
pub use row::{Row, StructureCells};

pub(crate) use form::Table;
pub(crate) use header::Header;
pub(crate) use line::Line;
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
