//! Message authentication codes: HMAC with SHA-256 (RFC 2104), whose key lives in a token.

use sha2::{Digest, Sha256};

use super::KeyReference;

/// HMAC with SHA-256, whole.
pub type Mac = [u8; 32];

/// A code that is wanted over a message.
///
/// A code is accounted for as a signature is: an intention before, a line of the ledger after. Neither may tell anything of
/// the message, which may be a secret that is short enough to be guessed. So both hold a commitment to it.
#[derive(Clone, Copy)]
pub struct MacRequest<'a> {
    /// With which secret key.
    pub key: &'a KeyReference,
    /// Drawn for this request, and kept nowhere.
    pub nonce: &'a [u8; 32],
    /// What the code is made over.
    pub message: &'a [u8],
    /// What it is for, by natural key: `opposition-code 2600000017`. It stands in the ledger.
    pub subject: &'a str,
}

impl MacRequest<'_> {
    /// SHA-256 over nonce and message: bound to this one message, and silent about it for whoever has not the nonce.
    pub fn commitment(&self) -> [u8; 32] {
        Sha256::new().chain_update(self.nonce).chain_update(self.message).finalize().into()
    }
}
