//! Why a CRL was not issued, or not published.

use ca_core::authority::AuthorityError;
use ca_core::lint::Finding;
use ca_core::signer::SignerError;
use store::{Code, Fault, Timestamp, fault};
use thiserror::Error;

use super::encode::UnwritableTime;
use super::read::UnreadableCrl;
use crate::faults;
use crate::folder::FolderError;

/// A CRL that could not be issued. What is published stays as it is.
#[derive(Debug, Error)]
pub enum CrlError {
    /// The key did not sign.
    #[error("signer: {0}")]
    Signer(#[from] SignerError),
    /// The lint refuses what was to be signed: no key was asked.
    #[error("the lint refuses the CRL: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lint(Vec<Finding>),
    /// What was signed is not what may be published.
    #[error("refused: {0}")]
    Refused(#[from] CrlRefused),
    /// The clock is behind what stands: thisUpdate never goes back (invariant 5).
    #[error("the clock says {now}, but {what} is dated {standing}")]
    Clock {
        /// What the clock says.
        now: Timestamp,
        /// What stands.
        what: &'static str,
        /// Its date.
        standing: Timestamp,
    },
    /// Another worker has recorded a CRL since.
    #[error("number {number} comes too late: another worker has recorded number {recorded}")]
    Overtaken {
        /// The number of this CRL.
        number: u64,
        /// The highest recorded one.
        recorded: u64,
    },
    /// The authority does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The authority's certificate lacks what its CRL must carry.
    #[error("the certificate of {0} has no subject key identifier")]
    AuthorityCertificate(String),
    /// A row that cannot be written as an entry.
    #[error("certificate {serial} of {issuer} cannot be written as a CRL entry: {why}")]
    Entry {
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: String,
        /// What does not read.
        why: &'static str,
    },
    /// A date outside of what X.509 can say.
    #[error("{0}")]
    Time(String),
    /// The public folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Why a CRL is not published. The one that is published stays until someone has looked.
#[derive(Debug, Error)]
pub enum CrlRefused {
    /// Its bytes do not read as a CRL of this PKI.
    #[error("the signed CRL does not read: {0}")]
    Unreadable(#[from] UnreadableCrl),
    /// It reads, but says something else than it was meant to.
    #[error("the signed CRL has another {0} than it was meant to have")]
    Field(&'static str),
    /// The signature is not the authority's.
    #[error("the signature is not that of {0}")]
    Signature(String),
    /// The number does not grow.
    #[error("number {number} is not greater than {standing}, which stands")]
    Number {
        /// Its number.
        number: u64,
        /// The highest recorded or published one.
        standing: u64,
    },
    /// The set of entries, a date or a reason is not the database's.
    #[error("certificate {serial}: {what}")]
    Entry {
        /// The serial number.
        serial: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The number of entries is not the database's.
    #[error("{found} entries where the status log has {expected}")]
    Count {
        /// In the CRL.
        found: u64,
        /// In the database.
        expected: u64,
    },
    /// The shards together have another number of revoked certificates than the database.
    #[error(
        "{found} revoked certificates that have not expired stand on the CRLs of all shards, and the database has {expected}"
    )]
    Shards {
        /// On the CRLs.
        found: u64,
        /// In the database.
        expected: u64,
    },
    /// The CRL before it has an entry that would disappear without reason.
    #[error("certificate {serial} stands on published CRL {previous} and would disappear: {why}")]
    Lost {
        /// The serial number.
        serial: String,
        /// The number of the CRL before.
        previous: u64,
        /// Why it may not.
        why: &'static str,
    },
    /// The CRL before it revokes a certificate of which the database does not know that it was issued.
    #[error(
        "certificate {serial} stands on published CRL {previous}, and the database has never heard of it"
    )]
    Unknown {
        /// The serial number.
        serial: String,
        /// The number of the CRL before.
        previous: u64,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CrlError {
    fn code(&self) -> Code {
        match self {
            Self::Authority(error) => error.code(),
            Self::Signer(error) => error.code(),
            Self::Lint(_) => faults::CRL_LINT,
            Self::Refused(refused) => match refused {
                CrlRefused::Unreadable(_) | CrlRefused::Field(_) => faults::CRL_MALFORMED,
                CrlRefused::Signature(_) => faults::CRL_SIGNATURE,
                CrlRefused::Number { .. } => faults::CRL_NUMBER,
                CrlRefused::Entry { .. } | CrlRefused::Count { .. } => faults::CRL_ENTRIES,
                CrlRefused::Shards { .. } => faults::CRL_SHARDS,
                CrlRefused::Lost { .. } => faults::CRL_ENTRY_LOST,
                CrlRefused::Unknown { .. } => faults::CRL_ENTRY_UNKNOWN,
                CrlRefused::Database(_) => fault::DATABASE,
            },
            Self::Clock { .. } => faults::CRL_CLOCK,
            Self::Overtaken { .. } => faults::CRL_OVERTAKEN,
            Self::AuthorityCertificate(_) => faults::AUTHORITY_CERTIFICATE,
            Self::Entry { .. } | Self::Time(_) => faults::CRL_MALFORMED,
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

impl From<UnwritableTime> for CrlError {
    fn from(error: UnwritableTime) -> Self {
        Self::Time(error.to_string())
    }
}
