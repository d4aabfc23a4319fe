//! Elliptic curve keys.

use std::sync::LazyLock;

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use spki::SubjectPublicKeyInfoRef;

use super::KeyRefused;
use crate::profile::KeyKind;

/// Making a group costs more than looking at a point of it.
static P256: LazyLock<Result<EcGroup, ErrorStack>> =
    LazyLock::new(|| EcGroup::from_curve_name(Nid::X9_62_PRIME256V1));
static P384: LazyLock<Result<EcGroup, ErrorStack>> =
    LazyLock::new(|| EcGroup::from_curve_name(Nid::SECP384R1));

/// The curve is known to be allowed; is the key an uncompressed point of it, other than infinity?
pub(super) fn check(kind: KeyKind, parsed: &SubjectPublicKeyInfoRef<'_>) -> Result<(), KeyRefused> {
    // RFC 5480 §2.2: compressed points MAY be supported; cards and readers often do not.
    let uncompressed = parsed.subject_public_key.as_bytes().filter(|point| point.first() == Some(&0x04));
    let Some(point) = uncompressed else {
        return Err(KeyRefused::Malformed("the point is not in uncompressed form".to_owned()));
    };
    let group = match kind {
        KeyKind::P256 => P256.as_ref(),
        KeyKind::P384 => P384.as_ref(),
        KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => return Err(KeyRefused::NotOnCurve),
    };
    let group = group.map_err(|error| KeyRefused::Examination(error.clone()))?;
    let mut context = BigNumContext::new()?;
    // openssl refuses a point off the curve when it reads it. The curves that may be allowed have the cofactor 1:
    // each of their points but infinity, which has another form, has the order of the curve (SP 800-56A §5.6.2.3.3).
    EcPoint::from_bytes(group, point, &mut context).map(drop).map_err(|_| KeyRefused::NotOnCurve)
}
