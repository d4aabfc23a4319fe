//! Keys that sign, wherever they live: a digest goes in, a signature comes out.
//!
//! [`Signer`] is what the rest of the house sees. [`pkcs11`] is the signer over a token: SoftHSM
//! here, an HSM in production. A signature is never trusted because a signer returned it:
//! issuance verifies it with the public key it knows (architecture invariant 3).

pub mod algorithm;
mod error;
mod key;
pub mod pin;
pub mod pkcs11;
#[cfg(test)]
pub(crate) mod soft_token;
pub mod tokens;

pub use algorithm::{Digest, SignatureAlgorithm, UnsupportedKey};
pub use error::SignerError;
pub use key::{KeyId, KeyReference};
pub use pkcs11::{KeyAttributes, Pkcs11Module, Pkcs11Signer, Pkcs11Token, TokenPins};
pub use tokens::Tokens;

/// Something that holds private keys and signs digests with them.
///
/// One of the two traits of the house: the signer inside the process ([`Pkcs11Signer`]) and the
/// signer in a child process stand behind the same two calls.
pub trait Signer: Send {
    /// Signs `digest` with `key` and returns the content of an X.509 `signatureValue`:
    /// `ECDSA-Sig-Value` in DER (RFC 5480 appendix A), or the RSASSA-PKCS1-v1_5 octets (RFC 8017 §8.2).
    fn sign(&mut self, key: &KeyReference, digest: &Digest) -> Result<Vec<u8>, SignerError>;

    /// The public half of `key`, as the DER of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError>;
}
