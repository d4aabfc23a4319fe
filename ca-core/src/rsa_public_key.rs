//! The RSA key inside a `SubjectPublicKeyInfo`.

use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::asn1::UintRef;
use der::{Decode, Sequence};
use sha2::{Digest, Sha256};
use spki::SubjectPublicKeyInfoRef;

/// RFC 8017 appendix A.1.1:
///
/// ```text
/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
/// ```
#[derive(Sequence)]
pub(crate) struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

impl<'a> RsaPublicKey<'a> {
    /// The key whose algorithm is known to be `rsaEncryption`.
    pub(crate) fn of(spki: &SubjectPublicKeyInfoRef<'a>) -> der::Result<Self> {
        Self::from_der(spki.subject_public_key.raw_bytes())
    }

    /// The octets of the modulus, most significant first, without a leading zero octet.
    pub(crate) fn modulus(&self) -> &'a [u8] {
        self.modulus.as_bytes()
    }

    /// The same of the public exponent.
    pub(crate) fn public_exponent(&self) -> &'a [u8] {
        self.public_exponent.as_bytes()
    }

    /// The size of the key: the bits of its modulus.
    pub(crate) fn bits(&self) -> usize {
        match self.modulus() {
            [first, ..] => self.modulus().len() * 8 - first.leading_zeros() as usize,
            [] => 0,
        }
    }
}

/// SHA-256 of the modulus of a `SubjectPublicKeyInfo` (DER); none where it is no RSA key.
pub(crate) fn modulus_sha256(public_key: &[u8]) -> Option<Vec<u8>> {
    let spki = SubjectPublicKeyInfoRef::from_der(public_key).ok()?;
    if spki.algorithm.oid != RSA_ENCRYPTION {
        return None;
    }
    Some(Sha256::digest(RsaPublicKey::of(&spki).ok()?.modulus()).to_vec())
}
