//! Whom the client trusts.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509NameBuilder};
use serde_json::json;

use super::fixtures::directory;
use super::server::{Answer, Server};
use super::*;

/// A server certificate of its own authority, for `name`, and what serves with it.
fn server_of(name: &str) -> (X509, Server) {
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let key = PKey::from_ec_key(key).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", "test-only directory").unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let certificate = builder.build();
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    let server =
        Server::under_tls(acceptor.build(), |_, target| Answer::Resource(directory(target, json!({}), &[])));
    (certificate, server)
}

/// What comes of asking `server`, trusting `root` alone.
fn asked(server: &Server, root: Option<&X509>) -> Result<(), FhirError> {
    let folder = tempfile::tempdir().unwrap();
    let roots = root.map(|root| {
        let file = folder.path().join("roots.pem");
        fs::write(&file, root.to_pem().unwrap()).unwrap();
        file
    });
    AnnuaireSante::new(&FhirSettings { roots, ..settings(&folder, &server.base()) })?.answers()
}

#[test]
fn a_directory_is_asked_under_tls_where_its_root_and_its_name_are_right() {
    let (certificate, server) = server_of("localhost");
    asked(&server, Some(&certificate)).unwrap();
    assert_eq!(server.asked().len(), 1);
    assert_eq!(refused(asked(&server, None)), "fhir-unavailable", "no root of this system");
    let (stranger, _) = server_of("localhost");
    assert_eq!(refused(asked(&server, Some(&stranger))), "fhir-unavailable");
    let (misnamed, elsewhere) = server_of("gateway.example");
    assert_eq!(refused(asked(&elsewhere, Some(&misnamed))), "fhir-unavailable");
    assert_eq!(server.asked().len() + elsewhere.asked().len(), 1, "and no key was sent to any of them");
}

#[test]
fn roots_that_are_none_are_refused_before_anybody_is_asked() {
    let (_, server) = server_of("localhost");
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let file = folder.path().join("roots.pem");
        fs::write(&file, text).unwrap();
        let settings = FhirSettings { roots: Some(file), ..settings(&folder, &server.base()) };
        assert_eq!(refused(AnnuaireSante::new(&settings)), "fhir-settings-invalid", "{text:?}");
    }
}
