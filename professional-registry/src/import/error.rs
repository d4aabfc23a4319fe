use diesel::result::Error as DieselError;
use store::{Code, Fault, Timestamp, fault};
use thiserror::Error;

use super::Hold;
use crate::extract::ExtractError;
use crate::faults;

/// Why an extract is not imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file is refused whole.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
    /// The register already holds something newer.
    #[error("the extract of {extracted_at} is not newer than that of {newest}, which the register holds")]
    Older {
        /// When this one was made.
        extracted_at: Timestamp,
        /// When the newest one was made.
        newest: Timestamp,
    },
    /// The extract claims to be of the future: it would bar every later one.
    #[error("the extract says it was made on {extracted_at}, more than a day after now")]
    Future {
        /// When it says it was made.
        extracted_at: Timestamp,
    },
    /// A newer feed was begun meanwhile.
    #[error("a newer feed is being imported since this one began")]
    Superseded,
    /// Another import wrote while this one compared: what it found no longer holds.
    #[error("another import wrote into the register meanwhile")]
    Meanwhile,
    /// What a feed changed does not read back from its row.
    #[error("the register's row of a feed is unreadable")]
    Unreadable,
    /// The second pass did not read what the first had read.
    #[error("the file changed while it was being imported")]
    FileChanged,
    /// Too many persons would leave the register.
    #[error("the feed would cease {ceased} of {living} living professionals")]
    MassCeasing {
        /// How many would leave.
        ceased: u64,
        /// How many are in.
        living: u64,
    },
    /// Too many persons would leave, change or come back, taken together.
    #[error("the feed would cease, change or bring back {touched}, against {living} living professionals")]
    MassChange {
        /// How many would.
        touched: u64,
        /// How many are in.
        living: u64,
    },
    /// Too many of those whom the register knows would get another number.
    #[error("the correspondence would give {merged} another number, against {living} living professionals")]
    MassMerge {
        /// How many.
        merged: u64,
        /// How many are in.
        living: u64,
    },
    /// It was put aside, because too many would leave, change or come back.
    #[error("{why}: it is put aside, as feed {feed}, until two officers release it", feed = hold.feed)]
    Held {
        /// As it was put aside.
        hold: Box<Hold>,
        /// Which brake stopped it.
        why: String,
    },
    /// Too many rows are refused.
    #[error("{rejected} of {rows} rows are refused, the first at line {line}, {column:?}")]
    MassRejection {
        /// How many.
        rejected: u64,
        /// Of how many.
        rows: u64,
        /// The first of them.
        line: u64,
        /// Its column.
        column: &'static str,
    },
}

impl Fault for ImportError {
    fn code(&self) -> Code {
        match self {
            Self::Extract(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
            Self::Older { .. } => faults::REGISTER_OLDER,
            Self::Future { .. } => faults::REGISTER_DATE,
            Self::Superseded => faults::REGISTER_SUPERSEDED,
            Self::Meanwhile => faults::REGISTER_BUSY,
            Self::Unreadable => faults::REGISTER_UNREADABLE,
            Self::FileChanged => faults::REGISTER_FILE_CHANGED,
            Self::Held { .. } => faults::REGISTER_HELD,
            Self::MassCeasing { .. }
            | Self::MassChange { .. }
            | Self::MassMerge { .. }
            | Self::MassRejection { .. } => faults::REGISTER_BRAKE,
        }
    }
}
