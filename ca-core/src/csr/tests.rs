use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::{ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509NameBuilder, X509ReqBuilder};

use super::*;

fn ec_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

struct Wish<'a> {
    common_names: &'a [&'a str],
    dns: &'a [&'a str],
    addresses: &'a [&'a str],
    other: bool,
    digest: MessageDigest,
}

const PLAIN: &[&str] = &["mssante.home.arpa"];

fn wish<'a>(common_names: &'a [&'a str], dns: &'a [&'a str]) -> Wish<'a> {
    Wish { common_names, dns, addresses: &[], other: false, digest: MessageDigest::sha256() }
}

fn request(key: &PKey<Private>, wish: &Wish<'_>) -> X509Req {
    let mut name = X509NameBuilder::new().unwrap();
    for text in wish.common_names {
        name.append_entry_by_nid(Nid::COMMONNAME, text).unwrap();
    }
    let mut builder = X509ReqBuilder::new().unwrap();
    builder.set_subject_name(&name.build()).unwrap();
    builder.set_pubkey(key).unwrap();
    let mut extensions = Stack::new().unwrap();
    let context = builder.x509v3_context(None);
    if !(wish.dns.is_empty() && wish.addresses.is_empty()) {
        let mut alternative = SubjectAlternativeName::new();
        for dns in wish.dns {
            alternative.dns(dns);
        }
        for address in wish.addresses {
            alternative.email(address);
        }
        if wish.other {
            alternative.ip("192.0.2.1");
        }
        extensions.push(alternative.build(&context).unwrap()).unwrap();
    }
    if wish.other {
        extensions.push(ExtendedKeyUsage::new().code_signing().build().unwrap()).unwrap();
    }
    if !extensions.is_empty() {
        builder.add_extensions(&extensions).unwrap();
    }
    builder.sign(key, wish.digest).unwrap();
    builder.build()
}

fn refusal(bytes: &[u8]) -> CsrRefused {
    CertificationRequest::read(bytes).unwrap_err()
}

#[test]
fn a_request_reads_the_same_from_pem_and_der() {
    let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    for key in [ec_key(), rsa] {
        let made = request(
            &key,
            &wish(&["Service Démo"], &["MSSante.home.arpa", "b.home.arpa", "mssante.HOME.arpa"]),
        );
        let der = made.to_der().unwrap();
        let read = CertificationRequest::read(&der).unwrap();
        assert_eq!(read.common_name.as_deref(), Some("Service Démo"));
        assert_eq!(read.dns_names, ["mssante.home.arpa", "b.home.arpa"]);
        assert_eq!(read.public_key, key.public_key_to_der().unwrap());
        assert_eq!(read.der, der);
        assert!(read.ignored.is_empty());

        let pem = String::from_utf8(made.to_pem().unwrap()).unwrap();
        assert_eq!(CertificationRequest::read(pem.as_bytes()).unwrap(), read);
        let other_tool =
            format!("Certificate Request:\r\n{}", pem.replace(" CERTIFICATE", " NEW CERTIFICATE"));
        assert_eq!(CertificationRequest::read(other_tool.as_bytes()).unwrap(), read);
    }
}

#[test]
fn a_request_without_extensions_or_subject_is_read() {
    let read = CertificationRequest::read(&request(&ec_key(), &wish(&[], &[])).to_der().unwrap()).unwrap();
    assert_eq!((read.subject.as_str(), read.common_name, read.dns_names.len()), ("", None, 0));
}

#[test]
fn what_else_is_asked_for_is_ignored_and_listed() {
    let made = request(&ec_key(), &Wish { other: true, ..wish(PLAIN, PLAIN) });
    let read = CertificationRequest::read(&made.to_der().unwrap()).unwrap();
    assert_eq!(read.dns_names, PLAIN);
    assert_eq!(read.ignored, ["subjectAltName, iPAddress", "extension 2.5.29.37"]);
}

#[test]
fn an_address_is_read_as_it_was_given_and_one_that_is_none_is_named() {
    let with =
        |addresses: &[&str]| request(&ec_key(), &Wish { addresses, ..wish(&[], &[]) }).to_der().unwrap();
    let read =
        CertificationRequest::read(&with(&["Elise.Durand@Home.arpa", "Elise.Durand@Home.arpa"])).unwrap();
    assert_eq!(read.email_addresses, ["Elise.Durand@Home.arpa"]);
    assert!(read.ignored.is_empty() && read.dns_names.is_empty());
    let message = refusal(&with(&["a@home.arpa", "nobody"])).to_string();
    assert!(message.starts_with("subjectAltName, rfc822Name 2"), "{message}");
    let many: Vec<String> = (0..11).map(|n| format!("a{n}@home.arpa")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(refusal(&with(&many)).to_string(), "subjectAltName: has more than 10 rfc822Names");
}

#[test]
fn a_request_over_another_key_proves_nothing() {
    let key = ec_key();
    let mut der = request(&key, &wish(PLAIN, PLAIN)).to_der().unwrap();
    let own = key.public_key_to_der().unwrap();
    let other = ec_key().public_key_to_der().unwrap();
    let at = der.windows(own.len()).position(|window| window == own).unwrap();
    der[at..at + own.len()].copy_from_slice(&other);
    assert!(matches!(refusal(&der), CsrRefused::NoProofOfPossession));
}

#[test]
fn a_request_that_was_altered_proves_nothing() {
    let mut der = request(&ec_key(), &wish(PLAIN, PLAIN)).to_der().unwrap();
    let name = b"mssante";
    let at = der.windows(name.len()).position(|window| window == name).unwrap();
    der[at] = b'M';
    assert!(matches!(refusal(&der), CsrRefused::NoProofOfPossession));
}

#[test]
fn a_broken_digest_is_no_proof() {
    let made = request(&ec_key(), &Wish { digest: MessageDigest::sha1(), ..wish(PLAIN, PLAIN) });
    assert!(matches!(refusal(&made.to_der().unwrap()), CsrRefused::SignatureAlgorithm(_)));
}

#[test]
fn a_request_is_bounded() {
    assert!(matches!(refusal(&vec![0x30; LONGEST_REQUEST + 1]), CsrRefused::TooLong(_)));
}

#[test]
fn nobody_is_asked_for_the_pass_phrase_of_an_encrypted_request() {
    let pem = String::from_utf8(request(&ec_key(), &wish(PLAIN, PLAIN)).to_pem().unwrap()).unwrap();
    let (begin, rest) = pem.split_once('\n').unwrap();
    let header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n";
    let message = refusal(format!("{begin}\n{header}\n{rest}").as_bytes()).to_string();
    assert!(message.contains("encrypted PEM block"), "{message}");
}

#[test]
fn a_request_has_at_most_a_hundred_host_names() {
    let names: Vec<String> = (0..101).map(|n| format!("h{n}.home.arpa")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let read = CertificationRequest::read(&request(&ec_key(), &wish(PLAIN, &names[..100])).to_der().unwrap());
    assert_eq!(read.unwrap().dns_names.len(), 100);
    let refused = refusal(&request(&ec_key(), &wish(PLAIN, &names)).to_der().unwrap()).to_string();
    assert_eq!(refused, "subjectAltName: has more than 100 dNSNames");
}

#[test]
fn anything_else_is_malformed_and_never_a_panic() {
    let der = request(&ec_key(), &wish(PLAIN, PLAIN)).to_der().unwrap();
    let trailing = [der.as_slice(), &[0]].concat();
    for bytes in [b"".as_slice(), b"0", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", &trailing] {
        assert!(matches!(refusal(bytes), CsrRefused::Malformed(_)), "{bytes:?}");
    }
    for end in 0..der.len() {
        refusal(&der[..end]);
    }
    for at in 0..der.len() {
        let mut altered = der.clone();
        altered[at] ^= 0x41;
        refusal(&altered);
    }
}

#[test]
fn a_name_out_of_form_is_named() {
    let names =
        ["-a.home.arpa", "a..home.arpa", "a b.home.arpa", "a_b.home.arpa", "*.*.home.arpa", "a.home.arpa."];
    for name in names {
        let made = request(&ec_key(), &wish(PLAIN, &["ok.home.arpa", name]));
        let message = refusal(&made.to_der().unwrap()).to_string();
        assert!(message.starts_with("subjectAltName, dNSName 2"), "{message}");
    }
    let wildcard = request(&ec_key(), &wish(PLAIN, &["*.home.arpa"])).to_der().unwrap();
    assert_eq!(CertificationRequest::read(&wildcard).unwrap().dns_names, ["*.home.arpa"]);
}

#[test]
fn a_subject_has_one_common_name() {
    let made = request(&ec_key(), &wish(&["one", "two"], &[]));
    let message = refusal(&made.to_der().unwrap()).to_string();
    assert_eq!(message, "subject, commonName: must stand once");
}
