//! Stable error codes. A text may change; a code is a contract (frozen in a golden file).

use std::fmt;

use serde::Serialize;

/// What sort of failure a code stands for. The command line's exit code and the HTTP status
/// follow from it (contract, "The command line").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something went wrong that is nobody's input: exit 1, HTTP 500.
    Failed,
    /// The input is not of the form it must have: exit 2, HTTP 422.
    Invalid,
    /// What was named does not exist: exit 3, HTTP 404.
    NotFound,
    /// A rule forbids it: exit 4, HTTP 409.
    Refused,
    /// The actor may not do it: exit 5, HTTP 403.
    NotAuthorised,
    /// A second person must decide first: exit 6, HTTP 202.
    AwaitsApproval,
    /// Try again later: exit 7, HTTP 503.
    Unavailable,
    /// What is stored contradicts itself: exit 8, HTTP 500.
    Integrity,
}

impl Kind {
    /// The exit code of the command line.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Invalid => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::NotAuthorised => 5,
            Self::AwaitsApproval => 6,
            Self::Unavailable => 7,
            Self::Integrity => 8,
        }
    }
}

/// A stable error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Lower-case words and dashes, unique over the whole program: `order-self-approval`.
    pub name: &'static str,
    /// What sort of failure.
    pub kind: Kind,
    /// Which rule stands behind it and who can help, in one English sentence.
    pub help: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// An error that carries a stable code.
pub trait Fault: std::error::Error {
    /// The code.
    fn code(&self) -> Code;

    /// Every rule that what was asked for breaks, where rules with names forbid it: more than one code can say.
    fn broken_rules(&self) -> Vec<BrokenRule> {
        Vec::new()
    }
}

/// A rule by its name, for the person whose wish breaks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenRule {
    /// Its identifier: `R-CPS-03`.
    pub rule: String,
    /// The stable code of the refusal.
    pub code: &'static str,
    /// What must be so, in French.
    pub sentence: String,
    /// Who can lift the refusal, and how, in French.
    pub helper: String,
}

impl Fault for diesel::result::Error {
    fn code(&self) -> Code {
        DATABASE
    }
}

/// Declares the codes of a crate, and `ALL`, the list of them that the golden file is made of.
///
/// ```
/// store::codes! {
///     /// Nobody approves his own order.
///     SELF_APPROVAL = ("order-self-approval", Refused, "another officer must decide");
/// }
/// assert_eq!(ALL[0].name, "order-self-approval");
/// ```
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = ($text:literal, $kind:ident, $help:literal);)*) => {
        $($(#[$doc])*
        pub const $name: $crate::Code = $crate::Code {
            name: $text,
            kind: $crate::Kind::$kind,
            help: $help,
        };)*
        /// Every code of this crate.
        pub const ALL: &[$crate::Code] = &[$($name),*];
    };
}

codes! {
    /// The database refused or failed.
    DATABASE = ("database-failed", Failed, "the operator: is the database of igc.toml there, whole, writable by this user, and is there space left?");
    /// The database cannot be reached.
    DATABASE_UNAVAILABLE = ("database-unavailable", Unavailable, "the operator: is the database up, or its file where igc.toml says? only `igc init` makes one");
    /// The disk is full, and what was kept on it is for oppositions.
    DISK_FULL = ("disk-full", Unavailable, "the operator: free space on the disk of the database; the worker keeps room for oppositions again by itself");
    /// The database is newer or older than this program.
    DATABASE_VERSION = ("database-version", Refused, "the operator: run the release that matches the database");
    /// An audit row is not what its leaf says.
    AUDIT_ALTERED = ("audit-altered", Integrity, "the auditor: compare with a backup and a witness's checkpoint");
    /// An event whose payload is to be erased does not exist, or has none any more.
    AUDIT_PAYLOAD_UNKNOWN = ("audit-payload-unknown", NotFound, "nobody: there is nothing to erase");
    /// An erasure without a reason that can be kept.
    AUDIT_ERASURE_REASON = ("audit-erasure-reason-invalid", Invalid, "whoever asks: the reason is 1 to 200 characters, none of them a control");
}
