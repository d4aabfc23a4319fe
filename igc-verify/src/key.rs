//! Public keys, digests, and octets in text.

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::sign::Verifier;

pub fn sha256(octets: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(octets)
}

pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let clean = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    if clean { digits.chunks(2).map(octet).collect() } else { None }
}

pub fn base64(text: &str) -> Option<Vec<u8>> {
    let octets = openssl::base64::decode_block(text).ok()?;
    // OpenSSL reads more than RFC 4648 §4 writes.
    (openssl::base64::encode_block(&octets) == text).then_some(octets)
}

/// A public key, SubjectPublicKeyInfo in DER.
pub fn public_key(spki: &[u8]) -> Option<PKey<Public>> {
    PKey::public_key_from_der(spki).ok()
}

/// ECDSA with SHA-256 (SHA-384 for P-384), or RSASSA-PKCS1-v1_5 with SHA-256: the key decides.
pub fn verifies(key: &PKey<Public>, message: &[u8], signature: &[u8]) -> bool {
    let digest = match key.id() {
        Id::EC if key.ec_key().is_ok_and(|key| key.group().curve_name() == Some(Nid::SECP384R1)) => {
            MessageDigest::sha384()
        }
        Id::EC | Id::RSA => MessageDigest::sha256(),
        _ => return false,
    };
    Verifier::new(digest, key)
        .and_then(|mut verifier| verifier.verify_oneshot(signature, message))
        .unwrap_or(false)
}
