use std::path::PathBuf;
use std::time::Duration;

use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// Why the API gave no answer to go by. None of them says anything of a person.
#[derive(Debug, Error)]
pub enum FhirError {
    /// An address or a bound that cannot be meant.
    #[error("{0}")]
    Settings(String),
    /// The file of the key cannot be used. What it holds is never quoted.
    #[error("{}: {rule}", .file.display())]
    KeyFile {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        rule: String,
    },
    /// Nothing answers, or not in time, or it broke off.
    #[error("the directory does not answer: {0}")]
    Away(String),
    /// It is overloaded or asks for patience (HTTP 429 and 503), after the last attempt.
    #[error("the directory answers HTTP status {status}")]
    Busy {
        /// 429 or 503.
        status: u16,
        /// How long it asks to wait.
        wait: Option<Duration>,
    },
    /// It failed too often; nobody asks for a while.
    #[error("the directory failed too often: nobody asks for another {} s", .left.as_secs() + 1)]
    BreakerOpen {
        /// Until the next attempt.
        left: Duration,
    },
    /// It does not take the key (HTTP 401 and 403).
    #[error("the directory does not take the key (HTTP status {0})")]
    KeyRefused(u16),
    /// It answers otherwise.
    #[error("the directory answers HTTP status {0}")]
    Status(u16),
    /// The answer is larger than any should be.
    #[error("the answer is larger than {0} octets")]
    TooLarge(u64),
    /// The search has more pages than any should have.
    #[error("the answer has more than {0} pages")]
    Pages(usize),
    /// What came is no JSON of a resource: cut, or something else.
    #[error("the answer does not read as FHIR: {0}")]
    Unreadable(String),
    /// Another resource than was asked for, or about another person.
    #[error("the answer is not what was asked for: {0}")]
    Wrong(String),
}

impl Fault for FhirError {
    fn code(&self) -> Code {
        match self {
            Self::Settings(_) => faults::FHIR_SETTINGS,
            Self::KeyFile { .. } => faults::FHIR_KEY_FILE,
            Self::Away(_) | Self::Busy { .. } => faults::FHIR_UNAVAILABLE,
            Self::BreakerOpen { .. } => faults::FHIR_BREAKER_OPEN,
            Self::KeyRefused(_) => faults::FHIR_KEY_REFUSED,
            Self::Status(_) => faults::FHIR_STATUS,
            Self::TooLarge(_) | Self::Pages(_) => faults::FHIR_ANSWER_SIZE,
            Self::Unreadable(_) => faults::FHIR_ANSWER_UNREADABLE,
            Self::Wrong(_) => faults::FHIR_ANSWER_WRONG,
        }
    }
}
