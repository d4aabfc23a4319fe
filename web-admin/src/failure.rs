//! Why a page has nothing to show: a stable code on its way to a French page.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use store::{BrokenRule, Code, Fault, Kind, Timestamp};

/// A page that cannot be shown, or an act that was refused.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody is signed in, or no longer: the answer leads to the sign-in page.
    SignedOut,
    /// Everything else. The detail is for the log.
    Coded {
        /// The stable code.
        code: Code,
        /// What happened, in English.
        detail: String,
        /// Every rule that was broken, where rules with names forbid it.
        rules: Vec<BrokenRule>,
        /// What was done since whoever asks had read, where he comes too late.
        changes: Vec<Change>,
    },
}

/// What somebody did to what another had read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// `approved`; the words of [`What`](registration_authority::views::What).
    pub(crate) what: &'static str,
    /// The officer's login, where it is told.
    pub(crate) by: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// To which version.
    pub(crate) version: i64,
}

impl Failure {
    /// A failure that no crate below has a type for.
    pub(crate) fn of(code: Code) -> Self {
        Self::coded(code, code.help.to_owned())
    }

    /// The same, with what happened.
    pub(crate) fn coded(code: Code, detail: String) -> Self {
        Self::Coded { code, detail, rules: Vec::new(), changes: Vec::new() }
    }

    /// The same, with what was done since whoever asks had read.
    pub(crate) fn after(self, changes: Vec<Change>) -> Self {
        match self {
            Self::SignedOut => self,
            Self::Coded { code, detail, rules, .. } => Self::Coded { code, detail, rules, changes },
        }
    }

    /// What was done since whoever asks had read.
    pub(crate) fn changes(&self) -> &[Change] {
        match self {
            Self::SignedOut => &[],
            Self::Coded { changes, .. } => changes,
        }
    }

    /// Every rule that was broken.
    pub(crate) fn rules(&self) -> &[BrokenRule] {
        match self {
            Self::SignedOut => &[],
            Self::Coded { rules, .. } => rules,
        }
    }

    /// The code, where there is one.
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::SignedOut => None,
            Self::Coded { code, .. } => Some(*code),
        }
    }
}

impl<E: Fault> From<E> for Failure {
    fn from(error: E) -> Self {
        let (code, detail, rules) = (error.code(), error.to_string(), error.broken_rules());
        Self::Coded { code, detail, rules, changes: Vec::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("nobody is signed in"),
            Self::Coded { code, detail, .. } => write!(f, "[{code}] {detail}"),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.code().map_or(StatusCode::SEE_OTHER, status_of)
    }

    /// [`crate::exchange`] writes the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The HTTP status of a code.
pub(crate) fn status_of(code: Code) -> StatusCode {
    match code.kind {
        Kind::Failed | Kind::Integrity => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Refused | Kind::AwaitsApproval => StatusCode::CONFLICT,
        Kind::NotAuthorised => StatusCode::FORBIDDEN,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
