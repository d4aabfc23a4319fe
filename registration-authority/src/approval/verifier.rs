use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;
use sha2::{Digest, Sha256};
use store::{Code, Fault, Timestamp};
use thiserror::Error;

use super::{ApprovalProof, Decidable, DemoProof, Statement};
use crate::faults;

/// How far a proof's date may be from the moment it is handed in: the officer's page and the
/// database may stand on two machines.
pub const FRESHNESS: Duration = Duration::from_secs(10 * 60);

/// Knows which keys make proofs here. Production has no demo key, and refuses every demo proof.
#[derive(Clone, Default)]
pub struct ApprovalVerifier {
    demo_key: Option<PinnedKey>,
}

#[derive(Clone)]
struct PinnedKey {
    key: PKey<Public>,
    id: [u8; 32],
}

/// Why a proof is worth nothing.
#[derive(Debug, Error)]
pub enum ProofRefused {
    /// No key for this kind of proof is pinned.
    #[error("a {kind} proof is not taken by this installation")]
    Kind {
        /// Which kind.
        kind: &'static str,
    },
    /// Stored bytes that are no proof.
    #[error("the bytes are not a proof")]
    Unreadable,
    /// Made by another key.
    #[error("the proof was made by a key that is not pinned")]
    AnotherKey,
    /// The signature does not verify.
    #[error("the signature of the proof does not verify")]
    Signature,
    /// Made for another thing, another version, or other bytes.
    #[error("the proof is not about {kind} {number} version {version} as it stands")]
    NotAboutThis {
        /// The kind of what it should be about.
        kind: &'static str,
        /// The number of what it should be about.
        number: String,
        /// The version it should be about.
        version: i64,
    },
    /// Says yes where no was needed, or the reverse; or names another officer or date than the row.
    #[error("the proof does not say what its row says")]
    SaysOtherwise,
    /// Expired.
    #[error("the proof expired at {0}")]
    Expired(Timestamp),
    /// Dated in the future, or too old to be handed in.
    #[error("the proof is dated {0}: not of this moment")]
    NotOfThisMoment(Timestamp),
}

impl Fault for ProofRefused {
    fn code(&self) -> Code {
        match self {
            Self::Kind { .. } => faults::APPROVAL_PROOF_KIND_REFUSED,
            Self::Expired(_) | Self::NotOfThisMoment(_) => faults::APPROVAL_PROOF_EXPIRED,
            Self::Unreadable
            | Self::AnotherKey
            | Self::Signature
            | Self::NotAboutThis { .. }
            | Self::SaysOtherwise => faults::APPROVAL_PROOF_INVALID,
        }
    }
}

impl ApprovalVerifier {
    /// Takes no demo proof.
    pub fn production() -> Self {
        Self { demo_key: None }
    }

    /// Takes the proofs of one demo key, given as SubjectPublicKeyInfo in DER.
    pub fn with_demo_key(spki: &[u8]) -> Result<Self, ErrorStack> {
        let key = PKey::public_key_from_der(spki)?;
        let id = Sha256::digest(key.public_key_to_der()?).into();
        Ok(Self { demo_key: Some(PinnedKey { key, id }) })
    }

    /// Whether this is a demo's verifier: pages say so.
    pub fn is_demo(&self) -> bool {
        self.demo_key.is_some()
    }

    /// What the proof states about `subject`, when it holds at `at`.
    pub fn verify(
        &self,
        proof: &ApprovalProof,
        subject: &Decidable,
        at: Timestamp,
    ) -> Result<Statement, ProofRefused> {
        let ApprovalProof::Demo(demo) = proof;
        let statement = self.verify_demo(demo)?;
        if !statement.is_about(subject) {
            return Err(ProofRefused::NotAboutThis {
                kind: subject.kind.as_str(),
                number: subject.number.clone(),
                version: subject.version,
            });
        }
        if statement.expires_at() <= at {
            return Err(ProofRefused::Expired(statement.expires_at()));
        }
        if statement.decided_at() > at.plus(FRESHNESS) {
            return Err(ProofRefused::NotOfThisMoment(statement.decided_at()));
        }
        Ok(statement)
    }

    /// The same, for a proof that is handed in now: it must also be of this moment.
    pub fn verify_fresh(
        &self,
        proof: &ApprovalProof,
        subject: &Decidable,
        at: Timestamp,
    ) -> Result<Statement, ProofRefused> {
        let statement = self.verify(proof, subject, at)?;
        if statement.decided_at() < at.minus(FRESHNESS) {
            return Err(ProofRefused::NotOfThisMoment(statement.decided_at()));
        }
        Ok(statement)
    }

    fn verify_demo(&self, proof: &DemoProof) -> Result<Statement, ProofRefused> {
        let pinned = self.demo_key.as_ref().ok_or(ProofRefused::Kind { kind: "demo" })?;
        if proof.key_id.as_bytes() != pinned.id {
            return Err(ProofRefused::AnotherKey);
        }
        let statement = proof.statement.as_bytes();
        let verified = Verifier::new(MessageDigest::sha256(), &pinned.key)
            .and_then(|mut verifier| verifier.verify_oneshot(proof.signature.as_bytes(), statement));
        if !verified.unwrap_or(false) {
            return Err(ProofRefused::Signature);
        }
        Statement::decode(statement).ok_or(ProofRefused::Unreadable)
    }
}
