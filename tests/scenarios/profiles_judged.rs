//! A certificate of every profile, signed with keys made here, before judges that share no code with the
//! builder: openssl in its strict mode, pkilint, and the lint of this house.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::harness::{Finding, Linted, fixture, folder, openssl, pkilint};
use ca_core::identity::Identity;
use ca_core::lint::{IssuerCertificate, LintContext, check_certificate};
use ca_core::profile::Profiles;
use ca_core::signer::SignatureAlgorithm;
use ca_core::subject::Fact;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;

use super::certificate_dump::tbs_of;
use super::profile_samples::{Builder, Key, Sample, authority, samples};

#[test]
fn openssl_accepts_a_certificate_of_every_profile_in_strict_mode() {
    let folder = folder();
    for (certificate, sample) in issue_all(Identity::demo(), folder.path()) {
        let root = folder.path().join(format!("{}.pem", root_of(sample.issuer)));
        let issuer = folder.path().join(format!("{}.pem", sample.issuer));
        let arguments =
            ["verify", "-x509_strict", "-attime", "1795262400", "-show_chain", "-CAfile"].map(Path::new);
        let arguments =
            arguments.into_iter().chain([root.as_path(), Path::new("-untrusted"), &issuer, &certificate]);
        let verified = openssl(arguments.map(Path::as_os_str)).expect_exit(0);
        assert!(verified.stdout.contains(": OK"), "{}: {}", sample.profile, verified.said());
    }
}

#[test]
fn the_lint_finds_nothing_in_a_certificate_of_any_profile() {
    let folder = folder();
    for (path, sample) in issue_all(Identity::demo(), folder.path()) {
        let certificate = read(&path);
        let issuer = read(&folder.path().join(format!("{}.pem", sample.issuer)));
        let authority = ["root", "issuing"].contains(&sample.profile);
        let context = LintContext {
            profile: sample.profile,
            issuer: (sample.profile != "root").then(|| IssuerCertificate::read(&issuer)),
            at: "2026-11-21T10:00:00Z".parse().unwrap(),
            serial_prefix: (!authority).then_some([0x2A, 0, 0, 0, 0, 0, 0, 1]),
            test_bit: true,
            shard: None,
        };
        let findings = check_certificate(tbs_of(&certificate), &context);
        assert!(findings.is_empty(), "{}: {findings:#?}", sample.profile);
    }
}

#[test]
fn pkilint_has_no_warning_about_a_certificate_of_any_profile() {
    let text = fs::read_to_string(fixture("judged-identity.toml")).unwrap();
    let findings = serious_findings(Identity::parse(&text).unwrap());
    assert!(findings.is_empty(), "{findings:#?}");
}

/// What pkilint holds against the demo identity is explained, and nothing else is held against it: it takes a host without
/// a dot for no host.
#[test]
fn pkilint_holds_one_known_thing_against_the_demo_identity() {
    let is_known = |finding: &Finding| {
        finding.code == "pkix.invalid_uri_syntax" && finding.message.contains("\"http://localhost:8080/")
    };
    let unknown: Vec<Finding> =
        serious_findings(Identity::demo()).into_iter().filter(|finding| !is_known(finding)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

fn serious_findings(identity: Identity) -> Vec<Finding> {
    let folder = folder();
    let issued = issue_all(identity, folder.path());
    let files: Vec<Linted> = issued.into_iter().map(|(path, _)| Linted::Certificate(path)).collect();
    pkilint(&files).into_iter().filter(Finding::is_serious).collect()
}

/// A certificate of every sample, and those of the authorities above them, as `<profile or short name>.pem`.
fn issue_all(identity: Identity, folder: &Path) -> Vec<(PathBuf, Sample)> {
    let keys = keys();
    let public_key = |key: Key| keys[&key].public_key_to_der().unwrap();
    let builder = Builder { identity, profiles: Profiles::embedded(), public_key: &public_key };
    for short_name in ["ACR-EL", "ACR-ST", "ACR-FO", "ACI-EL-PP", "ACI-EL-ORG", "ACI-ST-PP", "ACI-FO-PP"] {
        let der = sign(&builder.build(&authority(short_name)), &keys[&Key::RootP384]);
        write(&folder.join(format!("{short_name}.pem")), &der);
    }
    let issue = |sample: Sample| match sample.facts.text(Fact::Authority) {
        // Signed above: a second ECDSA signature would make another certificate of it.
        Some(short_name) => (folder.join(format!("{short_name}.pem")), sample),
        None => {
            let path = folder.join(format!("{}.pem", sample.profile));
            write(&path, &sign(&builder.build(&sample), &keys[&Key::IssuingP256]));
            (path, sample)
        }
    };
    samples().into_iter().map(issue).collect()
}

fn root_of(issuer: &str) -> String {
    format!("ACR-{}", issuer.split('-').nth(1).unwrap())
}

fn keys() -> BTreeMap<Key, PKey<Private>> {
    let ec = |curve| {
        let group = EcGroup::from_curve_name(curve).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    };
    BTreeMap::from([
        (Key::RootP384, ec(Nid::SECP384R1)),
        (Key::IssuingP256, ec(Nid::X9_62_PRIME256V1)),
        (Key::EndEntityP256, ec(Nid::X9_62_PRIME256V1)),
        (Key::EndEntityRsa2048, PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()),
    ])
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` (RFC 5280 §4.1).
fn sign(tbs: &[u8], key: &PKey<Private>) -> Vec<u8> {
    let algorithm = SignatureAlgorithm::of_key(&key.public_key_to_der().unwrap()).unwrap();
    // SEQUENCE { OBJECT IDENTIFIER ecdsa-with-SHA256 | ecdsa-with-SHA384 }, RFC 5758 §3.2.
    let (digest, last_arc) = match algorithm {
        SignatureAlgorithm::EcdsaWithSha384 => (MessageDigest::sha384(), 3),
        _ => (MessageDigest::sha256(), 2),
    };
    let identifier = [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, last_arc];
    let mut signature = vec![0];
    signature.extend(Signer::new(digest, key).unwrap().sign_oneshot_to_vec(tbs).unwrap());
    element(0x30, &[tbs, &identifier, &element(0x03, &signature)].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let header = match length {
        0..=0x7F => vec![tag, length as u8],
        0x80..=0xFF => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [header.as_slice(), content].concat()
}

fn write(path: &Path, der: &[u8]) {
    let certificate = openssl::x509::X509::from_der(der).unwrap();
    fs::write(path, certificate.to_pem().unwrap()).unwrap();
}

fn read(path: &Path) -> Vec<u8> {
    openssl::x509::X509::from_pem(&fs::read(path).unwrap()).unwrap().to_der().unwrap()
}
