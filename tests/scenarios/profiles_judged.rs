//! A certificate of every profile, signed with keys made here, before judges that share no code with the
//! builder: openssl in its strict mode, pkilint, and the lint of this house. Under authorities with keys on curves, and
//! under those with RSA-4096, as the real ones have them.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use acceptance::harness::{Finding, Linted, fixture, folder, openssl, pkilint, root};
use ca_core::identity::Identity;
use ca_core::lint::{DeclaredIdentity, IssuerCertificate, LintContext, check_certificate};
use ca_core::profile::{KeyKind, Profiles};
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
fn openssl_accepts_a_certificate_of_every_profile_and_kind_of_key_in_strict_mode() {
    let folder = folder();
    for Issued { path, issuer, root, sample } in issue_all(Identity::demo(), folder.path()) {
        let arguments =
            ["verify", "-x509_strict", "-attime", "1795262400", "-show_chain", "-CAfile"].map(Path::new);
        let arguments =
            arguments.into_iter().chain([root.as_path(), Path::new("-untrusted"), &issuer, &path]);
        let verified = openssl(arguments.map(Path::as_os_str)).expect_exit(0);
        assert!(verified.stdout.contains(": OK"), "{}: {}", sample.profile, verified.said());
    }
}

#[test]
fn the_lint_finds_nothing_in_a_certificate_of_any_profile_and_kind_of_key() {
    let folder = folder();
    let identity = DeclaredIdentity::read(Identity::DEMO);
    for Issued { path, issuer, sample, .. } in issue_all(Identity::demo(), folder.path()) {
        let certificate = read(&path);
        let issuer = read(&issuer);
        let authority = ["root", "issuing"].contains(&sample.profile);
        let context = LintContext {
            profile: sample.profile,
            issuer: (sample.profile != "root").then(|| IssuerCertificate::read(&issuer)),
            at: "2026-11-21T10:00:00Z".parse().unwrap(),
            serial_prefix: (!authority).then_some([0x2A, 0, 0, 0, 0, 0, 0, 1]),
            declared: &identity.of(sample.issuer, &root_of(sample.issuer)),
            authority: sample.facts.text(Fact::Authority),
            shard: None,
        };
        let findings = check_certificate(tbs_of(&certificate), &context);
        assert!(findings.is_empty(), "{}, {:?}: {findings:#?}", sample.profile, sample.key);
    }
}

#[test]
fn pkilint_has_no_warning_about_a_certificate_of_any_profile_and_kind_of_key() {
    let findings =
        serious_findings(judged_identity(), |issued| Some(Linted::Certificate(issued.path.clone())));
    assert!(findings.is_empty(), "{findings:#?}");
}

/// What pkilint holds against the demo identity is explained, and nothing else is held against it: it takes a host without
/// a dot for no host.
#[test]
fn pkilint_holds_one_known_thing_against_the_demo_identity() {
    let is_known = |finding: &Finding| {
        finding.code == "pkix.invalid_uri_syntax" && finding.message.contains("\"http://localhost:8080/")
    };
    let findings =
        serious_findings(Identity::demo(), |issued| Some(Linted::Certificate(issued.path.clone())));
    let unknown: Vec<Finding> = findings.into_iter().filter(|finding| !is_known(finding)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_certificate_stands_rightly_under_that_of_its_issuer() {
    let under = |issued: &Issued| {
        (issued.path != issued.issuer)
            .then(|| Linted::UnderIssuer(issued.path.clone(), issued.issuer.clone()))
    };
    let findings = serious_findings(judged_identity(), under);
    assert!(findings.is_empty(), "{findings:#?}");
}

/// What EN 319 412 holds against the certificates of persons and organisations, each with its reason in `docs/profiles.md`,
/// and nothing else.
#[test]
fn what_en_319_412_asks_for_and_is_not_there_is_explained() {
    let explained = fs::read_to_string(root().join("docs/profiles.md")).unwrap();
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let findings = serious_findings(judged_identity(), |issued| {
        type_of_en_319_412(issued.sample.profile).map(|kind| Linted::ByEtsi(issued.path.clone(), kind))
    });
    for Finding { file, severity, code, .. } in findings {
        // `el-org-sign-RSA-2048`: the profile and the kind of key.
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let profile = name.rsplitn(3, '-').last().unwrap().to_owned();
        found.entry((code, severity)).or_default().insert(profile);
    }
    let mut written: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for line in explained.lines().filter(|line| line.starts_with("| `etsi.")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let profiles = cells[2].split(", ").map(|profile| profile.trim_matches('`').to_owned());
        let code = cells[0].trim_matches('`').to_owned();
        written.entry((code, cells[1].to_owned())).or_default().extend(profiles);
        assert!(cells[3].len() > 40, "{}: why", cells[0]);
    }
    assert_eq!(found, written, "what is found, and what docs/profiles.md explains");
}

/// As what `lint_etsi_cert` is to take a certificate: of a natural person (EN 319 412-2), of a legal person (-3). None where it
/// names neither: an authority, a responder, a server, a mailbox, a card, a service, a test.
fn type_of_en_319_412(profile: &str) -> Option<&'static str> {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| profile.ends_with(suffix));
    if profile.contains("-pp-") && !profile.contains("-service-") && ends(&["-auth", "-sign", "-conf"]) {
        return Some("NCP-NATURAL-PERSON-CERTIFICATE");
    }
    ["el-org-sign", "el-org-auth-cli", "el-org-conf"]
        .contains(&profile)
        .then_some("NCP-LEGAL-PERSON-CERTIFICATE")
}

fn judged_identity() -> Identity {
    Identity::parse(&fs::read_to_string(fixture("judged-identity.toml")).unwrap()).unwrap()
}

fn serious_findings(identity: Identity, judged: impl Fn(&Issued) -> Option<Linted>) -> Vec<Finding> {
    let folder = folder();
    let files: Vec<Linted> = issue_all(identity, folder.path()).iter().filter_map(judged).collect();
    pkilint(&files).into_iter().filter(Finding::is_serious).collect()
}

/// The leaves of every profile really stand under the signature of an RSA-4096 key.
#[test]
fn a_certificate_of_every_profile_is_judged_under_an_rsa_4096_issuer() {
    let folder = folder();
    let mut judged = BTreeSet::new();
    for issued in issue_all(Identity::demo(), folder.path()) {
        let issuer = openssl::x509::X509::from_pem(&fs::read(&issued.issuer).unwrap()).unwrap();
        let certificate = openssl::x509::X509::from_pem(&fs::read(&issued.path).unwrap()).unwrap();
        let key = issuer.public_key().unwrap();
        if key.bits() == 4096 && certificate.verify(&key).unwrap() {
            judged.insert(issued.sample.profile);
        }
    }
    assert_eq!(judged, samples().iter().map(|sample| sample.profile).collect());
}

/// A certificate, its issuer's and that of the root above, which are its own where it is a root's.
struct Issued {
    path: PathBuf,
    issuer: PathBuf,
    root: PathBuf,
    sample: Sample,
}

/// What `issue` makes under authorities of each kind of key, in folders of their own.
fn issue_all(identity: Identity, folder: &Path) -> Vec<Issued> {
    let under = |(name, authorities): (&str, [KeyKind; 2])| {
        let folder = folder.join(name);
        fs::create_dir(&folder).unwrap();
        issue(identity.clone(), authorities, &folder)
    };
    AUTHORITIES.into_iter().flat_map(under).collect()
}

/// The keys of roots and issuing authorities.
const AUTHORITIES: [(&str, [KeyKind; 2]); 2] =
    [("curves", [KeyKind::P384, KeyKind::P256]), ("rsa-4096", [KeyKind::Rsa4096; 2])];

/// A certificate of every sample for each kind of key that its profile certifies, as `<profile>-<kind>.pem`, and those of the
/// authorities above them, as `<short name>.pem`.
fn issue(identity: Identity, authorities: [KeyKind; 2], folder: &Path) -> Vec<Issued> {
    let key_of = |key: Key| &keys()[&drawn(key, authorities)];
    let public_key = |key: Key| key_of(key).public_key_to_der().unwrap();
    let builder = Builder { identity, profiles: Profiles::embedded(), public_key: &public_key };
    for short_name in ["ACR-EL", "ACR-ST", "ACR-FO", "ACI-EL-PP", "ACI-EL-ORG", "ACI-ST-PP", "ACI-FO-PP"] {
        let der = sign(&builder.build(&authority(short_name)), key_of(Key::Root));
        write(&folder.join(format!("{short_name}.pem")), &der);
    }
    let at = |name: &str| folder.join(format!("{name}.pem"));
    let mut issued = Vec::new();
    for sample in samples() {
        for kind in builder.profiles.get(sample.profile).unwrap().keys.kinds() {
            let sample = Sample { key: Key::Certified(*kind), ..sample.clone() };
            let path = at(&format!("{}-{kind}", sample.profile));
            let (issuer, root, signing_key) = match sample.profile {
                "root" => (path.clone(), path.clone(), sample.key),
                "issuing" => (at(sample.issuer), at(sample.issuer), Key::Root),
                _ => (at(sample.issuer), at(&root_of(sample.issuer)), Key::Issuing),
            };
            write(&path, &sign(&builder.build(&sample), key_of(signing_key)));
            issued.push(Issued { path, issuer, root, sample });
        }
    }
    issued
}

fn root_of(issuer: &str) -> String {
    format!("ACR-{}", issuer.split('-').nth(1).unwrap())
}

/// Whose key it is, and of which kind.
fn drawn(key: Key, [root, issuing]: [KeyKind; 2]) -> (&'static str, KeyKind) {
    match key {
        Key::Root => ("root", root),
        Key::Issuing => ("issuing", issuing),
        Key::Certified(kind) => ("certified", kind),
    }
}

/// Drawn once: a long RSA key takes seconds.
fn keys() -> &'static HashMap<(&'static str, KeyKind), PKey<Private>> {
    static KEYS: OnceLock<HashMap<(&'static str, KeyKind), PKey<Private>>> = OnceLock::new();
    KEYS.get_or_init(draw_keys)
}

fn draw_keys() -> HashMap<(&'static str, KeyKind), PKey<Private>> {
    let ec = |curve| {
        let group = EcGroup::from_curve_name(curve).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    };
    let rsa = |bits| PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
    let of = |(whose, kind): (&'static str, KeyKind)| {
        let key = match kind {
            KeyKind::P256 => ec(Nid::X9_62_PRIME256V1),
            KeyKind::P384 => ec(Nid::SECP384R1),
            KeyKind::Rsa2048 => rsa(2048),
            KeyKind::Rsa3072 => rsa(3072),
            KeyKind::Rsa4096 => rsa(4096),
        };
        ((whose, kind), key)
    };
    let kinds = [KeyKind::P256, KeyKind::P384, KeyKind::Rsa2048, KeyKind::Rsa3072, KeyKind::Rsa4096];
    let certified = kinds.map(Key::Certified);
    let all =
        AUTHORITIES.iter().flat_map(|(_, kinds)| [Key::Root, Key::Issuing].map(|key| drawn(key, *kinds)));
    all.chain(certified.map(|key| drawn(key, AUTHORITIES[0].1))).map(of).collect()
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` (RFC 5280 §4.1).
fn sign(tbs: &[u8], key: &PKey<Private>) -> Vec<u8> {
    let algorithm = SignatureAlgorithm::of_key(&key.public_key_to_der().unwrap()).unwrap();
    let (digest, identifier): (_, &[u8]) = match algorithm {
        // SEQUENCE { OBJECT IDENTIFIER ecdsa-with-SHA256 }, RFC 5758 §3.2; the next one with SHA384.
        SignatureAlgorithm::EcdsaWithSha256 => {
            (MessageDigest::sha256(), b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02")
        }
        SignatureAlgorithm::EcdsaWithSha384 => {
            (MessageDigest::sha384(), b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03")
        }
        // SEQUENCE { OBJECT IDENTIFIER sha256WithRSAEncryption, NULL }, RFC 4055 §5.
        SignatureAlgorithm::Sha256WithRsaEncryption => {
            (MessageDigest::sha256(), b"\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x00")
        }
    };
    let mut signature = vec![0];
    signature.extend(Signer::new(digest, key).unwrap().sign_oneshot_to_vec(tbs).unwrap());
    element(0x30, &[tbs, identifier, &element(0x03, &signature)].concat())
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
