//! Which signatures this PKI makes, and how each is named, digested and verified.

use std::fmt;

use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1,
    SHA_256_WITH_RSA_ENCRYPTION,
};
use der::asn1::{Any, ObjectIdentifier};
use der::{Decode, Tag};
use openssl::error::ErrorStack;
use openssl::md::Md;
use openssl::pkey::{PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha384};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoRef};

/// A signature algorithm of RFC 5758 §3.2 (ECDSA) or RFC 4055 §5 (RSASSA-PKCS1-v1_5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    /// `ecdsa-with-SHA256`, for P-256 keys.
    EcdsaWithSha256,
    /// `ecdsa-with-SHA384`, for P-384 keys.
    EcdsaWithSha384,
    /// `sha256WithRSAEncryption`, for RSA keys.
    Sha256WithRsaEncryption,
}

/// A public key that no signature algorithm of this PKI fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsupportedKey {
    /// Not the DER of a `SubjectPublicKeyInfo`.
    #[error("not the DER of a SubjectPublicKeyInfo")]
    Malformed,
    /// A key type or curve this PKI does not sign with.
    #[error("no signature algorithm of this PKI fits a key of type {0}")]
    Algorithm(ObjectIdentifier),
}

impl SignatureAlgorithm {
    /// The algorithm a key signs with: the key decides, there is no choice. SHA-384 goes with
    /// P-384 so that the digest is not the weaker half.
    pub fn of_key(spki_der: &[u8]) -> Result<Self, UnsupportedKey> {
        let spki = SubjectPublicKeyInfoRef::from_der(spki_der).map_err(|_| UnsupportedKey::Malformed)?;
        match spki.algorithm.oid {
            RSA_ENCRYPTION => Ok(Self::Sha256WithRsaEncryption),
            ID_EC_PUBLIC_KEY => match spki.algorithm.parameters_oid() {
                Ok(SECP_256_R_1) => Ok(Self::EcdsaWithSha256),
                Ok(SECP_384_R_1) => Ok(Self::EcdsaWithSha384),
                Ok(curve) => Err(UnsupportedKey::Algorithm(curve)),
                Err(_) => Err(UnsupportedKey::Malformed),
            },
            other => Err(UnsupportedKey::Algorithm(other)),
        }
    }

    /// The digest of `message` that this algorithm signs.
    pub fn digest(self, message: &[u8]) -> Digest {
        let value = match self {
            Self::EcdsaWithSha384 => Sha384::digest(message).to_vec(),
            Self::EcdsaWithSha256 | Self::Sha256WithRsaEncryption => Sha256::digest(message).to_vec(),
        };
        Digest { algorithm: self, value }
    }

    /// Octets of the digest.
    pub const fn digest_length(self) -> usize {
        match self {
            Self::EcdsaWithSha384 => 48,
            Self::EcdsaWithSha256 | Self::Sha256WithRsaEncryption => 32,
        }
    }

    /// The object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::EcdsaWithSha256 => ECDSA_WITH_SHA_256,
            Self::EcdsaWithSha384 => ECDSA_WITH_SHA_384,
            Self::Sha256WithRsaEncryption => SHA_256_WITH_RSA_ENCRYPTION,
        }
    }

    /// The `AlgorithmIdentifier`: parameters absent for ECDSA (RFC 5758 §3.2), NULL for RSA
    /// (RFC 4055 §5).
    pub fn algorithm_identifier(self) -> AlgorithmIdentifierOwned {
        let parameters = match self {
            Self::EcdsaWithSha256 | Self::EcdsaWithSha384 => None,
            Self::Sha256WithRsaEncryption => Some(Any::null()),
        };
        AlgorithmIdentifierOwned { oid: self.oid(), parameters }
    }

    /// Reads an `AlgorithmIdentifier`; nothing where it is another algorithm or its parameters are
    /// not those of the RFC. (RFC 4055 §5: an absent NULL must be accepted too.)
    pub fn from_identifier(identifier: &AlgorithmIdentifierOwned) -> Option<Self> {
        let parameters = identifier.parameters.as_ref();
        match identifier.oid {
            ECDSA_WITH_SHA_256 if parameters.is_none() => Some(Self::EcdsaWithSha256),
            ECDSA_WITH_SHA_384 if parameters.is_none() => Some(Self::EcdsaWithSha384),
            SHA_256_WITH_RSA_ENCRYPTION
                if parameters
                    .is_none_or(|any| der::Tagged::tag(any) == Tag::Null && any.value().is_empty()) =>
            {
                Some(Self::Sha256WithRsaEncryption)
            }
            _ => None,
        }
    }

    /// Whether `signature` is this algorithm's signature of `message` under the key `spki_der`.
    /// False too where the key is unreadable or of another type.
    pub fn verify(self, spki_der: &[u8], message: &[u8], signature: &[u8]) -> bool {
        VerifyingKey::read(spki_der)
            .is_ok_and(|mut key| key.algorithm == self && key.verifies(&self.digest(message), signature))
    }
}

/// A public key that was read once and verifies many signatures: reading costs as much as verifying.
pub struct VerifyingKey {
    algorithm: SignatureAlgorithm,
    context: PkeyCtx<Public>,
}

impl VerifyingKey {
    /// Reads a SubjectPublicKeyInfo, DER.
    pub fn read(spki_der: &[u8]) -> Result<Self, UnsupportedKey> {
        let algorithm = SignatureAlgorithm::of_key(spki_der)?;
        let context = Self::context(algorithm, spki_der).map_err(|_| UnsupportedKey::Malformed)?;
        Ok(Self { algorithm, context })
    }

    fn context(algorithm: SignatureAlgorithm, spki_der: &[u8]) -> Result<PkeyCtx<Public>, ErrorStack> {
        let key = PKey::public_key_from_der(spki_der)?;
        let mut context = PkeyCtx::new(&key)?;
        context.verify_init()?;
        if algorithm == SignatureAlgorithm::Sha256WithRsaEncryption {
            context.set_rsa_padding(Padding::PKCS1)?;
            context.set_signature_md(Md::sha256())?;
        }
        Ok(context)
    }

    /// What it signs with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Whether `signature` is one of this key over `digest`.
    pub fn verifies(&mut self, digest: &Digest, signature: &[u8]) -> bool {
        let verified = self.context.verify(&digest.value, signature);
        digest.algorithm == self.algorithm && verified.unwrap_or(false)
    }
}

impl fmt::Display for SignatureAlgorithm {
    /// The name its RFC gives it: `ecdsa-with-SHA256`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EcdsaWithSha256 => "ecdsa-with-SHA256",
            Self::EcdsaWithSha384 => "ecdsa-with-SHA384",
            Self::Sha256WithRsaEncryption => "sha256WithRSAEncryption",
        })
    }
}

/// What goes to the signer: the digest of the bytes to sign, never the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// For which signature.
    pub algorithm: SignatureAlgorithm,
    /// The octets of the digest: 32 or 48.
    pub value: Vec<u8>,
}

#[cfg(test)]
mod tests;
