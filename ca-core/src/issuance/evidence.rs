use sha2::{Digest, Sha256};

/// On what ground a certificate is issued. The worker trusts no row for it: it verifies the
/// evidence itself, then makes this value (invariant 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    kind: EvidenceKind,
    digest: [u8; 32],
}

/// The four kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceKind {
    /// A signed decision over the canonical encoding of an order.
    Officer,
    /// The digest of the feed file in the log, the entitlement derived again.
    RegisterFeed,
    /// An approved renewal or campaign plan.
    Plan,
    /// A key ceremony.
    Ceremony,
}

impl EvidenceKind {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::RegisterFeed => "register-feed",
            Self::Plan => "plan",
            Self::Ceremony => "ceremony",
        }
    }
}

impl Evidence {
    /// Says that `evidence`, of this kind, was verified just now. Only its digest is kept.
    ///
    /// Only the code that verifies may call this: `registration_authority::certification` and the
    /// ceremony of this crate (`clippy.toml` refuses other callers).
    pub fn verified(kind: EvidenceKind, evidence: &[u8]) -> Self {
        Self { kind, digest: Sha256::digest(evidence).into() }
    }

    /// Which kind.
    pub fn kind(&self) -> EvidenceKind {
        self.kind
    }

    /// SHA-256 over the evidence.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}
