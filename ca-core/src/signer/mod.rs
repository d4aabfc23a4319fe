//! Keys that sign, wherever they live: a digest goes in, a signature comes out.
//!
//! [`Signer`] is what the rest of the house sees. [`process`] is the signer that the roles use: a
//! child process that alone speaks to the token, and that writes each digest it signs into a
//! [`ledger`]. [`pkcs11`] is what works inside that child: SoftHSM here, an HSM in production.
//!
//! A signature is never trusted because a signer returned it: [`sign_all_verified`] is the way to one,
//! and it verifies with the public key that is known (architecture invariant 3).

pub mod algorithm;
mod error;
mod key;
pub mod ledger;
mod ledgered;
mod mac;
pub mod pin;
pub mod pkcs11;
pub mod process;
#[cfg(test)]
pub(crate) mod soft_token;
pub mod tokens;
mod verified;

pub use algorithm::{Digest, SignatureAlgorithm, UnsupportedKey, VerifyingKey};
pub use error::SignerError;
pub use key::{KeyId, KeyReference};
pub use ledgered::LedgeredSigner;
pub use mac::{Mac, MacRequest};
pub use pkcs11::{KeyAttributes, LabelledKey, Pkcs11Module, Pkcs11Signer, Pkcs11Token, TokenPins};
pub use process::{ProcessSigner, SignerProcess};
pub use tokens::Tokens;
pub use verified::{Message, VerifiedSigner, sign_all_verified, sign_verified};

/// A digest to be signed.
#[derive(Clone, Copy, Debug)]
pub struct SigningRequest<'a> {
    /// With which key.
    pub key: &'a KeyReference,
    /// The public half that this key must have, SubjectPublicKeyInfo in DER: that of the
    /// authority's certificate, or of the service key's record.
    pub public_key: &'a [u8],
    /// The digest.
    pub digest: &'a Digest,
    /// What it is for, by natural key: `certificate ACI-FO-PP 1D5D…`. It stands in the ledger; 1 to
    /// [`ledger::LONGEST_SUBJECT`] printable ASCII characters.
    pub subject: &'a str,
}

/// Something that holds private keys and signs digests with them.
///
/// One of the two traits of the house: the signer inside a process ([`Pkcs11Signer`]) and the
/// signer in a child process ([`ProcessSigner`]) stand behind the same calls.
pub trait Signer: Send {
    /// Signs a digest and returns the content of an X.509 `signatureValue`: `ECDSA-Sig-Value` in DER
    /// (RFC 5480 appendix A), or the RSASSA-PKCS1-v1_5 octets (RFC 8017 §8.2).
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError>;

    /// Signs many digests; the answers stand in the order of the requests. One that fails does not
    /// keep the others back.
    fn sign_many(&mut self, requests: &[SigningRequest<'_>]) -> Vec<Result<Vec<u8>, SignerError>> {
        requests.iter().map(|request| self.sign(request)).collect()
    }

    /// The public half of `key`, as the DER of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError>;

    /// A message authentication code with a secret key that its token never shows. A signer over keys that only sign has
    /// no such key.
    fn mac(&mut self, request: &MacRequest<'_>) -> Result<Mac, SignerError> {
        Err(SignerError::NoSuchKey { key: request.key.clone(), found: 0 })
    }

    /// Says that the signatures of these digests, which one key has made, did not verify and went nowhere. A signer
    /// that keeps a ledger writes a line about it, over which the worker raises an alarm, whatever a second
    /// attempt gives.
    fn refuse(&mut self, _: &[SigningRequest<'_>]) {}

    /// Forgets everything that is remembered of the token, sessions and handles, so that the next signature begins from
    /// nothing.
    fn start_over(&mut self) {}
}
