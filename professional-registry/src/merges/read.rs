use std::collections::HashMap;
use std::io::Read;

use serde::Serialize;
use store::{Code, Fault};
use thiserror::Error;

use crate::extract::{Encoding, ExtractError, Lines};
use crate::faults;
use crate::identifiers::{Adeli, IdNatPs, IdentifierError, Rpps};
use crate::import::ImportError;

/// The column of the old number.
pub(super) const ADELI: &str = "N° ADELI";
/// The column of the new one.
pub(super) const RPPS: &str = "N° RPPS";

/// The most rows: there were never so many ADELI numbers.
const MOST_ROWS: u64 = 3_000_000;

/// Why a correspondence is refused whole.
#[derive(Debug, Error)]
pub enum MergeError {
    /// The file as a whole.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// Its date, or a brake; or another import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Too many pairs are two persons'.
    #[error("of {compared} pairs whose persons are both known, {doubtful} have other names or another birth")]
    MassDoubt {
        /// How many.
        doubtful: u64,
        /// Of how many.
        compared: u64,
    },
    /// More rows than there are numbers.
    #[error("the correspondence has more than {MOST_ROWS} rows")]
    Rows,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for MergeError {
    fn code(&self) -> Code {
        match self {
            Self::Extract(error) => error.code(),
            Self::Import(error) => error.code(),
            Self::MassDoubt { .. } => faults::REGISTER_BRAKE,
            Self::Rows => faults::REGISTER_MERGES_ROWS,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// A row that is not what it must be; the rest goes on. Never repeats a number.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("line {line}, {column:?}: {fault}")]
pub struct MergeRowError {
    /// Which line, from 1, the header included.
    pub line: u64,
    /// The column's name in the header.
    pub column: &'static str,
    /// The rule it breaks.
    #[serde(serialize_with = "as_text")]
    pub fault: MergeFault,
}

/// What a row must be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeFault {
    /// Not two columns.
    #[error("the line must have 2 columns, has {0}")]
    Columns(usize),
    /// A number that does not pass its check.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The same ADELI number has become another, as is known or as an earlier line says.
    #[error("this ADELI number has become another RPPS number")]
    Contradicts,
    /// Two officers have decided that the numbers are two persons'.
    #[error("officers have ended that these numbers are one person's")]
    Parted,
}

fn as_text<S: serde::Serializer>(fault: &MergeFault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(fault)
}

/// A row of it.
pub(super) struct Pair {
    pub(super) line: u64,
    pub(super) adeli: IdNatPs,
    pub(super) rpps: IdNatPs,
}

/// A file that was read.
pub(super) struct Correspondence {
    /// SHA-256 of it, in hex.
    pub(super) feed: String,
    pub(super) rows_read: u64,
    /// Each ADELI number once.
    pub(super) pairs: Vec<Pair>,
    pub(super) errors: Vec<MergeRowError>,
}

/// Reads all of it; writes nothing.
pub(super) fn correspondence<F: Read>(file: F, encoding: Encoding) -> Result<Correspondence, MergeError> {
    let mut lines = Lines::new(file, encoding);
    let Some((_, header)) = lines.next()? else { return Err(ExtractError::Empty.into()) };
    check_header(header)?;
    let (mut rows_read, mut pairs, mut errors) = (0, Vec::new(), Vec::new());
    let mut seen: HashMap<IdNatPs, IdNatPs> = HashMap::new();
    while let Some((line, text)) = lines.next()? {
        rows_read += 1;
        if rows_read > MOST_ROWS {
            return Err(MergeError::Rows);
        }
        match row(text) {
            Ok((adeli, rpps)) => match seen.get(&adeli) {
                Some(before) if *before == rpps => {}
                Some(_) => errors.push(MergeRowError { line, column: RPPS, fault: MergeFault::Contradicts }),
                None => {
                    seen.insert(adeli.clone(), rpps.clone());
                    pairs.push(Pair { line, adeli, rpps });
                }
            },
            Err((column, fault)) => errors.push(MergeRowError { line, column, fault }),
        }
    }
    if rows_read == 0 {
        return Err(ExtractError::Empty.into());
    }
    let feed = hex::encode(lines.into_digest());
    Ok(Correspondence { feed, rows_read, pairs, errors })
}

fn check_header(header: &str) -> Result<(), ExtractError> {
    let mut found = header.trim_end_matches(';').split(';');
    for (column, expected) in [ADELI, RPPS].into_iter().enumerate() {
        let name = found.next().unwrap_or_default().trim();
        if name != expected {
            let found = name.chars().take(60).collect();
            return Err(ExtractError::Header { column: column + 1, expected, found });
        }
    }
    Ok(())
}

fn row(text: &str) -> Result<(IdNatPs, IdNatPs), (&'static str, MergeFault)> {
    let cells: Vec<&str> = text.strip_suffix(';').unwrap_or(text).split(';').map(str::trim).collect();
    let [adeli, rpps] = cells[..] else { return Err((ADELI, MergeFault::Columns(cells.len()))) };
    let adeli: Adeli = adeli.parse().map_err(|error: IdentifierError| (ADELI, error.into()))?;
    let rpps: Rpps = rpps.parse().map_err(|error: IdentifierError| (RPPS, error.into()))?;
    Ok((IdNatPs::Adeli(adeli), IdNatPs::Rpps(rpps)))
}
