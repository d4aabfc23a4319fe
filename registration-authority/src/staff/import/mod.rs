//! The staff of a structure from a file: read whole, compared with what stands, shown, and only then declared.
//!
//! CSV in UTF-8, with or without a byte order mark; `;` between the cells, one header line:
//!
//! ```text
//! identifiant_local;nom;prenom;fonction
//! CPET0002;DURAND;Élise;personnel
//! 000000042;;;service
//! ```
//!
//! or a workbook, XLSX, whose first sheet has the same columns; a number there is read as its digits.
//!
//! `fonction` is `personnel`, `responsable` or `service`. Every row that is wrong is told with its line, its column and the
//! rule; a file with one is not declared, in no part.

mod csv;
mod package;
mod read;
mod xlsx;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use serde::Serialize;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use self::read::{cells_of, rows_and_cells};
use super::declare::{DeclareError, Declared, NewMember, declare, difference, mandated};
use super::{StaffMember, find};
use crate::faults;

pub use read::{ReadRow, as_csv, rows};

/// Most octets of a file.
pub const FILE_BOUND: usize = 1 << 20;
/// Most rows of a file: they are declared in one transaction, behind which an opposition waits.
pub const ROWS_BOUND: usize = 1000;
/// The columns, in their order.
pub const COLUMNS: [&str; 4] = ["identifiant_local", "nom", "prenom", "fonction"];

/// What a file would do, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StaffImport {
    /// Rows after the header.
    pub rows: usize,
    /// Whom nobody had declared.
    pub new: Vec<String>,
    /// Whose names or post are others.
    pub changed: Vec<String>,
    /// How many stand as the file says.
    pub unchanged: usize,
    /// What is wrong, by line.
    pub errors: Vec<RowError>,
    /// The rows that are wrong, or that change what stands.
    pub entries: Vec<Entry>,
}

/// A row of the file that is wrong, or that changes what stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// In the file, from 1.
    pub line: u64,
    /// Its cells, in the order of [`COLUMNS`].
    pub cells: [String; COLUMNS.len()],
    /// What stands so far of whom it names, likewise; nothing where nobody had declared him, or where it is wrong.
    pub before: Option<[String; COLUMNS.len()]>,
    /// What is wrong with it.
    pub error: Option<RowError>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// In the file, from 1; the header is line 1. Of a workbook, the row.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// The rule, in French.
    pub reason: String,
}

/// Why a file is not declared.
#[derive(Debug, Error)]
pub enum StaffImportError {
    /// It is no such file.
    #[error("line {line}: {reason}")]
    File {
        /// Where.
        line: u64,
        /// What is wrong, in French.
        reason: String,
    },
    /// Rows are wrong: [`preview`] says which.
    #[error("{0} rows are wrong; nothing was declared")]
    Rows(usize),
    /// The actor may not declare, or a row cannot be.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StaffImportError {
    fn code(&self) -> Code {
        match self {
            Self::File { .. } => faults::STAFF_FILE_UNREADABLE,
            Self::Rows(_) => faults::STAFF_ROWS_INVALID,
            Self::Declare(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// What the file would do, declaring nothing.
pub fn preview(
    db: &mut Database,
    structure: &TechnicalStructureId,
    file: &[u8],
    act: &Act,
) -> Result<StaffImport, StaffImportError> {
    mandated(db, structure, act)?;
    compare(db, structure, file).map(|(import, _)| import)
}

/// Declares everybody whom the file names, or nobody. Inside the caller's write transaction.
pub fn apply(
    db: &mut Database,
    structure: &TechnicalStructureId,
    file: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<StaffImport, StaffImportError> {
    mandated(db, structure, act)?;
    let (import, members) = compare(db, structure, file)?;
    if !import.errors.is_empty() {
        return Err(StaffImportError::Rows(import.errors.len()));
    }
    for member in &members {
        declare(db, structure, member, rng, act)?;
    }
    Ok(import)
}

fn compare(
    db: &mut Database,
    structure: &TechnicalStructureId,
    file: &[u8],
) -> Result<(StaffImport, Vec<NewMember>), StaffImportError> {
    let rows = rows_and_cells(file)?;
    let mut import = StaffImport { rows: rows.len(), ..StaffImport::default() };
    let (mut seen, mut members) = (BTreeSet::new(), Vec::new());
    for (cells, (line, row)) in rows {
        let mut entry = Entry { line, cells, before: None, error: None };
        match row.and_then(|member| unseen(&mut seen, member)) {
            Ok(member) => {
                let before = find(db, structure, &member.local_id).map_err(DeclareError::from)?;
                match difference(before.as_ref(), &member) {
                    Ok(Declared::New) => import.new.push(member.local_id.clone()),
                    Ok(Declared::Changed) => {
                        entry.before = before.as_ref().map(cells_of);
                        import.changed.push(member.local_id.clone());
                    }
                    Ok(Declared::Unchanged) => {
                        import.unchanged += 1;
                        members.push(member);
                        continue;
                    }
                    Err(DeclareError::NumberTaken(..)) => {
                        let (column, reason) = taken(before.as_ref());
                        entry.error = Some(RowError { line, column, reason });
                    }
                    Err(error) => return Err(error.into()),
                }
                members.push(member);
            }
            Err((column, reason)) => entry.error = Some(RowError { line, column, reason }),
        }
        import.errors.extend(entry.error.clone());
        import.entries.push(entry);
    }
    Ok((import, members))
}

/// One whom no row above names.
fn unseen(seen: &mut BTreeSet<String>, member: NewMember) -> Result<NewMember, (&'static str, String)> {
    match seen.insert(member.local_id.clone()) {
        true => Ok(member),
        false => Err((COLUMNS[0], "ce numéro figure déjà plus haut dans le fichier".to_owned())),
    }
}

/// Why a number that stands for another is not given anew.
fn taken(before: Option<&StaffMember>) -> (&'static str, String) {
    match before.is_some_and(|before| before.left_at.is_some()) {
        true => (COLUMNS[0], "ce numéro est celui d’une personne qui est partie".to_owned()),
        false => (COLUMNS[3], "ce numéro est celui d’une personne, ou d’un service, et le reste".to_owned()),
    }
}
