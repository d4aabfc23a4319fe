//! How chips and bureaux sign: ECDSA with SHA-256.

use openssl::ec::EcKeyRef;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{HasPrivate, PKeyRef, Public};
use openssl::sign::Signer;
use sha2::{Digest, Sha256};

/// ECDSA with SHA-256 over `bytes`, as an `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
pub(super) fn sign<T: HasPrivate>(key: &PKeyRef<T>, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(bytes)
}

/// Whether `signature` is the signature of `key` over `bytes`, in DER and nothing after it. What
/// cannot even be read is none.
pub(super) fn verify(key: &EcKeyRef<Public>, bytes: &[u8], signature: &[u8]) -> bool {
    let Ok(read) = EcdsaSig::from_der(signature) else { return false };
    let strict = read.to_der().is_ok_and(|der| der == signature);
    strict && read.verify(&Sha256::digest(bytes), key).unwrap_or(false)
}
