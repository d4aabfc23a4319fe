//! The file that comes back from the bureau: its form, and all that can be checked without the
//! database.

use std::collections::BTreeSet;

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::ec::EcKey;
use openssl::error::ErrorStack;
use openssl::pkey::Public;
use openssl::stack::Stack;
use openssl::x509::X509;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Code, Fault};
use thiserror::Error;

use crate::{CardNumber, KeyUsage, faults};

use super::attestation::{self, MadeKey};
use super::bureau::bureau_of;
use super::public_key::{self, NotAChipKey};
use super::{BatchId, BureauName, KeyPlace, MOST_CARDS, OrderDigest, proof, signature};

/// The largest return file, in bytes: 10,000 cards give about two thirds of it.
pub const LARGEST_RETURN_FILE: usize = 16 << 20;

const VERSION: u32 = 2;

/// What the bureau signs, as CMS SignedData (RFC 5652 §5) with this JSON inside:
///
/// ```json
/// {"version":2,"batch":"L-20261121-9F3C21AB","bureau":"Bureau A",
///  "keys":[{"card":"2600000001","order":"<as in the batch>","usage":"authentication",
///           "public_key":"<base64 SPKI DER>",
///           "proof":"<base64 ECDSA-Sig-Value of the chip>",
///           "attestation":"<base64 ECDSA-Sig-Value of the bureau>"}]}
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnFile {
    version: u32,
    pub(super) batch: BatchId,
    pub(super) bureau: BureauName,
    pub(super) keys: Vec<ReturnedKey>,
}

/// One key of a return file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnedKey {
    pub(super) card: CardNumber,
    pub(super) order: OrderDigest,
    pub(super) usage: KeyUsage,
    #[serde(with = "base64_text")]
    pub(super) public_key: Vec<u8>,
    #[serde(with = "base64_text")]
    pub(super) proof: Vec<u8>,
    #[serde(with = "base64_text")]
    pub(super) attestation: Vec<u8>,
}

impl ReturnedKey {
    /// What the proof is over beside the key, in this batch.
    pub(super) fn place_in<'a>(&'a self, batch: &'a BatchId) -> KeyPlace<'a> {
        KeyPlace { batch, card: &self.card, order: &self.order, usage: self.usage }
    }

    /// What the attestation is over, in this batch.
    pub(super) fn made_in<'a>(&'a self, batch: &'a BatchId) -> MadeKey<'a> {
        MadeKey { place: self.place_in(batch), public_key: &self.public_key, proof: &self.proof }
    }
}

impl ReturnFile {
    pub(super) fn new(batch: BatchId, bureau: BureauName, keys: Vec<ReturnedKey>) -> Self {
        Self { version: VERSION, batch, bureau, keys }
    }
}

/// A return file whose signature, keys, proofs and attestations have been verified. Only
/// [`verify_return_file`] makes one.
#[derive(Debug)]
pub struct VerifiedReturnFile {
    pub(super) content: ReturnFile,
    pub(super) sha256: [u8; 32],
}

impl VerifiedReturnFile {
    /// Which batch it returns.
    pub fn batch(&self) -> &BatchId {
        &self.content.batch
    }

    /// The bureau that signed it.
    pub fn bureau(&self) -> &BureauName {
        &self.content.bureau
    }
}

/// Why a return file is refused before the database is asked.
#[derive(Debug, Error)]
pub enum ReturnFileError {
    /// Too large.
    #[error("return file: {0} bytes, at most {LARGEST_RETURN_FILE}")]
    TooLarge(usize),
    /// Not CMS SignedData in DER and nothing else.
    #[error("return file: not CMS SignedData in DER, or bytes follow it")]
    NotSigned,
    /// No pinned certificate verifies the signature.
    #[error("return file: no pinned bureau signed it")]
    Untrusted,
    /// The bureau that signed is not the one the file names.
    #[error("return file: it names the bureau {named}, and {signer} signed it")]
    OtherBureau {
        /// Whom the file names.
        named: BureauName,
        /// Who signed.
        signer: String,
    },
    /// Not of its form; the message names field, line and column of the signed content.
    #[error("return file: {0}")]
    Json(#[from] serde_json::Error),
    /// Of a version this program does not know.
    #[error("return file: version {0}, expected {VERSION}")]
    Version(u32),
    /// No key, or more than any batch gives.
    #[error("return file: {0} keys, expected 1 to {most}", most = MOST_CARDS * KeyUsage::ALL.len())]
    Size(usize),
    /// Two keys for one usage of one card.
    #[error("return file: card {card} has two {usage} keys")]
    Duplicate {
        /// Which card.
        card: CardNumber,
        /// Which usage.
        usage: KeyUsage,
    },
    /// Not a key as it was asked for.
    #[error("return file: card {card}, {usage} key: {cause}")]
    BadKey {
        /// Which card.
        card: CardNumber,
        /// Which usage.
        usage: KeyUsage,
        /// Why.
        cause: NotAChipKey,
    },
    /// The same public key twice.
    #[error("return file: card {card}, {usage} key: the same public key stands twice")]
    KeyReused {
        /// The second card that has it.
        card: CardNumber,
        /// The second usage.
        usage: KeyUsage,
    },
    /// The proof is not of this key for this usage, order, card and batch.
    #[error(
        "return file: card {card}, {usage} key: the proof of possession is not over this batch, card, order, usage and key"
    )]
    BadProof {
        /// Which card.
        card: CardNumber,
        /// Which usage.
        usage: KeyUsage,
    },
    /// The bureau that signed the file did not attest this key.
    #[error(
        "return file: card {card}, {usage} key: the attestation is not by the bureau that signed the file, over this batch, card, order, usage, key and proof"
    )]
    BadAttestation {
        /// Which card.
        card: CardNumber,
        /// Which usage.
        usage: KeyUsage,
    },
}

impl Fault for ReturnFileError {
    fn code(&self) -> Code {
        match self {
            Self::TooLarge(_) => faults::RETURN_TOO_LARGE,
            Self::NotSigned => faults::RETURN_NOT_SIGNED,
            Self::Untrusted => faults::RETURN_UNTRUSTED,
            Self::OtherBureau { .. } => faults::RETURN_OTHER_BUREAU,
            Self::Json(_) | Self::Version(_) | Self::Size(_) => faults::RETURN_INVALID,
            Self::Duplicate { .. } => faults::RETURN_DUPLICATE,
            Self::BadKey { .. } => faults::RETURN_BAD_KEY,
            Self::KeyReused { .. } => faults::RETURN_KEY_REUSED,
            Self::BadProof { .. } => faults::RETURN_BAD_PROOF,
            Self::BadAttestation { .. } => faults::RETURN_BAD_ATTESTATION,
        }
    }
}

/// Verifies all of a return file that needs no database: the bureau's signature against the
/// `pinned` certificates and no other, then each key, its proof, and the attestation by the same
/// certificate. It takes a while for a big batch: call it outside a transaction.
///
/// The common name of a pinned certificate is the name of its bureau. A pin holds until it is
/// taken away; the certificate's dates are not asked.
pub fn verify_return_file(bytes: &[u8], pinned: &[X509]) -> Result<VerifiedReturnFile, ReturnFileError> {
    if bytes.len() > LARGEST_RETURN_FILE {
        return Err(ReturnFileError::TooLarge(bytes.len()));
    }
    let (certificate, signer, json) = signed_content(bytes, pinned)?;
    let content: ReturnFile = serde_json::from_slice(&json)?;
    if content.version != VERSION {
        return Err(ReturnFileError::Version(content.version));
    }
    if content.bureau.as_str() != signer {
        return Err(ReturnFileError::OtherBureau { named: content.bureau, signer });
    }
    if !(1..=MOST_CARDS * KeyUsage::ALL.len()).contains(&content.keys.len()) {
        return Err(ReturnFileError::Size(content.keys.len()));
    }
    verify_keys(&content, attestation::key_of(certificate).as_ref())?;
    Ok(VerifiedReturnFile { content, sha256: Sha256::digest(bytes).into() })
}

/// Who signed, and what. Each pinned certificate is tried alone, so that the one that verifies is
/// known; certificates inside the file are never looked at (`NOINTERN`), and there is no chain to
/// build (`NO_SIGNER_CERT_VERIFY`).
fn signed_content<'p>(
    bytes: &[u8],
    pinned: &'p [X509],
) -> Result<(&'p X509, String, Vec<u8>), ReturnFileError> {
    // OpenSSL ignores what follows the structure: writing it again shows that nothing does.
    let read = || CmsContentInfo::from_der(bytes).map_err(|_| ReturnFileError::NotSigned);
    if read()?.to_der().map_err(|_| ReturnFileError::NotSigned)? != bytes {
        return Err(ReturnFileError::NotSigned);
    }
    for certificate in pinned {
        if let Ok(content) = content_signed_by(read()?, certificate)
            && let Some(name) = bureau_of(certificate)
        {
            return Ok((certificate, name, content));
        }
    }
    Err(ReturnFileError::Untrusted)
}

fn content_signed_by(mut cms: CmsContentInfo, certificate: &X509) -> Result<Vec<u8>, ErrorStack> {
    let mut only = Stack::new()?;
    only.push(certificate.clone())?;
    let mut content = Vec::new();
    let flags = CMSOptions::BINARY | CMSOptions::NOINTERN | CMSOptions::NO_SIGNER_CERT_VERIFY;
    cms.verify(Some(&only), None, None, Some(&mut content), flags)?;
    Ok(content)
}

/// `bureau` is the key of the certificate that verified the file: another pinned bureau's attestation
/// does not count here.
fn verify_keys(content: &ReturnFile, bureau: Option<&EcKey<Public>>) -> Result<(), ReturnFileError> {
    let mut places = BTreeSet::new();
    let mut public_keys = BTreeSet::new();
    for returned in &content.keys {
        let ReturnedKey { card, order: _, usage, public_key, proof, attestation } = returned;
        let (card, usage) = (*card, *usage);
        if !places.insert((card, usage)) {
            return Err(ReturnFileError::Duplicate { card, usage });
        }
        let key =
            public_key::read(public_key).map_err(|cause| ReturnFileError::BadKey { card, usage, cause })?;
        if !public_keys.insert(public_key.as_slice()) {
            return Err(ReturnFileError::KeyReused { card, usage });
        }
        let proven = proof::signed_bytes(&returned.place_in(&content.batch), public_key);
        if !signature::verify(&key, &proven, proof) {
            return Err(ReturnFileError::BadProof { card, usage });
        }
        let attested = returned.made_in(&content.batch).signed_bytes();
        if !bureau.is_some_and(|bureau| signature::verify(bureau, &attested, attestation)) {
            return Err(ReturnFileError::BadAttestation { card, usage });
        }
    }
    Ok(())
}

/// Octets as base64 (RFC 4648 §4, with padding).
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(octets))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
