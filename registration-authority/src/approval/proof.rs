use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};

use super::passkey::{Assertion, PasskeyRefused};
use super::{BulkStatement, Statement, Verdict};

/// Longest proof that is looked at, in octets: one over the longest bulk, by the longest of keys.
pub const PROOF_BOUND: usize = 4096;

/// The kinds of proof, as stored beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// Made by the software key of a demo installation: it proves that the installation is a demo.
    Demo,
    /// Made by an officer's passkey.
    Passkey,
}

impl ProofKind {
    /// As stored: `demo`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Passkey => "passkey",
        }
    }
}

/// A signed decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalProof {
    /// By the key of a demo installation.
    Demo(DemoProof),
    /// By an officer's passkey.
    Passkey(PasskeyProof),
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

/// ```text
/// PasskeyProof ::= SEQUENCE {
///     statement         OCTET STRING,   -- the DER of a Decision or BulkDecision; its SHA-256 is the challenge
///     credentialId      OCTET STRING,   -- which key
///     authenticatorData OCTET STRING,   -- Web Authentication Level 3 §6.1
///     clientData        OCTET STRING,   -- JSON, §5.8.1
///     signature         OCTET STRING }  -- ECDSA with SHA-256, an ECDSA-Sig-Value
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct PasskeyProof {
    pub(super) statement: OctetString,
    credential_id: OctetString,
    authenticator_data: OctetString,
    client_data: OctetString,
    signature: OctetString,
}

impl PasskeyProof {
    /// What an authenticator answered over this statement (DER), as an officer hands it in; nothing of it checked but
    /// its bounds.
    pub fn new(statement: &[u8], assertion: &Assertion) -> Result<Self, PasskeyRefused> {
        assertion.check_bounds()?;
        let octets = |bytes: &[u8]| OctetString::new(bytes).expect("bounded, far below what DER can say");
        Ok(Self {
            statement: octets(statement),
            credential_id: octets(&assertion.credential_id),
            authenticator_data: octets(&assertion.authenticator_data),
            client_data: octets(&assertion.client_data),
            signature: octets(&assertion.signature),
        })
    }

    /// The authenticator's name for the key.
    pub fn credential_id(&self) -> &[u8] {
        self.credential_id.as_bytes()
    }

    /// What the authenticator answered.
    pub(super) fn assertion(&self) -> Assertion {
        Assertion {
            credential_id: self.credential_id.as_bytes().to_vec(),
            authenticator_data: self.authenticator_data.as_bytes().to_vec(),
            client_data: self.client_data.as_bytes().to_vec(),
            signature: self.signature.as_bytes().to_vec(),
        }
    }
}

impl ApprovalProof {
    /// Which kind, as stored beside it.
    pub fn kind(&self) -> ProofKind {
        match self {
            Self::Demo(_) => ProofKind::Demo,
            Self::Passkey(_) => ProofKind::Passkey,
        }
    }

    /// Whether one gesture made it for several orders.
    pub fn is_bulk(&self) -> bool {
        self.bulk().is_some()
    }

    /// What was signed of several orders, as the proof says itself; none where it is over one thing.
    pub(crate) fn bulk(&self) -> Option<BulkStatement> {
        match self {
            Self::Demo(_) => None,
            Self::Passkey(proof) => BulkStatement::decode(proof.statement.as_bytes()),
        }
    }

    /// The number of the delegation by which it decides, as it says itself. A bulk is within its officer's own scope.
    pub fn delegation(&self) -> Option<String> {
        let statement = match self {
            Self::Demo(proof) => &proof.statement,
            Self::Passkey(proof) => &proof.statement,
        };
        Statement::decode(statement.as_bytes())?.delegation().map(str::to_owned)
    }

    /// Whether this sentence of its officer, or none, may stand beside it: the one that was signed. A refusal of the first version says
    /// nothing of it.
    pub(crate) fn stands_beside(&self, text: Option<&str>) -> bool {
        if let Some(bulk) = self.bulk() {
            return bulk.is_of_sentence(text)
                || (!bulk.covers_sentence() && bulk.verdict() == Verdict::Refuse);
        }
        let declared = match self {
            Self::Demo(proof) => &proof.statement,
            Self::Passkey(proof) => &proof.statement,
        };
        Statement::decode(declared.as_bytes()).is_some_and(|one| {
            one.is_of_sentence(text) || (!one.covers_sentence() && one.verdict() == Verdict::Refuse)
        })
    }

    /// The DER that is stored.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Demo(proof) => proof.to_der(),
            Self::Passkey(proof) => proof.to_der(),
        }
        .expect("a proof is far below the length DER can say")
    }

    /// Reads a stored proof; `None` when the kind is not known or the bytes are not one, whole.
    pub fn decode(kind: &str, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > PROOF_BOUND {
            return None;
        }
        match kind {
            "demo" => DemoProof::from_der(bytes).ok().map(Self::Demo),
            "passkey" => PasskeyProof::from_der(bytes).ok().map(Self::Passkey),
            _ => None,
        }
    }
}
