//! The proof of possession of a chip key: which bytes the chip signs.
//!
//! A proof binds the key to batch, card and usage, so that a bureau cannot take a key from another
//! card, another batch, or another usage, nor return a key of which no chip has the private half.
//! This is the idea of a certification request signed with its own key (RFC 2986 §3), over other fields.
//!
//! Anyone who has a key can make its proof. That a bureau made the key says its [`attestation`].
//!
//! [`attestation`]: super::attestation

use crate::{CardNumber, KeyUsage};

use super::{BatchId, public_key, signature};

/// Keeps these signatures apart from everything else the key will ever sign.
const CONTEXT: &[u8] = b"igc-card-key-proof-v1";

/// The bytes that the chip signs with ECDSA and SHA-256: context, batch, card number, usage,
/// SubjectPublicKeyInfo in DER, each behind its length as 8 octets, the most significant first.
pub fn signed_bytes(batch: &BatchId, card: &CardNumber, usage: KeyUsage, public_key: &[u8]) -> Vec<u8> {
    let card = card.to_string();
    signature::length_prefixed(&[
        CONTEXT,
        batch.as_str().as_bytes(),
        card.as_bytes(),
        usage.as_str().as_bytes(),
        public_key,
    ])
}

/// Whether `proof` was made by the private half of `public_key` for this batch, card and usage. For
/// whoever is about to certify a key and trusts no row (invariant 4).
pub fn holds(batch: &BatchId, card: &CardNumber, usage: KeyUsage, public_key: &[u8], proof: &[u8]) -> bool {
    public_key::read(public_key)
        .is_ok_and(|key| signature::verify(&key, &signed_bytes(batch, card, usage, public_key), proof))
}
