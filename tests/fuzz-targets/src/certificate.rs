//! Keys and requests of applicants, and the certificates that are made of them.

use ca_core::csr::{CertificationRequest, LONGEST_REQUEST};
use ca_core::key_policy::{self, Blocklist};
use ca_core::lint::{IssuerCertificate, LintContext, check_certificate};
use ca_core::profile::{KeyKind, Profiles};
use ca_core::signer::VerifyingKey;
use der::{Decode, Encode};
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Req};
use x509_cert::TbsCertificate;

use crate::encoding::{DEMONSTRATED_AT, signed_by_nobody};

thread_local! {
    static PROFILES: Profiles = Profiles::embedded();
}

/// A request that reads is one whose applicant has proved to OpenSSL too that he holds the key.
pub(crate) fn request(octets: &[u8]) -> bool {
    let Ok(request) = CertificationRequest::read(octets) else { return false };
    assert!(octets.len() <= LONGEST_REQUEST);
    let other = X509Req::from_der(&request.der).expect("OpenSSL does not read what we read");
    let key = other.public_key().expect("OpenSSL does not read the key that we verified with");
    assert!(other.verify(&key).is_ok_and(|holds| holds), "the applicant does not hold the key");
    let clean = |name: &String| {
        name.bytes().all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'*'))
    };
    assert!(request.dns_names.iter().all(clean), "{:?}", request.dns_names);
    assert_eq!(CertificationRequest::read(&request.der).expect("its DER reads"), request);
    public_key(&request.public_key);
    true
}

/// A key that may be certified is one that OpenSSL reads, of the kind that was said.
pub(crate) fn public_key(octets: &[u8]) -> bool {
    let kind = KeyKind::of(octets);
    let _ = VerifyingKey::read(octets);
    PROFILES.with(|profiles| {
        let mut passes = false;
        for id in ["el-org-serv-ssl", "fo-pp-cps-auth"] {
            let rule = &profiles.get(id).expect("a profile of the catalogue").keys;
            if key_policy::check(octets, rule, &Blocklist::default()).is_ok() {
                assert!(kind.is_some_and(|kind| rule.allows(kind)), "{id} certifies a key of kind {kind:?}");
                let key = PKey::public_key_from_der(octets).expect("OpenSSL does not read a key that passed");
                assert_eq!(
                    key.public_key_to_der().ok().as_deref(),
                    Some(octets),
                    "a key has a second encoding"
                );
                passes = true;
            }
        }
        passes
    })
}

const CARDS: &[u8] = include_bytes!("../fixtures/ACI-FO-PP.cer");
const ORGANISATIONS: &[u8] = include_bytes!("../fixtures/ACI-EL-ORG.cer");

/// Profiles, by the first octet of an input, with who issues them.
const PROFILES_LINTED: [(&str, &[u8]); 3] =
    [("fo-pp-cps-auth", CARDS), ("fo-pp-cps-sign", CARDS), ("el-org-serv-ssl", ORGANISATIONS)];

/// A TBSCertificate that the lint would let be signed has one encoding, and OpenSSL reads it once it is signed.
pub(crate) fn lint(octets: &[u8]) -> bool {
    let Some((which, tbs)) = octets.split_first() else { return false };
    let (profile, issuer) = PROFILES_LINTED[usize::from(*which) % PROFILES_LINTED.len()];
    let context = |issuer: &[u8]| LintContext {
        profile,
        issuer: Some(IssuerCertificate::read(issuer)),
        at: DEMONSTRATED_AT,
        serial_prefix: None,
        test_bit: true,
        shard: None,
    };
    // The issuer's certificate is read by the same reader.
    let _ = check_certificate(tbs, &context(&signed_by_nobody(tbs)));
    let passes = check_certificate(tbs, &context(issuer)).is_empty();
    if passes {
        let read = TbsCertificate::from_der(tbs).expect("what passes the lint is a TBSCertificate");
        assert_eq!(read.to_der().as_deref(), Ok(tbs), "what passes the lint has a second encoding");
        X509::from_der(&signed_by_nobody(tbs)).expect("OpenSSL does not read what passes the lint");
    }
    passes
}
