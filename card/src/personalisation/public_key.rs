//! The one form in which a chip key is accepted.

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::Public;
use thiserror::Error;

/// `SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING` and the octet of an
/// uncompressed point (RFC 5480 §2): all that stands before the coordinates.
const UNCOMPRESSED_P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
const LENGTH: usize = UNCOMPRESSED_P256.len() + 64;

/// Not a public key as a chip of this generation gives it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotAChipKey {
    /// Another algorithm, curve or encoding. One key has one encoding here, or the same key could
    /// come twice unnoticed.
    #[error("not an uncompressed P-256 SubjectPublicKeyInfo of {LENGTH} octets")]
    Encoding,
    /// Coordinates of no point of the curve.
    #[error("not a point of P-256")]
    Point,
}

/// Reads the key. Reading a point refuses what is not on the curve, and that is all there is to
/// check: the cofactor of P-256 is 1, and infinity has no such encoding.
pub(super) fn read(spki: &[u8]) -> Result<EcKey<Public>, NotAChipKey> {
    if spki.len() != LENGTH || !spki.starts_with(&UNCOMPRESSED_P256) {
        return Err(NotAChipKey::Encoding);
    }
    // The octet that says "uncompressed" is part of the point.
    let point = &spki[UNCOMPRESSED_P256.len() - 1..];
    read_point(point).map_err(|_| NotAChipKey::Point)
}

/// Much quicker than OpenSSL's general decoder, which would look for other formats too.
fn read_point(octets: &[u8]) -> Result<EcKey<Public>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, octets, &mut context)?;
    EcKey::from_public_key(&group, &point)
}
