use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use der::asn1::OctetString;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::{Code, Fault, Timestamp};
use thiserror::Error;

use super::{ApprovalProof, ApprovalVerifier, Decidable, DemoProof, Statement, Verdict};
use crate::faults;

/// Longest key file that is read, in octets.
const KEY_FILE_BOUND: u64 = 8192;

/// Signs decisions in the name of any officer with one software key (P-256). Only a demo installation
/// has one: a proof made so says that the installation is a demo, and nothing about who sat there.
pub struct DemoApprover {
    key: PKey<Private>,
    spki: Vec<u8>,
}

/// Why the demo's key cannot be made, read or used.
#[derive(Debug, Error)]
pub enum DemoKeyError {
    /// The file.
    #[error("the demo's key file: {0}")]
    File(#[from] io::Error),
    /// The key in it.
    #[error("the demo's key: {0}")]
    Key(#[from] ErrorStack),
    /// Another curve or another kind of key.
    #[error("the demo's key: must be an EC key on P-256")]
    NotP256,
}

impl Fault for DemoKeyError {
    fn code(&self) -> Code {
        faults::APPROVAL_KEY_FILE
    }
}

impl DemoApprover {
    /// Makes a key and writes it, as PKCS#8 PEM with mode 0600, to a file that must not be there yet.
    pub fn create(path: &Path) -> Result<Self, DemoKeyError> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&key.private_key_to_pem_pkcs8()?)?;
        file.sync_all()?;
        Self::of(key)
    }

    /// Reads the key that [`Self::create`] wrote.
    pub fn open(path: &Path) -> Result<Self, DemoKeyError> {
        let mut pem = Vec::new();
        OpenOptions::new().read(true).open(path)?.take(KEY_FILE_BOUND).read_to_end(&mut pem)?;
        Self::of(PKey::private_key_from_pem(&pem)?)
    }

    /// The public key (SubjectPublicKeyInfo, DER): all that a verifier is given.
    pub fn public_key(&self) -> &[u8] {
        &self.spki
    }

    /// The verifier of this installation's demo proofs.
    pub fn verifier(&self) -> ApprovalVerifier {
        ApprovalVerifier::with_demo_key(&self.spki).expect("the key was read once")
    }

    /// The proof that `officer` approves.
    pub fn approve(
        &self,
        subject: &Decidable,
        officer: &str,
        rng: &mut dyn CryptoRng,
        at: Timestamp,
    ) -> Result<ApprovalProof, DemoKeyError> {
        self.sign(&Statement::new(subject, Verdict::Approve, None, officer, rng, at))
    }

    /// The proof that `officer` refuses, for the reason of this code and with this sentence of his own.
    pub fn refuse(
        &self,
        subject: &Decidable,
        (reason_code, text): (&str, Option<&str>),
        officer: &str,
        rng: &mut dyn CryptoRng,
        at: Timestamp,
    ) -> Result<ApprovalProof, DemoKeyError> {
        let statement = Statement::new(subject, Verdict::Refuse, Some(reason_code), officer, rng, at);
        self.sign(&statement.saying(text))
    }

    /// Signs a statement as it is.
    pub fn sign(&self, statement: &Statement) -> Result<ApprovalProof, DemoKeyError> {
        let statement = statement.encode();
        let signature = Signer::new(MessageDigest::sha256(), &self.key)?.sign_oneshot_to_vec(&statement)?;
        let octets = |bytes: &[u8]| OctetString::new(bytes).expect("far below the length DER can say");
        Ok(ApprovalProof::Demo(DemoProof {
            statement: octets(&statement),
            key_id: octets(&Sha256::digest(&self.spki)),
            signature: octets(&signature),
        }))
    }

    fn of(key: PKey<Private>) -> Result<Self, DemoKeyError> {
        let curve = key.ec_key().map_err(|_| DemoKeyError::NotP256)?.group().curve_name();
        if curve != Some(Nid::X9_62_PRIME256V1) {
            return Err(DemoKeyError::NotP256);
        }
        let spki = key.public_key_to_der()?;
        Ok(Self { key, spki })
    }
}
