use der::asn1::{AnyRef, BitString};
use der::{Decode, Encode, Header, Reader, Sequence, SliceReader};
use spki::AlgorithmIdentifierOwned;

use super::Prepared;

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`
/// (RFC 5280 §4.1), around a TBS whose octets are kept as they are.
#[derive(Sequence)]
struct SignedCertificate<'a> {
    tbs_certificate: AnyRef<'a>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// The certificate, DER.
pub(super) fn assemble(prepared: &Prepared, signature: &[u8]) -> Vec<u8> {
    let certificate = SignedCertificate {
        tbs_certificate: AnyRef::from_der(&prepared.tbs).expect("the lint read the TBS as DER"),
        signature_algorithm: prepared.algorithm.algorithm_identifier(),
        signature: BitString::from_bytes(signature).expect("a signature is shorter than 256 MiB"),
    };
    certificate.to_der().expect("three DER values make a DER SEQUENCE")
}

/// The octets of the TBSCertificate inside a certificate, or of the TBSCertList inside a CRL: what was signed.
pub(crate) fn tbs_within(der: &[u8]) -> Option<&[u8]> {
    let mut reader = SliceReader::new(der).ok()?;
    Header::decode(&mut reader).ok()?;
    reader.tlv_bytes().ok()
}
