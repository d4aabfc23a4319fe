//! Whether a public key is good enough to be certified.
//!
//! A certificate says that a key is its subject's. A key that anyone can compute the private half
//! of must not get one: each rule here stands for a way in which keys were broken in the field.

mod blocklist;
mod elliptic;
mod rsa;
#[cfg(test)]
mod tests;

use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::Decode;
use spki::SubjectPublicKeyInfoRef;
use store::{Code, Fault};
use thiserror::Error;

pub use blocklist::{BadBlocklist, Blocklist};

use crate::faults;
use crate::profile::{KeyKind, KeyRule};
use crate::rsa_public_key::RsaPublicKey;

/// Longest `SubjectPublicKeyInfo` looked at; RSA-4096 has 550 octets.
const LONGEST_KEY: usize = 2048;

/// Why a public key is not certified.
#[derive(Debug, Error)]
pub enum KeyRefused {
    /// Not the DER of a public key.
    #[error("the public key is not the DER of a SubjectPublicKeyInfo: {0}")]
    Malformed(String),
    /// Of a kind that the profile does not allow.
    #[error("the public key is {found}; allowed are {allowed}")]
    NotAllowed {
        /// The kind found, or the object identifier of an algorithm this PKI does not know.
        found: String,
        /// The kinds allowed.
        allowed: String,
    },
    /// The public exponent is even, small or unusually large.
    #[error(
        "the RSA public exponent must be odd, at least 65537 and below 2^256 (FIPS 186-5 appendix A.1.1)"
    )]
    Exponent,
    /// The modulus is no product of two large primes.
    #[error("the RSA modulus is weak: {0}")]
    WeakModulus(WeakModulus),
    /// The point is not on its curve.
    #[error("the public key is no point of its curve (RFC 5480 section 2.2, SP 800-56A section 5.6.2.3)")]
    NotOnCurve,
    /// openssl failed for another reason than the key.
    #[error("the public key could not be examined: {0}")]
    Examination(#[from] openssl::error::ErrorStack),
}

/// How a modulus comes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakModulus {
    /// A small prime divides it.
    #[error("it is divisible by {0}")]
    SmallFactor(u32),
    /// It is a prime itself.
    #[error("it is a prime")]
    Prime,
    /// Its primes are so close to each other that Fermat's method finds them.
    #[error("its two primes are too close to each other (Fermat's method finds them)")]
    ClosePrimes,
    /// It has the fingerprint of the generator of CVE-2017-15361 (ROCA).
    #[error("it comes from a generator whose keys can be factored (CVE-2017-15361, ROCA)")]
    Roca,
    /// It is on the list of known weak keys.
    #[error("it is on the list of known weak keys")]
    Listed,
}

impl Fault for KeyRefused {
    fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => faults::KEY_MALFORMED,
            Self::NotAllowed { .. } => faults::KEY_NOT_ALLOWED,
            Self::Exponent => faults::KEY_EXPONENT,
            Self::WeakModulus(_) => faults::KEY_WEAK,
            Self::NotOnCurve => faults::KEY_NOT_ON_CURVE,
            Self::Examination(_) => faults::KEY_NOT_EXAMINED,
        }
    }
}

/// Refuses the public key `spki` (DER) unless it is of a kind in `allowed`, has none of the known
/// weaknesses, and is not on `blocklist`.
pub fn check(spki: &[u8], allowed: &KeyRule, blocklist: &Blocklist) -> Result<(), KeyRefused> {
    if spki.len() > LONGEST_KEY {
        return Err(KeyRefused::Malformed(format!("{} octets; at most {LONGEST_KEY}", spki.len())));
    }
    let parsed =
        SubjectPublicKeyInfoRef::from_der(spki).map_err(|error| KeyRefused::Malformed(error.to_string()))?;
    match KeyKind::of(spki) {
        Some(kind) if allowed.allows(kind) => {
            if kind.is_rsa() {
                rsa::check(&parsed, blocklist)
            } else {
                elliptic::check(kind, &parsed)
            }
        }
        found => Err(not_allowed(found, &parsed, allowed)),
    }
}

fn not_allowed(
    found: Option<KeyKind>,
    parsed: &SubjectPublicKeyInfoRef<'_>,
    allowed: &KeyRule,
) -> KeyRefused {
    let algorithm = parsed.algorithm.oid;
    let found = match (found, RsaPublicKey::of(parsed), parsed.algorithm.parameters_oid()) {
        (Some(kind), ..) => kind.to_string(),
        (None, Ok(key), _) if algorithm == RSA_ENCRYPTION => format!("RSA-{}", key.bits()),
        (None, _, Ok(curve)) => format!("of algorithm {algorithm}, curve {curve}"),
        (None, _, Err(_)) => format!("of algorithm {algorithm}"),
    };
    KeyRefused::NotAllowed { found, allowed: allowed.to_string() }
}
