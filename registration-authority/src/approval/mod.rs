//! What a decision is worth: a signed statement over the canonical encoding of what was decided on.
//!
//! The worker trusts no row for an approval (architecture invariant 4). The officer's proof says which
//! bytes he decided on, how, and when; the bytes are computed again from the row each time the proof
//! is looked at, so that an altered row has no approval left. An officer's proof is made by his [`passkey`]; the demo's
//! proves that the installation is a demo, and only one that was given a demo key takes it.

mod bulk;
mod delays;
mod demo;
pub mod passkey;
mod proof;
mod statement;
mod verifier;

#[cfg(test)]
mod tests;

use std::fmt;

use professional_registry::IdNatPs;
use serde::Deserialize;

pub use bulk::{BULK_BOUND, BulkBound, BulkRow, BulkStatement};
pub use delays::Delays;
pub use demo::{DemoApprover, DemoKeyError};
pub use proof::{ApprovalProof, DemoProof, PROOF_BOUND, PasskeyProof, ProofKind};
pub use statement::{NONCE_LENGTH, PROOF_VALIDITY, Statement, Verdict};
pub(crate) use verifier::verify_passkey;
pub use verifier::{ApprovalVerifier, FRESHNESS, ProofRefused, Verified};

use crate::officers::{Reach, Right};

/// What can be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// An order for a card.
    CardOrder,
    /// A request for a software certificate.
    CertificateRequest,
    /// A renewal plan.
    RenewalPlan,
    /// A feed of the register that was put aside.
    RegisterFeed,
    /// A plan of oppositions.
    OppositionPlan,
    /// An officer's key, or its end.
    OfficerEnrolment,
    /// The end of a card's suspension.
    SuspensionLift,
    /// That an agent speaks for a structure.
    StructureMandate,
    /// That an officer decides within another's scope.
    OfficerDelegation,
}

impl SubjectKind {
    /// Every one, in the order of the four-eyes table.
    pub const ALL: [Self; 9] = [
        Self::CardOrder,
        Self::CertificateRequest,
        Self::RenewalPlan,
        Self::RegisterFeed,
        Self::OppositionPlan,
        Self::OfficerEnrolment,
        Self::SuspensionLift,
        Self::StructureMandate,
        Self::OfficerDelegation,
    ];

    /// As stored and as signed: `card-order`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardOrder => "card-order",
            Self::CertificateRequest => "certificate-request",
            Self::RenewalPlan => "renewal-plan",
            Self::RegisterFeed => "register-feed",
            Self::OppositionPlan => "opposition-plan",
            Self::OfficerEnrolment => "officer-enrolment",
            Self::SuspensionLift => "suspension-lift",
            Self::StructureMandate => "structure-mandate",
            Self::OfficerDelegation => "officer-delegation",
        }
    }

    /// The state in which one of these waits for its decision, as stored.
    pub const fn open_state(self) -> &'static str {
        match self {
            Self::CardOrder | Self::CertificateRequest => "submitted",
            Self::RenewalPlan | Self::OfficerEnrolment | Self::StructureMandate | Self::OfficerDelegation => {
                "proposed"
            }
            Self::RegisterFeed | Self::OppositionPlan | Self::SuspensionLift => "held",
        }
    }

    /// What an officer needs to decide on one.
    pub const fn right(self) -> Right {
        match self {
            Self::CardOrder
            | Self::CertificateRequest
            | Self::RenewalPlan
            | Self::RegisterFeed
            | Self::OppositionPlan
            | Self::SuspensionLift
            | Self::StructureMandate
            | Self::OfficerDelegation => Right::Decide,
            Self::OfficerEnrolment => Right::Enrol,
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to decide on, as it stands: what an officer reads and signs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decidable {
    /// What sort of thing.
    pub kind: SubjectKind,
    /// Its number: `CO-2026-000001`.
    pub number: String,
    /// Its version; a plan has one version only.
    pub version: i64,
    /// Where it stands, as stored: it is decided on in its [open state](SubjectKind::open_state) only.
    pub state: &'static str,
    /// Who submitted it, or whom it makes an officer or gives another's scope, and so never decides on it.
    pub submitted_by: String,
    /// What it is about: an officer decides within his scope.
    pub reach: Reach,
    /// The person that it concerns, where it is about one.
    pub concerns: Option<Concerned>,
    /// The canonical encoding (DER) of this version.
    pub canonical: Vec<u8>,
}

/// The person whom a decision concerns: nobody decides on what is [near](crate::four_eyes) to him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// IdNat_PS; none of somebody who is known by his name alone.
    pub holder: Option<IdNatPs>,
    /// The names that it bears; empty where it bears none, and the register or his card's order is asked for them.
    pub family_name: String,
    /// Likewise.
    pub given_name: String,
}
