//! What tells one version of an answer from another over HTTP (RFC 9110 §8.8.3).

use sha2::{Digest, Sha256};

/// `"…"`: the SHA-256 of the body, as RFC 9919 §6 recommends it for OCSP.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    format!("\"{}\"", hex::encode(Sha256::digest(body)))
}
