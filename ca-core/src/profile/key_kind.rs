//! Which kinds of public key a profile certifies.

use std::fmt;

use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1};
use der::Decode;
use serde::{Deserialize, Serialize};
use spki::SubjectPublicKeyInfoRef;

use crate::rsa_public_key::RsaPublicKey;

/// A kind of public key: algorithm and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum KeyKind {
    /// The NIST curve P-256 (RFC 5480 secp256r1).
    #[serde(rename = "P-256")]
    P256,
    /// The NIST curve P-384 (RFC 5480 secp384r1).
    #[serde(rename = "P-384")]
    P384,
    /// RSA with a modulus of 2048 bits.
    #[serde(rename = "RSA-2048")]
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    #[serde(rename = "RSA-3072")]
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    #[serde(rename = "RSA-4096")]
    Rsa4096,
}

/// The keys a profile may certify.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct KeyRule(Vec<KeyKind>);

impl KeyRule {
    /// Whether keys of this kind may be certified.
    pub fn allows(&self, kind: KeyKind) -> bool {
        self.0.contains(&kind)
    }

    /// The kinds, in the order of preference.
    pub fn kinds(&self) -> &[KeyKind] {
        &self.0
    }
}

impl fmt::Display for KeyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&kinds.join(", "))
    }
}

impl KeyKind {
    /// The kind of a `SubjectPublicKeyInfo` (DER); none where this PKI knows no such kind.
    pub fn of(spki_der: &[u8]) -> Option<Self> {
        let spki = SubjectPublicKeyInfoRef::from_der(spki_der).ok()?;
        match spki.algorithm.oid {
            ID_EC_PUBLIC_KEY => match spki.algorithm.parameters_oid().ok()? {
                SECP_256_R_1 => Some(Self::P256),
                SECP_384_R_1 => Some(Self::P384),
                _ => None,
            },
            RSA_ENCRYPTION => match RsaPublicKey::of(&spki).ok()?.bits() {
                2048 => Some(Self::Rsa2048),
                3072 => Some(Self::Rsa3072),
                4096 => Some(Self::Rsa4096),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is an RSA key.
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
