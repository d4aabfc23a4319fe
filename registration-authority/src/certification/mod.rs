//! Certification, the worker's: from what was approved to what is signed.
//!
//! No row is trusted. [`verify_evidence`] computes the canonical bytes again and verifies each proof over them;
//! the register is asked again; the chip's proof of the key and the bureau's attestation are verified again;
//! and only then does `ca-core` prepare and issue (architecture invariants 3, 4 and 15).
//!
//! [`certify_cards`] and [`certify_request`] can be called any number of times: what stands is kept, what
//! is missing is made, what another attempt has under way is left alone.

mod card_conclusion;
mod card_keys;
mod card_preparation;
mod card_profiles;
mod certify_card;
mod certify_card_error;
mod certify_request;
pub mod evidence;
mod evidence_error;
mod facts;
pub mod grounds;
pub(crate) mod mandate_evidence;
pub(crate) mod one_decision;

#[cfg(test)]
mod tests;

use ca_core::epoch::Epoch;
use ca_core::issuance::IssuanceContext;
use ca_core::signer::Signer;
use openssl::x509::X509;
use professional_registry::Registry;

use crate::approval::ApprovalVerifier;

pub(crate) use card_profiles::has_profiles;
pub use certify_card::{
    BegunCards, CARDS_A_TRANSACTION, CARDS_AT_ONCE, CertifiedCard, CertifiedCards, SignedCards, certify_card,
    certify_cards,
};
pub use certify_card_error::CertifyCardError;
pub use certify_request::{CertifyRequestError, certify_request};
pub(crate) use facts::structure_identifier;
pub(crate) use mandate_evidence::{AgentClaim, verify_agent};

pub use evidence::{ApprovedOrder, ApprovedRequest, EvidenceError, verify_evidence, verify_request_evidence};

/// What the worker certifies with.
pub struct CertificationContext<'a> {
    /// The keys of the authorities.
    pub signer: &'a mut dyn Signer,
    /// The register.
    pub registry: &'a mut dyn Registry,
    /// Which proofs count here.
    pub verifier: &'a ApprovalVerifier,
    /// The pinned certificates of the bureaux whose chip keys count here; the common name is the bureau's.
    pub bureaus: &'a [X509],
    /// Profiles, and whose PKI it is.
    pub issuance: IssuanceContext<'a>,
    /// This run of the worker.
    pub epoch: &'a Epoch,
}
