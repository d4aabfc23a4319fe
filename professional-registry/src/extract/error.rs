use serde::Serialize;
use store::{Code, Fault};
use thiserror::Error;

use crate::faults;
use crate::identifiers::IdentifierError;
use crate::nomenclature::{NotInForce, UnknownCode};

/// A file that is refused whole. Lines are counted from 1, the header included; columns and bytes from 1.
#[derive(Debug, Error)]
pub enum ExtractError {
    /// The file cannot be read.
    #[error("cannot read the extract: {0}")]
    File(#[from] std::io::Error),
    /// No byte, or no row after the header.
    #[error("the extract holds no row")]
    Empty,
    /// The last line has no newline: the transfer was cut.
    #[error("line {line}: the extract ends in the middle of this line")]
    Truncated {
        /// The unfinished line.
        line: u64,
    },
    /// The header misses a column.
    #[error("line 1: column {column} must be {expected:?}, is {found:?}")]
    Header {
        /// Which column, from 1.
        column: usize,
        /// What its name must be.
        expected: &'static str,
        /// What it is, shortened; empty where the header is too short.
        found: String,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line}: byte {byte} is not UTF-8")]
    Encoding {
        /// Which line.
        line: u64,
        /// Which byte of it, from 1.
        byte: usize,
    },
    /// More lines about one person or mailbox than any has.
    #[error("more than {most} lines are about one person or mailbox")]
    LinesOfOne {
        /// The most lines.
        most: usize,
    },
    /// A line longer than 64 KiB.
    #[error("line {line}: longer than {most} bytes")]
    LineLength {
        /// Which line.
        line: u64,
        /// The most bytes a line may have.
        most: usize,
    },
    /// A file name without the day, and no option that gives it.
    #[error(
        "the file name does not end in AAAAMMJJHHMM.txt after the name of an extract, and no date is given"
    )]
    Date,
}

impl Fault for ExtractError {
    fn code(&self) -> Code {
        match self {
            Self::File(_) => faults::REGISTER_FILE,
            Self::Empty => faults::REGISTER_EMPTY,
            Self::Truncated { .. } => faults::REGISTER_TRUNCATED,
            Self::Header { .. } => faults::REGISTER_HEADER,
            Self::Encoding { .. } => faults::REGISTER_ENCODING,
            Self::LinesOfOne { .. } => faults::REGISTER_LINES_OF_ONE,
            Self::LineLength { .. } => faults::REGISTER_LINE_LENGTH,
            Self::Date => faults::REGISTER_DATE,
        }
    }
}

/// A line, or one cell of it, that is not what it must be. Never repeats the cell: it may be personal.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("line {line}, {column:?}: {fault}")]
pub struct RowError {
    /// Which line, from 1, the header included.
    pub line: u64,
    /// The column's name in the header.
    pub column: &'static str,
    /// The rule it breaks.
    #[serde(serialize_with = "as_text")]
    pub fault: RowFault,
    /// Whom the line is about, an IdNat_PS or the address of a mailbox as the form has it, where that much could be read: he is
    /// then neither changed nor ceased by this feed. Where it could not, the feed ceases nobody.
    #[serde(skip)]
    pub subject: Option<Box<str>>,
}

/// What a line or a cell must be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowFault {
    /// Too few or too many columns.
    #[error("the line must have {expected} columns, has {found}")]
    Columns {
        /// As many as the header.
        expected: usize,
        /// As many as there are.
        found: usize,
    },
    /// An identifier that does not pass its check.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// A code that its table does not know.
    #[error(transparent)]
    Code(#[from] UnknownCode),
    /// A code that its table does not give on the day of the extract.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// A type of identifier that the extract does not use.
    #[error("must be 8 (RPPS) or 0 (ADELI)")]
    IdentifierType,
    /// *Identification nationale PP* is not the type followed by the identifier.
    #[error("must be the type digit followed by the identifier")]
    Mismatch,
    /// A cell that must not be empty.
    #[error("must not be empty")]
    Empty,
    /// A cell that is too long.
    #[error("must have at most {most} characters")]
    Length {
        /// The most characters.
        most: usize,
    },
    /// A mailbox that has no address of e-mail.
    #[error("must be an address of e-mail")]
    Address,
    /// A control character in a cell.
    #[error("must not hold a control character")]
    Control,
}

fn as_text<S: serde::Serializer>(fault: &RowFault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(fault)
}
