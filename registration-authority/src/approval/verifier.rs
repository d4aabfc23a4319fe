use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;
use sha2::{Digest, Sha256};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::passkey::{PasskeyRefused, RelyingParty};
use super::{ApprovalProof, BulkBound, BulkStatement, Decidable, Delays, DemoProof, PasskeyProof, Statement};
use crate::enrolment::{EnrolledKey, PinnedRoots, Roster, RosterError};
use crate::faults;
use crate::officers::OfficerEmail;

/// How far a proof's date may be from the moment it is handed in: the officer's page and the
/// database may stand on two machines.
pub const FRESHNESS: Duration = Duration::from_secs(10 * 60);

/// Knows which keys make proofs here, and how long a decision waits. Production has no demo key, and refuses every demo
/// proof; where no root of the officers' keys is pinned, every passkey's proof is refused.
#[derive(Clone, Default)]
pub struct ApprovalVerifier {
    demo_key: Option<PinnedKey>,
    passkeys: Option<Arc<Passkeys>>,
    delays: Delays,
    bulk_bound: BulkBound,
    /// By login, as the configuration pins them.
    addresses: Arc<BTreeMap<String, OfficerEmail>>,
}

#[derive(Clone)]
struct PinnedKey {
    key: PKey<Public>,
    id: [u8; 32],
}

struct Passkeys {
    relying_party: RelyingParty,
    roots: PinnedRoots,
}

/// What a proof says, and who made it.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was signed of the subject: the whole of it, or a row of a bulk.
    pub statement: Statement,
    /// SHA-256 of all that was signed.
    pub signed: [u8; 32],
    /// The officer's key that signed, and its signature counter; none where the demo's did.
    pub passkey: Option<(EnrolledKey, u32)>,
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
    #[error("the proof was made by a key that is not pinned, or not enrolled for this officer then")]
    AnotherKey,
    /// The signature does not verify.
    #[error("the signature of the proof does not verify")]
    Signature,
    /// The authenticator's answer is not one to this statement, here.
    #[error("the passkey: {0}")]
    Passkey(#[from] PasskeyRefused),
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
    /// By somebody who could not be told of it.
    #[error("officer {0} has no address at which he is told of what is decided in his name")]
    NobodyTold(String),
    /// Over more orders than this installation takes at once.
    #[error("the signature covers {rows} orders, and this installation takes {bound} at most")]
    BulkTooLarge {
        /// How many it covers.
        rows: usize,
        /// How many it may.
        bound: usize,
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
    /// The worker did not draw its nonce, or no longer takes it, or has seen it in another statement.
    #[error("the nonce of the proof is not one that the worker drew for a decision of this moment")]
    Nonce,
}

impl Fault for ProofRefused {
    fn code(&self) -> Code {
        match self {
            Self::Kind { .. } => faults::APPROVAL_PROOF_KIND_REFUSED,
            Self::Expired(_) | Self::NotOfThisMoment(_) => faults::APPROVAL_PROOF_EXPIRED,
            Self::Nonce => faults::APPROVAL_NONCE_SPENT,
            Self::NobodyTold(_) => faults::OFFICER_ADDRESS_MISSING,
            Self::BulkTooLarge { .. } => faults::BULK_TOO_MANY,
            Self::Unreadable
            | Self::AnotherKey
            | Self::Signature
            | Self::Passkey(_)
            | Self::NotAboutThis { .. }
            | Self::SaysOtherwise => faults::APPROVAL_PROOF_INVALID,
        }
    }
}

impl ApprovalVerifier {
    /// Takes no demo proof, and no passkey's until roots are pinned; decisions wait as they do by default.
    pub fn production() -> Self {
        Self::default()
    }

    /// Takes the proofs of one demo key, given as SubjectPublicKeyInfo in DER; no decision waits.
    pub fn with_demo_key(spki: &[u8]) -> Result<Self, ErrorStack> {
        let key = PKey::public_key_from_der(spki)?;
        let id = Sha256::digest(key.public_key_to_der()?).into();
        Ok(Self { demo_key: Some(PinnedKey { key, id }), delays: Delays::NONE, ..Self::default() })
    }

    /// The same, which also takes proofs of the passkeys that the chain of enrolments leads to from these roots.
    #[must_use]
    pub fn with_passkeys(self, relying_party: RelyingParty, roots: PinnedRoots) -> Self {
        Self { passkeys: Some(Arc::new(Passkeys { relying_party, roots })), ..self }
    }

    /// The same, where decisions wait so long.
    #[must_use]
    pub fn with_delays(self, delays: Delays) -> Self {
        Self { delays, ..self }
    }

    /// The same, where one signature covers so many orders at most.
    #[must_use]
    pub fn with_bulk_bound(self, bulk_bound: BulkBound) -> Self {
        Self { bulk_bound, ..self }
    }

    /// The same, where the configuration says of these logins where they are written to.
    #[must_use]
    pub fn with_addresses(self, addresses: BTreeMap<String, OfficerEmail>) -> Self {
        Self { addresses: Arc::new(addresses), ..self }
    }

    /// Where this officer is written to: as the configuration pins it, or as the chain of this roster says. No row that
    /// nobody signed for has a say.
    pub fn address_of<'a>(&'a self, roster: &'a Roster, login: &str) -> Option<&'a OfficerEmail> {
        self.addresses.get(login).or_else(|| roster.address_of(login))
    }

    /// Whether this officer can be told of what is decided in his name: nobody else would see that an owned page had him sign for something
    /// else. In a demonstration, whose key signs for everybody, whoever has no address decides as well.
    pub fn can_tell(&self, roster: &Roster, login: &str) -> bool {
        self.is_demo() || self.address_of(roster, login).is_some()
    }

    /// Where the officer whom this enrolment is about is told of it; nowhere where it counts for nothing.
    pub fn told_at<'a>(&'a self, roster: &'a Roster, enrolment: &str) -> Option<&'a OfficerEmail> {
        let counted = roster.counted_as(enrolment)?;
        self.addresses.get(&counted.login).or(counted.told_at.as_ref())
    }

    /// How long decisions wait.
    pub fn delays(&self) -> Delays {
        self.delays
    }

    /// How many orders one signature covers at most.
    pub fn bulk_bound(&self) -> BulkBound {
        self.bulk_bound
    }

    /// Whether this is a demo's verifier: pages say so.
    pub fn is_demo(&self) -> bool {
        self.demo_key.is_some()
    }

    /// For whom officers' passkeys sign; none where no root is pinned.
    pub fn relying_party(&self) -> Option<&RelyingParty> {
        self.passkeys.as_ref().map(|passkeys| &passkeys.relying_party)
    }

    /// The officers' keys as the chain of enrolments says now; none where no root is pinned. Verified anew wherever a row
    /// that it rests on has changed.
    pub fn roster(&self, db: &mut Database) -> Result<Arc<Roster>, RosterError> {
        match &self.passkeys {
            Some(passkeys) => passkeys.roots.roster(db, &passkeys.relying_party),
            None => Ok(Arc::default()),
        }
    }

    /// What the proof states about `subject`, when it holds at `at` by these keys.
    pub fn verify(
        &self,
        proof: &ApprovalProof,
        subject: &Decidable,
        roster: &Roster,
        at: Timestamp,
    ) -> Result<Verified, ProofRefused> {
        let verified = match proof {
            ApprovalProof::Demo(proof) => self.verify_demo(proof)?,
            ApprovalProof::Passkey(proof) => self.verify_passkey(proof, subject, roster)?,
        };
        let statement = &verified.statement;
        if !statement.is_about(subject) {
            return Err(not_about(subject));
        }
        if statement.expires_at() <= at {
            return Err(ProofRefused::Expired(statement.expires_at()));
        }
        if statement.decided_at() > at.plus(FRESHNESS) {
            return Err(ProofRefused::NotOfThisMoment(statement.decided_at()));
        }
        Ok(verified)
    }

    /// The same, for a proof that is handed in now: it must also be of this moment.
    pub fn verify_fresh(
        &self,
        proof: &ApprovalProof,
        subject: &Decidable,
        roster: &Roster,
        at: Timestamp,
    ) -> Result<Verified, ProofRefused> {
        let verified = self.verify(proof, subject, roster, at)?;
        let decided_at = verified.statement.decided_at();
        if decided_at < at.minus(FRESHNESS) {
            return Err(ProofRefused::NotOfThisMoment(decided_at));
        }
        Ok(verified)
    }

    fn verify_demo(&self, proof: &DemoProof) -> Result<Verified, ProofRefused> {
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
        let signed = Sha256::digest(statement).into();
        let statement = Statement::decode(statement).ok_or(ProofRefused::Unreadable)?;
        Ok(Verified { statement, signed, passkey: None })
    }

    fn verify_passkey(
        &self,
        proof: &PasskeyProof,
        subject: &Decidable,
        roster: &Roster,
    ) -> Result<Verified, ProofRefused> {
        let passkeys = self.passkeys.as_ref().ok_or(ProofRefused::Kind { kind: "passkey" })?;
        let rows = BulkStatement::decode(proof.statement.as_bytes()).map_or(1, |bulk| bulk.rows().len());
        let bound = self.bulk_bound.orders();
        if rows > bound {
            return Err(ProofRefused::BulkTooLarge { rows, bound });
        }
        verify_passkey(proof, subject, roster, &passkeys.relying_party)
    }
}

/// What a passkey's proof states of `subject`, and by which key of this roster: one that counted for the officer whom the
/// statement names at the moment that it names. A bulk states nothing of what is not one of its rows.
pub(crate) fn verify_passkey(
    proof: &PasskeyProof,
    subject: &Decidable,
    roster: &Roster,
    relying_party: &RelyingParty,
) -> Result<Verified, ProofRefused> {
    let declared = proof.statement.as_bytes();
    let statement = match Statement::decode(declared) {
        Some(statement) => statement,
        None => {
            let bulk = BulkStatement::decode(declared).ok_or(ProofRefused::Unreadable)?;
            bulk.on(subject).ok_or_else(|| not_about(subject))?
        }
    };
    let key = roster
        .key(proof.credential_id())
        .filter(|key| key.login == statement.officer() && key.counts(statement.decided_at()))
        .ok_or(ProofRefused::AnotherKey)?;
    let signed = Sha256::digest(declared).into();
    let count = proof.assertion().verify(&key.key, &signed, relying_party)?;
    Ok(Verified { statement, signed, passkey: Some((key.clone(), count)) })
}

fn not_about(subject: &Decidable) -> ProofRefused {
    ProofRefused::NotAboutThis {
        kind: subject.kind.as_str(),
        number: subject.number.clone(),
        version: subject.version,
    }
}
