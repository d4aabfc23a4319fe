//! A bureau's attestation of one key: which bytes the bureau signs, beside the file as a whole.
//!
//! The proof shows that somebody has the private half; the attestation, that it was a bureau's chip.
//! It stays with the key when the file is gone, so that whoever certifies the key can ask a pinned
//! certificate and need not believe the row (architecture invariant 4).

use openssl::ec::EcKey;
use openssl::pkey::Public;
use openssl::x509::X509;

use crate::{CardNumber, KeyUsage};

use super::bureau::bureau_of;
use super::{BatchId, BureauName, signature};

/// Keeps these signatures apart from everything else that a bureau's key will ever sign.
const CONTEXT: &[u8] = b"igc-card-key-attestation-v1";

/// What a bureau says it made: this key, in the chip of this card, for this usage, in this batch.
#[derive(Clone, Copy, Debug)]
pub struct MadeKey<'a> {
    /// In which batch.
    pub batch: &'a BatchId,
    /// In whose chip.
    pub card: &'a CardNumber,
    /// What for.
    pub usage: KeyUsage,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: &'a [u8],
    /// The chip's own [`proof`](super::proof), an `ECDSA-Sig-Value`.
    pub proof: &'a [u8],
}

impl MadeKey<'_> {
    /// The bytes that the bureau signs with ECDSA and SHA-256: context, batch, card number, usage,
    /// SubjectPublicKeyInfo in DER, proof, each behind its length as 8 octets, the most significant
    /// first.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let card = self.card.to_string();
        signature::length_prefixed(&[
            CONTEXT,
            self.batch.as_str().as_bytes(),
            card.as_bytes(),
            self.usage.as_str().as_bytes(),
            self.public_key,
            self.proof,
        ])
    }
}

/// Whether `bureau` attested this key: whether `attestation` was made with the key of one of the
/// `pinned` certificates of that name. The proof is not looked at: see
/// [`proof::holds`](super::proof::holds).
pub fn holds(pinned: &[X509], bureau: &BureauName, made: &MadeKey<'_>, attestation: &[u8]) -> bool {
    let signed = made.signed_bytes();
    pinned
        .iter()
        .filter(|certificate| bureau_of(certificate).as_deref() == Some(bureau.as_str()))
        .filter_map(key_of)
        .any(|key| signature::verify(&key, &signed, attestation))
}

/// The key with which a bureau attests; none where the certificate's is not of an elliptic curve.
pub(super) fn key_of(certificate: &X509) -> Option<EcKey<Public>> {
    certificate.public_key().ok()?.ec_key().ok()
}
