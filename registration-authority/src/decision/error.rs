use diesel::result::Error;
use store::{BrokenRule, Code, Fault};
use thiserror::Error as ThisError;

use crate::approval::{Decidable, ProofRefused, SubjectKind};
use crate::certification::evidence::EvidenceError;
use crate::enrolment::RosterError;
use crate::faults;
use crate::four_eyes::KeepOffError;
use crate::officers::NotAuthorised;

/// Why a decision is not taken.
#[derive(Debug, ThisError)]
pub enum DecideError {
    /// The actor may not decide.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The actor submitted it himself.
    #[error("{login} submitted {kind} {number}, and does not decide on it")]
    SelfApproval {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Who tried.
        login: String,
    },
    /// The actor has approved it already, and it needs another.
    #[error("{login} has approved {kind} {number}, and another officer must too")]
    AnotherNeeded {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Who tried.
        login: String,
    },
    /// Somebody stands behind another decision on it, or submitted it, in whose name the actor would decide or who decided in his.
    #[error(
        "{login} and another decision on {kind} {number} have one person behind them, or who submitted it"
    )]
    OnePerson {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Who tried.
        login: String,
    },
    /// The delegation that the proof names gives nothing.
    #[error(transparent)]
    Delegation(#[from] EvidenceError),
    /// It is near to the actor.
    #[error(transparent)]
    KeepOff(#[from] KeepOffError),
    /// The proof is on a version that is not the current one.
    #[error("the decision is on version {given} of {kind} {number}, which is at version {current}")]
    StaleVersion {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// The version decided on.
        given: i64,
        /// The version that stands.
        current: i64,
    },
    /// It has been decided on already, or withdrawn.
    #[error("{kind} {number} is {status}: nothing to decide")]
    NotOpen {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Where it stands.
        status: String,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofRefused),
    /// The officers' keys are not known.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// A refusal without a reason, or `other` without a sentence.
    #[error("a refusal of {kind} {number} needs a reason")]
    ReasonMissing {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
    },
    /// A reason that is not on the list, or a sentence beyond the bound.
    #[error("reason {reason:?}: {rule}")]
    ReasonUnknown {
        /// Of what sort.
        kind: SubjectKind,
        /// What was given.
        reason: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] Error),
}

impl Fault for DecideError {
    fn code(&self) -> Code {
        use SubjectKind::{
            CardOrder, CertificateRequest, OfficerDelegation, OfficerEnrolment, OppositionPlan, RegisterFeed,
            RenewalPlan, StructureMandate, SuspensionLift,
        };
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::KeepOff(error) => error.code(),
            Self::SelfApproval { kind: CardOrder, .. } => faults::ORDER_SELF_APPROVAL,
            Self::SelfApproval { kind: CertificateRequest, .. } => faults::REQUEST_SELF_APPROVAL,
            Self::SelfApproval { kind: RenewalPlan, .. } => faults::RENEWAL_SELF_APPROVAL,
            Self::SelfApproval { kind: StructureMandate, .. } => faults::MANDATE_SELF_APPROVAL,
            Self::OnePerson { .. } => faults::DELEGATION_ONE_PERSON,
            Self::Delegation(error) => error.code(),
            Self::SelfApproval { kind: OfficerDelegation, .. } => faults::DELEGATION_NOT_YOURS,
            Self::SelfApproval { kind: OfficerEnrolment, .. }
            | Self::AnotherNeeded { kind: OfficerEnrolment, .. } => faults::ENROLMENT_ANOTHER_ADMINISTRATOR,
            Self::AnotherNeeded { kind: CardOrder, .. } => faults::ORDER_SECOND_OFFICER,
            Self::SelfApproval { kind: RegisterFeed | OppositionPlan | SuspensionLift, .. }
            | Self::AnotherNeeded { .. } => faults::RELEASE_ANOTHER_OFFICER,
            Self::StaleVersion { kind: RegisterFeed | OppositionPlan | SuspensionLift, .. } => {
                faults::RELEASE_STALE_VERSION
            }
            Self::StaleVersion { kind: CertificateRequest, .. } => faults::REQUEST_STALE_VERSION,
            Self::StaleVersion { .. } => faults::ORDER_STALE_VERSION,
            Self::NotOpen { kind: CardOrder, .. } => faults::ORDER_NOT_OPEN,
            Self::NotOpen { kind: CertificateRequest, .. } => faults::REQUEST_NOT_OPEN,
            Self::NotOpen { kind: RenewalPlan, .. } => faults::RENEWAL_NOT_PROPOSED,
            Self::NotOpen { kind: StructureMandate, .. } => faults::MANDATE_NOT_OPEN,
            Self::NotOpen { kind: OfficerDelegation, .. } => faults::DELEGATION_NOT_OPEN,
            Self::NotOpen {
                kind: RegisterFeed | OppositionPlan | OfficerEnrolment | SuspensionLift, ..
            } => faults::RELEASE_NOT_OPEN,
            Self::Proof(error) => error.code(),
            Self::Roster(error) => error.code(),
            Self::ReasonMissing { kind: CertificateRequest, .. } => faults::REQUEST_REASON_MISSING,
            Self::ReasonMissing { .. } => faults::ORDER_REASON_MISSING,
            Self::ReasonUnknown { kind: CertificateRequest, .. } => faults::REQUEST_REASON_UNKNOWN,
            Self::ReasonUnknown { .. } => faults::ORDER_REASON_UNKNOWN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::KeepOff(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

impl DecideError {
    /// There is nothing to decide on: `subject` is `status`.
    pub(crate) fn not_open(subject: &Decidable, status: &str) -> Self {
        Self::NotOpen { kind: subject.kind, number: subject.number.clone(), status: status.to_owned() }
    }
}
