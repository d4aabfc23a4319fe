//! The little DER that is put around an input.

use der::asn1::{Any, BitString};
use der::{Encode, Tag};

/// AlgorithmIdentifier of ecdsa-with-SHA256 (RFC 5758 §3.2).
const ECDSA_WITH_SHA256: &[u8] = &[0x30, 10, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];

/// `SEQUENCE { toBeSigned, signatureAlgorithm, signature }` around a TBSCertificate or a TBSCertList: signed by nobody.
pub(crate) fn signed_by_nobody(tbs: &[u8]) -> Vec<u8> {
    let signature = BitString::from_bytes(&[0x30, 0]).and_then(|signature| signature.to_der());
    let signature = signature.expect("two octets are a BIT STRING");
    let content = [tbs, ECDSA_WITH_SHA256, &signature].concat();
    let whole = Any::new(Tag::Sequence, content).and_then(|sequence| sequence.to_der());
    whole.expect("an input is far below the length DER can say")
}

/// When the demonstration that left the fixtures was at its end: 2026-11-26T03:57:40Z.
pub(crate) const DEMONSTRATED_AT: store::Timestamp = store::Timestamp::from_seconds(1_795_665_460);

/// Whether `part` stands somewhere in `whole`.
pub(crate) fn stands_in(part: &[u8], whole: &[u8]) -> bool {
    whole.windows(part.len().max(1)).any(|window| window == part)
}
