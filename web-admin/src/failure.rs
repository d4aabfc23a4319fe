//! Why a page has nothing to show: a stable code on its way to a French page.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use store::{BrokenRule, Code, Fault, Kind};

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
    },
}

impl Failure {
    /// A failure that no crate below has a type for.
    pub(crate) fn of(code: Code) -> Self {
        Self::coded(code, code.help.to_owned())
    }

    /// The same, with what happened.
    pub(crate) fn coded(code: Code, detail: String) -> Self {
        Self::Coded { code, detail, rules: Vec::new() }
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
        Self::Coded { code: error.code(), detail: error.to_string(), rules: error.broken_rules() }
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
