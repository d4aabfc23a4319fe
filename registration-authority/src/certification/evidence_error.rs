//! Why something is not taken for approved.

use store::{Code, Fault, Timestamp};
use thiserror::Error;

use crate::approval::ProofRefused;
use crate::certificate_request::RequestError;
use crate::delegation::DelegationError;
use crate::enrolment::RosterError;
use crate::faults;
use crate::mandate::MandateError;
use crate::officers::OfficerError;
use crate::order::OrderError;
use crate::renewal::PlanReadError;
use crate::risk::{RaisedFlag, RiskError};

/// Why there is no evidence.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The request cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The plan cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanReadError),
    /// A decision that its proof does not support.
    #[error("{subject}: the decision of {officer}: {source}")]
    Proof {
        /// What was decided on.
        subject: String,
        /// Who is said to have decided.
        officer: String,
        /// What is wrong.
        source: ProofRefused,
    },
    /// A decision of somebody who could not decide.
    #[error("{subject}: {officer} could not decide on it then")]
    OfficerNotEntitled {
        /// What was decided on.
        subject: String,
        /// Who is said to have decided.
        officer: String,
    },
    /// The officers' table cannot be read.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// The officers' keys are not known.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The mandate of a structure's agent cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The delegation by which an officer decided gives nothing.
    #[error(transparent)]
    Delegation(DelegationError),
    /// Somebody stands behind two decisions, or behind one on what he submitted.
    #[error(
        "{subject}: whoever stands behind the decision of {officer} stands behind another, or submitted it"
    )]
    OnePerson {
        /// What was decided on.
        subject: String,
        /// Who decided.
        officer: String,
    },
    /// Whether two officers must approve cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// Two officers must approve the order, each for itself, and they have not.
    #[error("{subject}: a flag asks for a second officer, and each signs for it alone")]
    SecondOfficer {
        /// Which order.
        subject: String,
        /// The flags that ask for two.
        found: Vec<RaisedFlag>,
    },
    /// The worker has not looked at a decision yet.
    #[error("{subject}: the decision has not been received yet")]
    NotReceived {
        /// What was decided on.
        subject: String,
    },
    /// A decision that its officer can still take back.
    #[error("{subject}: the decision takes effect at {from}")]
    NotEffective {
        /// What was decided on.
        subject: String,
        /// From when on something follows from it.
        from: Timestamp,
    },
    /// The row is not where an approval would have brought it, or no decision approves it.
    #[error("{subject}: {reason}")]
    Missing {
        /// What should have been approved.
        subject: String,
        /// What is missing.
        reason: &'static str,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl From<DelegationError> for EvidenceError {
    fn from(error: DelegationError) -> Self {
        match error {
            DelegationError::Database(error) => Self::Database(error),
            error => Self::Delegation(error),
        }
    }
}

impl Fault for EvidenceError {
    fn code(&self) -> Code {
        match self {
            Self::Order(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Proof { source, .. } => source.code(),
            Self::OfficerNotEntitled { .. } | Self::SecondOfficer { .. } | Self::Missing { .. } => {
                faults::APPROVAL_EVIDENCE_MISSING
            }
            Self::Officer(error) => error.code(),
            Self::Roster(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::Delegation(error) => error.code(),
            Self::OnePerson { .. } => faults::DELEGATION_ONE_PERSON,
            Self::Risk(error) => error.code(),
            Self::NotReceived { .. } => faults::APPROVAL_NOT_RECEIVED,
            Self::NotEffective { .. } => faults::APPROVAL_NOT_EFFECTIVE,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}
