//! The writer against the types that read, whatever the lengths.

use der::asn1::{BitString, GeneralizedTime, Int, Null, OctetString};
use der::{Any, Decode, Encode};
use proptest::prelude::*;
use spki::AlgorithmIdentifierOwned;
use store::Timestamp;
use x509_cert::ext::pkix::CrlReason;

use super::encode;
use super::request::CertId;
use super::response::{
    BasicOcspResponse, CertStatus, OcspResponse, OcspResponseStatus, ResponderId, ResponseData, RevokedInfo,
    SingleResponse,
};
use crate::status::Status;
use ca_core::revocation::RevocationReason;

fn time(seconds: u32) -> GeneralizedTime {
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds.into())).unwrap()
}

fn moment(seconds: u32) -> Timestamp {
    Timestamp::from_seconds(seconds.into())
}

proptest! {
    #[test]
    fn what_is_written_is_what_the_types_of_rfc_6960_encode(
        serial in proptest::collection::vec(0x01..0x80_u8, 1..20),
        [produced, this, next, revoked] in any::<[u32; 4]>(),
        which in 0..4,
        signature in proptest::collection::vec(any::<u8>(), 0..600),
        extension in proptest::collection::vec(any::<u8>(), 0..300),
        count in 1..4_usize,
    ) {
        let cert_id = CertId {
            hash_algorithm: AlgorithmIdentifierOwned {
                oid: const_oid::db::rfc5912::ID_SHA_256,
                parameters: (which % 2 == 0).then(Any::null),
            },
            issuer_name_hash: OctetString::new([1; 32]).unwrap(),
            issuer_key_hash: OctetString::new([2; 32]).unwrap(),
            serial_number: Int::new(&serial).unwrap(),
        };
        let reason = (which == 3).then_some(RevocationReason::KeyCompromise);
        let (status, said) = match which {
            0 => (Status::Good, CertStatus::Good(Null)),
            1 => (Status::Unknown, CertStatus::Unknown(Null)),
            _ => (
                Status::Revoked { at: moment(revoked), reason },
                CertStatus::Revoked(RevokedInfo {
                    revocation_time: time(revoked.min(this)),
                    revocation_reason: reason.map(|_| CrlReason::KeyCompromise),
                }),
            ),
        };
        let extensions = (!extension.is_empty()).then(|| vec![x509_cert::ext::Extension {
            extn_id: const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE,
            critical: false,
            extn_value: OctetString::new(extension).unwrap(),
        }]);
        let extensions_der = extensions.as_ref().map(|all| all.to_der().unwrap()).unwrap_or_default();
        let single = SingleResponse {
            cert_id: cert_id.clone(),
            cert_status: said,
            this_update: time(this),
            next_update: Some(time(next)),
            single_extensions: extensions.clone(),
        };
        let data = ResponseData {
            version: Default::default(),
            responder_id: ResponderId::ByKey(OctetString::new([3; 20]).unwrap()),
            produced_at: time(produced),
            responses: vec![single; count],
            response_extensions: extensions,
        };
        let mut responses = Vec::new();
        for _ in 0..count {
            let status = encode::cert_status(&status, moment(this)).unwrap();
            let cert_id = cert_id.to_der().unwrap();
            encode::single_response(
                &mut responses, &cert_id, &status, moment(this), moment(next), &extensions_der,
            ).unwrap();
        }
        let tbs = encode::response_data(&[3; 20], moment(produced), &responses, &extensions_der).unwrap();
        prop_assert_eq!(&tbs, &data.to_der().unwrap());

        let algorithm = AlgorithmIdentifierOwned {
            oid: const_oid::db::rfc5912::ECDSA_WITH_SHA_256,
            parameters: None,
        };
        let certificate = encode::sequence(&[&signature, &signature]);
        let whole =
            encode::response(&tbs, &algorithm.to_der().unwrap(), &signature, &certificate);
        let read = OcspResponse::from_der(&whole).unwrap();
        prop_assert_eq!(read.response_status, OcspResponseStatus::Successful);
        let basic = read.response_bytes.unwrap().response;
        // The certificate is none here, so that only what stands before it is read as its type.
        let certs = Any::new(der::Tag::Sequence, certificate).unwrap().to_der().unwrap();
        let certs = der::asn1::ContextSpecific {
            tag_number: der::TagNumber(0),
            tag_mode: der::TagMode::Explicit,
            value: Any::from_der(&certs).unwrap(),
        };
        let signed = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature).unwrap(),
            certs: None,
        };
        let parts = [
            signed.tbs_response_data.to_der().unwrap(),
            signed.signature_algorithm.to_der().unwrap(),
            signed.signature.to_der().unwrap(),
            certs.to_der().unwrap(),
        ];
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(basic.as_bytes().to_vec(), encode::sequence(&parts));
    }
}
