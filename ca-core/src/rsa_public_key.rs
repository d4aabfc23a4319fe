//! The RSA key inside a `SubjectPublicKeyInfo`.

use der::asn1::UintRef;
use der::{Decode, Sequence};
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
