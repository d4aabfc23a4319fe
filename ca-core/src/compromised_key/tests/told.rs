//! One key, however it was written down.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNumContext;
use openssl::ec::{Asn1Flag, EcGroup, EcKey, PointConversionForm};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Req};
use store::Fault;

use super::super::told::{LONGEST_FILE, ToldKey};

fn certificate(key: &PKey<Private>) -> X509 {
    let mut builder = X509::builder().unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn request(key: &PKey<Private>) -> X509Req {
    let mut builder = X509Req::builder().unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn read(octets: &[u8]) -> Vec<u8> {
    match ToldKey::read(octets).unwrap() {
        ToldKey::Whole(key) => key,
        digest @ ToldKey::Digest(_) => panic!("{digest:?}"),
    }
}

fn refused(octets: &[u8]) -> String {
    let error = ToldKey::read(octets).unwrap_err();
    assert_eq!(error.code().name, "compromised-key-unreadable");
    error.to_string()
}

#[test]
fn a_key_is_read_from_each_form_in_which_it_is_shown() {
    let rsa = Rsa::generate(2048).unwrap();
    let pkcs1 = [rsa.public_key_to_pem_pkcs1().unwrap(), rsa.public_key_to_der_pkcs1().unwrap()];
    let rsa = PKey::from_rsa(rsa).unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let elliptic = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    for (key, more) in [(&rsa, pkcs1.as_slice()), (&elliptic, &[])] {
        let spki = key.public_key_to_der().unwrap();
        let (certificate, request) = (certificate(key), request(key));
        let printed = [certificate.to_text().unwrap(), certificate.to_pem().unwrap()].concat();
        let mut forms = vec![
            key.public_key_to_pem().unwrap(),
            spki.clone(),
            printed,
            certificate.to_der().unwrap(),
            request.to_pem().unwrap(),
            request.to_der().unwrap(),
        ];
        forms.extend(more.iter().cloned());
        for form in forms {
            assert_eq!(read(&form), spki, "{}", String::from_utf8_lossy(&form));
        }
    }
}

#[test]
fn a_key_has_one_encoding_however_it_was_written_down() {
    let group = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
    let key = EcKey::generate(&group).unwrap();
    let spki = PKey::from_ec_key(key.clone()).unwrap().public_key_to_der().unwrap();

    let mut context = BigNumContext::new().unwrap();
    let point = key.public_key().to_bytes(&group, PointConversionForm::COMPRESSED, &mut context).unwrap();
    let mut compressed = spki::SubjectPublicKeyInfoOwned::try_from(spki.as_slice()).unwrap();
    compressed.subject_public_key = der::asn1::BitString::from_bytes(&point).unwrap();
    let compressed = der::Encode::to_der(&compressed).unwrap();
    assert_ne!(compressed, spki);
    assert_eq!(read(&compressed), spki);

    let mut explicit = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
    explicit.set_asn1_flag(Asn1Flag::EXPLICIT_CURVE);
    let explicit = EcKey::from_public_key(&explicit, key.public_key()).unwrap().public_key_to_der().unwrap();
    assert!(explicit.len() > 2 * spki.len(), "the parameters stand in it");
    assert_eq!(read(&explicit), spki);

    // Of RSASSA-PSS it is the same key (RFC 4055 §1.2), under another algorithm identifier.
    let rsa = Rsa::generate(2048).unwrap().public_key_to_der().unwrap();
    let mut pss = spki::SubjectPublicKeyInfoOwned::try_from(rsa.as_slice()).unwrap();
    pss.algorithm.oid = "1.2.840.113549.1.1.10".parse().unwrap();
    pss.algorithm.parameters = None;
    assert_eq!(read(&der::Encode::to_der(&pss).unwrap()), rsa);
}

#[test]
fn what_is_no_public_key_or_more_than_one_is_refused_and_a_private_key_is_never_read() {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    for private in [
        key.private_key_to_pem_pkcs8().unwrap(),
        key.rsa().unwrap().private_key_to_pem().unwrap(),
        [key.public_key_to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap()].concat(),
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n".to_vec(),
    ] {
        assert!(refused(&private).contains("openssl pkey"), "{}", String::from_utf8_lossy(&private));
    }
    let pem = certificate(&key).to_pem().unwrap();
    assert!(refused(&[pem.clone(), pem].concat()).contains("2 blocks"));
    assert!(refused(&vec![b'-'; LONGEST_FILE + 1]).contains("at most"));
    let spki = key.public_key_to_der().unwrap();
    let malformed: [&[u8]; 7] = [
        b"",
        b"nothing",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        b"-----BEGIN ",
        &[0x30; 4096],
        &[spki.as_slice(), b"more"].concat(),
    ];
    for octets in malformed {
        assert!(refused(octets).starts_with("no public key"), "{octets:?}");
    }
    for end in 0..spki.len() {
        assert!(ToldKey::read(&spki[..end]).is_err());
    }
}
