//! OCSP requests, which anybody sends, and OCSP answers, which whoever stands in the way may alter.

use std::sync::LazyLock;

use coherence::readers::ocsp::{Answer, Question as Asked, Trust, signed_digest};
use crl_publisher::ocsp::request::{
    CertId, MAX_REQUEST_BYTES, MAX_SINGLE_REQUESTS, OcspRequest as OurRequest, Question, Request, TbsRequest,
    Version,
};
use der::Encode;
use openssl::ocsp::OcspRequest;
use openssl::x509::X509;

use crate::encoding::{DEMONSTRATED_AT, stands_in};

/// What reads goes back into the answer octet by octet, and OpenSSL reads it there.
pub(crate) fn request(octets: &[u8]) -> bool {
    let Ok(question) = Question::read(octets) else { return false };
    assert!(octets.len() <= MAX_REQUEST_BYTES, "a request of {} octets reads", octets.len());
    assert!((1..=MAX_SINGLE_REQUESTS).contains(&question.certificates.len()));
    assert!(
        OcspRequest::from_der(&asked_again(&question)).is_ok(),
        "OpenSSL does not read a CertID that we read"
    );
    for id in &question.certificates {
        let encoded = id.to_der().expect("what was read can be written");
        assert!(stands_in(&encoded, octets), "a CertID is written otherwise than it came");
        let serial = id.serial();
        assert!(
            serial.is_none_or(|serial| (1..=20).contains(&serial.octets().len()) && serial.octets() != [0])
        );
    }
    if let Some(nonce) = question.nonce {
        assert!(stands_in(nonce.as_bytes(), octets), "the nonce is another than was sent");
    }
    true
}

/// The same certificates, asked about with nothing beside them: requestor and signature are not looked at.
fn asked_again(question: &Question) -> Vec<u8> {
    let request = |req_cert: &CertId| Request { req_cert: req_cert.clone(), single_request_extensions: None };
    let request_list = question.certificates.iter().map(request).collect();
    let version = Version::default();
    let tbs_request = TbsRequest { version, requestor_name: None, request_list, request_extensions: None };
    OurRequest { tbs_request, optional_signature: None }.to_der().expect("what was read can be written")
}

/// An answer that `igc demo --once` has left, before and after the certificate was revoked.
const BEFORE: &[u8] = include_bytes!("../fixtures/ocsp-before.der");
const AFTER: &[u8] = include_bytes!("../fixtures/ocsp-after.der");
const ROOT: &[u8] = include_bytes!("../fixtures/ACR-FO.cer");
const ISSUER: &[u8] = include_bytes!("../fixtures/ACI-FO-PP.cer");
const SERIAL: &[u8] = &0x3FAF_C5E9_D10D_DD3F_48BA_55F5_C112_EDB0_u128.to_be_bytes();

/// Who asks, whom he trusts, and the two answers that were signed.
struct RelyingParty {
    asked: Asked,
    trust: Trust,
    signed: [Answer; 2],
}

thread_local! {
    static RELYING_PARTY: LazyLock<RelyingParty> = LazyLock::new(|| {
        let certificate = |der| X509::from_der(der).expect("a fixture is a certificate");
        let issuer = certificate(ISSUER);
        let asked = Asked::about(&issuer, SERIAL).expect("a question can be put");
        let trust = Trust::of(&[certificate(ROOT)], &[issuer], DEMONSTRATED_AT).expect("OpenSSL takes the authorities");
        let signed = [BEFORE, AFTER].map(|answer| asked.read(answer, &trust).expect("a fixture is an answer"));
        RelyingParty { asked, trust, signed }
    });
}

/// Whatever comes, it is refused or it says what the responder has signed.
pub(crate) fn response(octets: &[u8]) -> bool {
    let _ = signed_digest(octets);
    RELYING_PARTY.with(|party| {
        let read = party.asked.read(octets, &party.trust);
        if let Ok(answer) = &read {
            assert!(party.signed.contains(answer), "{answer:?} was never signed");
        }
        read.is_ok()
    })
}
