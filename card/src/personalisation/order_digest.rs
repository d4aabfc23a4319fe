use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// What was approved for a card: SHA-256 of the canonical encoding of its order, at the version that
/// was approved. That encoding is the registration authority's; here it is opaque. In files it stands
/// as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderDigest([u8; 32]);

/// Not the digest of an order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("order: expected 64 lower-case hexadecimal digits")]
pub struct NotAnOrderDigest;

impl OrderDigest {
    /// The digest of a canonical encoding.
    pub fn of(canonical: &[u8]) -> Self {
        Self(Sha256::digest(canonical).into())
    }

    /// The digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for OrderDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for OrderDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for OrderDigest {
    type Error = NotAnOrderDigest;

    fn try_from(text: String) -> Result<Self, NotAnOrderDigest> {
        let mut digest = [0; 32];
        hex::decode_to_slice(&text, &mut digest).map_err(|_| NotAnOrderDigest)?;
        let digest = Self(digest);
        // One digest has one form.
        if digest.to_string() == text { Ok(digest) } else { Err(NotAnOrderDigest) }
    }
}

impl From<OrderDigest> for String {
    fn from(digest: OrderDigest) -> Self {
        digest.to_string()
    }
}
