//! Elliptic curve keys.

use openssl::ec::EcKey;
use spki::SubjectPublicKeyInfoRef;

use super::KeyRefused;

/// The curve is known to be allowed; is the key an uncompressed point of it, other than infinity?
pub(super) fn check(spki: &[u8], parsed: &SubjectPublicKeyInfoRef<'_>) -> Result<(), KeyRefused> {
    // RFC 5480 §2.2: compressed points MAY be supported; cards and readers often do not.
    if parsed.subject_public_key.raw_bytes().first() != Some(&0x04) {
        return Err(KeyRefused::Malformed("the point is not in uncompressed form".to_owned()));
    }
    // openssl refuses a point off the curve when it reads it. The curves that may be allowed have the cofactor 1:
    // each of their points but infinity, which has another form, has the order of the curve (SP 800-56A §5.6.2.3.3).
    EcKey::public_key_from_der(spki).map(drop).map_err(|_| KeyRefused::NotOnCurve)
}
