use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};

/// Longest proof that is looked at, in octets.
pub const PROOF_BOUND: usize = 4096;

/// The kinds of proof, as stored beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// Made by the software key of a demo installation: it proves that the installation is a demo.
    Demo,
}

impl ProofKind {
    /// As stored: `demo`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
        }
    }
}

/// A signed decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalProof {
    /// By the key of a demo installation.
    Demo(DemoProof),
}

/// ```text
/// DemoProof ::= SEQUENCE {
///     statement OCTET STRING,   -- the DER of a Decision
///     keyId     OCTET STRING,   -- SHA-256 of the SubjectPublicKeyInfo of the demo key
///     signature OCTET STRING }  -- ECDSA with SHA-256 over the statement, an ECDSA-Sig-Value
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct DemoProof {
    pub(super) statement: OctetString,
    pub(super) key_id: OctetString,
    pub(super) signature: OctetString,
}

impl ApprovalProof {
    /// Which kind, as stored beside it.
    pub fn kind(&self) -> ProofKind {
        match self {
            Self::Demo(_) => ProofKind::Demo,
        }
    }

    /// The DER that is stored.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Demo(proof) => proof.to_der(),
        }
        .expect("a proof is far below the length DER can say")
    }

    /// Reads a stored proof; `None` when the kind is not known or the bytes are not one, whole.
    pub fn decode(kind: &str, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > PROOF_BOUND {
            return None;
        }
        if kind != ProofKind::Demo.as_str() {
            return None;
        }
        DemoProof::from_der(bytes).ok().map(Self::Demo)
    }
}
