//! Keys and requests of applicants, and the certificates that are made of them.

use ca_core::compromised_key::{LONGEST_FILE, ToldKey};
use ca_core::csr::{CertificationRequest, LONGEST_REQUEST};
use ca_core::identity::Identity;
use ca_core::key_policy::{self, Blocklist};
use ca_core::lint::{DeclaredIdentity, IssuerCertificate, LintContext, check_certificate};
use ca_core::profile::{KeyKind, Profiles};
use ca_core::signer::VerifyingKey;
use der::{Decode, Encode};
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Req};
use x509_cert::TbsCertificate;

use crate::encoding::{DEMONSTRATED_AT, signed_by_nobody};

thread_local! {
    static PROFILES: Profiles = Profiles::embedded();
    static DECLARED: DeclaredIdentity = DeclaredIdentity::read(&Identity::DEMO.replace(ARC, ARC_OF_THEN));
}

/// Under which the policies of a demonstration stand, and stood when the certificates of the corpus were made.
const ARC: &str = "\"1.3.6.1.4.1.32473.";
const ARC_OF_THEN: &str = "\"2.25.112333727369101639731745459145709949152.";

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

/// A key that is told of has one encoding, and it is the one under which it would be certified.
pub(crate) fn compromised_key(octets: &[u8]) -> bool {
    let Ok(told) = ToldKey::read(octets) else {
        assert!(!public_key(octets), "a key that may be certified cannot be told of");
        return false;
    };
    assert!(octets.len() <= LONGEST_FILE);
    let ToldKey::Whole(key) = &told else { panic!("a file gave a digest") };
    assert_eq!(ToldKey::read(key).expect("its own encoding reads"), told, "a key has a second encoding");
    assert!(!public_key(octets) || octets == key, "a key that may be certified is told of as another");
    true
}

const CARDS: &[u8] = include_bytes!("../fixtures/ACI-FO-PP.cer");
const ORGANISATIONS: &[u8] = include_bytes!("../fixtures/ACI-EL-ORG.cer");

/// Profiles, by the first octet of an input, with the certificate and the short names of who issues them and of its root.
const PROFILES_LINTED: [(&str, &[u8], [&str; 2]); 3] = [
    ("fo-pp-cps-auth", CARDS, ["ACI-FO-PP", "ACR-FO"]),
    ("fo-pp-cps-sign", CARDS, ["ACI-FO-PP", "ACR-FO"]),
    ("el-org-serv-ssl", ORGANISATIONS, ["ACI-EL-ORG", "ACR-EL"]),
];

/// A TBSCertificate that the lint would let be signed has one encoding, and OpenSSL reads it once it is signed.
pub(crate) fn lint(octets: &[u8]) -> bool {
    let Some((which, tbs)) = octets.split_first() else { return false };
    let (profile, issuer, [short_name, parent]) =
        PROFILES_LINTED[usize::from(*which) % PROFILES_LINTED.len()];
    let declared = DECLARED.with(|identity| identity.of(short_name, parent));
    let context = |issuer: &[u8]| LintContext {
        profile,
        issuer: Some(IssuerCertificate::read(issuer)),
        at: DEMONSTRATED_AT,
        serial_prefix: None,
        declared: &declared,
        authority: None,
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
