//! Requests that are nested as deep as they are long: nothing that reads them goes down by itself.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::ID_SHA_256;
use der::asn1::OctetString;
use der::{Any, Decode, Encode};
use x509_cert::ext::Extension;

use super::response::{OcspResponse, OcspResponseStatus};
use super::tests::{ask, cert_id, request};
use crate::fixture::{ISSUING, World};

/// SEQUENCEs in each other, as deep as a request of 8 KiB has room for.
fn nested() -> Any {
    let mut inner = Any::new(der::Tag::Sequence, []).unwrap();
    for _ in 0..1_900 {
        inner = Any::new(der::Tag::Sequence, inner.to_der().unwrap()).unwrap();
    }
    inner
}

#[test]
fn a_request_that_is_nested_as_deep_as_it_is_long_is_answered_like_any_other() {
    let mut world = World::new();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let unknown = || Extension {
        extn_id: ObjectIdentifier::new_unwrap("1.2.3.4"),
        critical: false,
        extn_value: OctetString::new(nested().to_der().unwrap()).unwrap(),
    };
    let mut signed = request(vec![id.clone()], vec![]);
    signed.optional_signature = Some(nested());
    let mut parameters = id.clone();
    parameters.hash_algorithm.parameters = Some(nested());
    let single = |extension| {
        let mut asked = request(vec![id.clone()], vec![]);
        asked.tbs_request.request_list[0].single_request_extensions = Some(vec![extension]);
        asked
    };
    for (what, asked, status) in [
        ("an extension", request(vec![id.clone()], vec![unknown()]), OcspResponseStatus::Successful),
        ("a single extension", single(unknown()), OcspResponseStatus::Successful),
        ("a signature", signed, OcspResponseStatus::Successful),
        ("parameters", request(vec![parameters], vec![]), OcspResponseStatus::MalformedRequest),
    ] {
        let asked = asked.to_der().unwrap();
        assert!((7_000..8_192).contains(&asked.len()), "{what}: {}", asked.len());
        let answer = ask(&mut world, &asked);
        let said = OcspResponse::from_der(&answer.der).unwrap().response_status;
        assert_eq!(said, status, "{what}");
    }
}
