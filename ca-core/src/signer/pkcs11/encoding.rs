//! Between what PKCS#11 signs and what X.509 carries.

use der::asn1::{OctetStringRef, UintRef};
use der::{Encode, Sequence};
use spki::AlgorithmIdentifierOwned;

use crate::signer::SignatureAlgorithm;

/// RFC 5480 appendix A:
///
/// ```text
/// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
/// ```
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// RFC 8017 appendix A.2.4:
///
/// ```text
/// DigestInfo ::= SEQUENCE { digestAlgorithm DigestAlgorithmIdentifier, digest OCTET STRING }
/// ```
#[derive(Sequence)]
struct DigestInfo<'a> {
    digest_algorithm: AlgorithmIdentifierOwned,
    digest: &'a OctetStringRef,
}

/// `CKM_ECDSA` returns r and s end to end, each as long as the order of the curve (PKCS#11 §2.3.1
/// of the mechanisms); X.509 wants them in DER. `algorithm` says the curve.
pub(super) fn ecdsa_sig_value(algorithm: SignatureAlgorithm, raw: &[u8]) -> Option<Vec<u8>> {
    let octets = match algorithm {
        SignatureAlgorithm::EcdsaWithSha256 => 32,
        SignatureAlgorithm::EcdsaWithSha384 => 48,
        SignatureAlgorithm::Sha256WithRsaEncryption => return None,
    };
    if raw.len() != 2 * octets {
        return None;
    }
    let (r, s) = raw.split_at(octets);
    EcdsaSigValue { r: UintRef::new(r).ok()?, s: UintRef::new(s).ok()? }.to_der().ok()
}

/// What `CKM_RSA_PKCS` pads and signs: the DER of the DigestInfo of a SHA-256 digest (RFC 8017
/// §9.2 step 2, parameters NULL).
pub(super) fn digest_info(digest: &[u8]) -> Option<Vec<u8>> {
    let digest_algorithm = AlgorithmIdentifierOwned {
        oid: const_oid::db::rfc5912::ID_SHA_256,
        parameters: Some(der::asn1::Any::null()),
    };
    DigestInfo { digest_algorithm, digest: OctetStringRef::new(digest).ok()? }.to_der().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_and_s_lose_their_zeros_and_gain_a_sign_octet() {
        let mut raw = [0u8; 64];
        raw[31] = 1;
        raw[32] = 0x80;
        let der = ecdsa_sig_value(SignatureAlgorithm::EcdsaWithSha256, &raw).unwrap();
        let expected = format!("3026020101022100 80{}", "00".repeat(31)).replace(' ', "");
        assert_eq!(hex::encode(der), expected);
    }

    #[test]
    fn a_raw_signature_of_another_length_is_refused() {
        for length in [0, 63, 65, 96] {
            assert_eq!(ecdsa_sig_value(SignatureAlgorithm::EcdsaWithSha256, &vec![1; length]), None);
        }
    }

    #[test]
    fn a_digest_info_is_that_of_rfc_8017() {
        // RFC 8017 §9.2 note 1.
        let prefix = "3031300d060960864801650304020105000420";
        assert_eq!(hex::encode(digest_info(&[7; 32]).unwrap()), format!("{prefix}{}", "07".repeat(32)));
    }
}
