//! The profiles against the real IGC Santé: each certificate of `fixtures/real-certificates/` is built again
//! under the reference identity from its own facts, key, serial number and dates, and compared with the real
//! one field by field, each field byte by byte. What differs stands in `fixtures/differences.toml`, a
//! closed list: a difference that is not there fails, and so does a row that no longer differs.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use std::collections::BTreeMap;
use std::fs;

use acceptance::harness::fixture;
use ca_core::identity::Identity;
use ca_core::profile::Profiles;
use ca_core::serial::SerialNumber;
use ca_core::signer::SignatureAlgorithm;
use ca_core::subject::{Fact, Facts};
use ca_core::tbs::{self, TbsInput, TbsIssuer};
use openssl::x509::X509;
use serde::Deserialize;
use store::Timestamp;

use super::certificate_dump::{Field, fields, tbs_of};

/// A real certificate, and what its registration authority must have known.
struct Real {
    file: &'static str,
    identity: &'static str,
    profile: &'static str,
    issuer: Issuer,
    facts: Facts,
}

enum Issuer {
    /// A root.
    Itself,
    /// An authority whose certificate is here too: short name, parent, file.
    Here(&'static str, &'static str, &'static str),
    /// An authority of which only name and key identifier are known: short name, parent, key identifier.
    Elsewhere(&'static str, &'static str, [u8; 20]),
}

const TEST: &str = "reference-identity.toml";
const PRODUCTION: &str = "reference-production-identity.toml";
const TEST_ACR_EL: &str = "TEST-ACR-EL_root";
const TEST_ACR_ST: &str = "TEST-ACR-ST_root";
const TEST_ACI_EL_ORG: &str = "TEST-ACI-EL-ORG_intermediate";

fn real_certificates() -> Vec<Real> {
    let authority = |short_name: &str| Facts::new().with(Fact::Authority, short_name);
    let under = |root, file| Issuer::Here(root, root, file);
    vec![
        Real {
            file: "PROD-ACR-EL_root",
            identity: PRODUCTION,
            profile: "root",
            issuer: Issuer::Itself,
            facts: authority("ACR-EL"),
        },
        Real {
            file: TEST_ACR_EL,
            identity: TEST,
            profile: "root",
            issuer: Issuer::Itself,
            facts: authority("ACR-EL"),
        },
        Real {
            file: TEST_ACR_ST,
            identity: TEST,
            profile: "root",
            issuer: Issuer::Itself,
            facts: authority("ACR-ST"),
        },
        Real {
            file: TEST_ACI_EL_ORG,
            identity: TEST,
            profile: "issuing",
            issuer: under("ACR-EL", TEST_ACR_EL),
            facts: authority("ACI-EL-ORG"),
        },
        Real {
            file: "TEST-ACI-EL-PP_intermediate",
            identity: TEST,
            profile: "issuing",
            issuer: under("ACR-EL", TEST_ACR_EL),
            facts: authority("ACI-EL-PP"),
        },
        Real {
            file: "TEST-ACI-ST-PP_intermediate",
            identity: TEST,
            profile: "issuing",
            issuer: under("ACR-ST", TEST_ACR_ST),
            facts: authority("ACI-ST-PP"),
        },
        Real {
            file: "TEST-FO-PP_SIGN-card-CPS_infirmier-ADELI",
            identity: TEST,
            profile: "fo-pp-cps-sign",
            issuer: Issuer::Elsewhere(
                "ACI-FO-PP",
                "ACR-FO",
                [
                    0x3A, 0xF1, 0xE7, 0xF5, 0xCE, 0xEB, 0xED, 0xF7, 0x8D, 0xC9, 0xC9, 0xB2, 0x9F, 0xED, 0xD4,
                    0x65, 0x29, 0xDC, 0x1F, 0xFD,
                ],
            ),
            facts: Facts::new()
                .with(Fact::Title, "Infirmier")
                .with(Fact::GivenName, "Guy")
                .with(Fact::FamilyName, "INFIRMCH7760")
                .with(Fact::NationalIdentifier, "00B6077602")
                .with(Fact::Profession, "60")
                .with(Fact::CardNumber, "2800262487"),
        },
        Real {
            file: "TEST-EL-ORG_SIGN_esignsante-apcv",
            identity: TEST,
            profile: "el-org-sign",
            issuer: Issuer::Here("ACI-EL-ORG", "ACR-EL", TEST_ACI_EL_ORG),
            facts: Facts::new()
                .with(Fact::Department, "Côte-d'Or (21)")
                .with(Fact::OrganisationName, "MINISTERE DE TEST7708")
                .with(Fact::StructureIdentifier, "300000000077081")
                .with(Fact::ServiceName, "esignsante-apcv"),
        },
        Real {
            file: "PROD-EL-ORG_SERV-SSL_tops.demo.asipsante.fr",
            identity: PRODUCTION,
            profile: "el-org-serv-ssl",
            issuer: Issuer::Elsewhere(
                "ACI-EL-ORG",
                "ACR-EL",
                [
                    0xD7, 0xFB, 0xFA, 0xDC, 0xD5, 0x02, 0x7F, 0xE7, 0xC1, 0x53, 0x86, 0x4D, 0x4B, 0xE8, 0xA4,
                    0x4A, 0x1E, 0x0B, 0xBB, 0x63,
                ],
            ),
            facts: Facts::new()
                .with(Fact::Department, "Paris (75)")
                .with(Fact::OrganisationName, "AGENCE DES SYSTEMES D'INFORMATION PARTAGES DE SANTE")
                .with(Fact::StructureIdentifier, "318751275100020")
                .with(Fact::ServiceName, "tops.demo.asipsante.fr")
                .with_all(Fact::DnsNames, ["tops.demo.asipsante.fr", "topspsc.demo.asipsante.fr"]),
        },
    ]
}

/// A row of `differences.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    certificate: String,
    field: String,
    real: String,
    ours: String,
    #[allow(dead_code)] // for people
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    difference: Vec<Difference>,
}

#[test]
fn every_real_certificate_is_built_again_but_for_the_listed_differences() {
    let listed: Differences = toml::from_str(&read("differences.toml")).unwrap();
    let mut listed = listed.difference;
    assert!(listed.iter().all(|row| !row.why.trim().is_empty()), "every difference says why");
    let mut unlisted = Vec::new();
    for real in real_certificates() {
        let certificate = certificate(real.file).to_der().unwrap();
        let our_tbs = build_again(&real);
        let found = differences(real.file, &fields(tbs_of(&certificate)), &fields(&our_tbs));
        if found.is_empty() {
            assert_eq!(
                our_tbs,
                tbs_of(&certificate),
                "{}: equal in every field, so equal as a whole",
                real.file
            );
        }
        for difference in found {
            match listed.iter().position(|row| same(row, &difference)) {
                Some(position) => drop(listed.remove(position)),
                None => unlisted.push(as_row(&difference)),
            }
        }
    }
    assert!(unlisted.is_empty(), "differences that are not in differences.toml:\n{}", unlisted.concat());
    assert!(listed.is_empty(), "these rows of differences.toml no longer differ: {listed:#?}");
}

#[test]
fn every_real_certificate_of_the_fixtures_is_compared() {
    let folder = fixture("real-certificates");
    let mut present: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pem"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    present.sort();
    let mut compared: Vec<&str> = real_certificates().iter().map(|real| real.file).collect();
    compared.sort_unstable();
    assert_eq!(present, compared);
}

#[test]
fn a_profile_lives_as_long_as_the_real_certificate() {
    for real in real_certificates() {
        let (not_before, not_after) = dates(&certificate(real.file));
        let profiles = Profiles::embedded();
        let profile = profiles.get(real.profile).unwrap();
        assert_eq!(profile.not_after(not_before, None), not_after, "{}", real.file);
    }
}

#[test]
fn the_serial_of_a_real_certificate_begins_with_the_prefix_of_its_authority() {
    let mut seen = 0;
    for real in real_certificates() {
        if let Issuer::Here(short_name, ..) | Issuer::Elsewhere(short_name, ..) = real.issuer
            && let Some(prefix) = identity(real.identity).serial_prefix(short_name)
        {
            assert!(serial(&certificate(real.file)).octets().starts_with(&prefix), "{}", real.file);
            seen += 1;
        }
    }
    assert_eq!(seen, 3, "the three end entities");
}

#[test]
fn the_reference_identity_is_refused_by_whoever_makes_an_installation() {
    for file in [TEST, PRODUCTION] {
        let refused = identity(file).refuse_reference().unwrap_err();
        assert_eq!(store::Fault::code(&refused).name, "identity-reference-refused");
    }
    Identity::demo().refuse_reference().unwrap();
}

fn build_again(real: &Real) -> Vec<u8> {
    let identity = identity(real.identity);
    let certificate = certificate(real.file);
    let (not_before, not_after) = dates(&certificate);
    let issuer = issuer(real, &identity);
    let profiles = Profiles::embedded();
    tbs::build(&TbsInput {
        profile: profiles.get(real.profile).unwrap(),
        identity: &identity,
        issuer: issuer.as_ref(),
        shard: None,
        facts: &real.facts,
        public_key: &certificate.public_key().unwrap().public_key_to_der().unwrap(),
        serial: &serial(&certificate),
        not_before,
        not_after,
        algorithm: SignatureAlgorithm::Sha256WithRsaEncryption,
    })
    .unwrap_or_else(|error| panic!("{}: {error}", real.file))
}

fn issuer(real: &Real, identity: &Identity) -> Option<TbsIssuer> {
    match real.issuer {
        Issuer::Itself => None,
        Issuer::Here(short_name, parent, file) => {
            let der = certificate(file).to_der().unwrap();
            Some(TbsIssuer::of_certificate(short_name, parent, &der).unwrap())
        }
        Issuer::Elsewhere(short_name, parent, key_identifier) => Some(TbsIssuer {
            short_name: short_name.into(),
            parent: parent.into(),
            name: name_of_authority(identity, short_name, parent),
            public_key: any_rsa_key(),
            key_identifier: key_identifier.to_vec(),
            not_after: "2033-06-24T00:00:00Z".parse().unwrap(),
        }),
    }
}

/// The name that the profile of issuing authorities gives to this one.
fn name_of_authority(identity: &Identity, short_name: &str, parent: &str) -> Vec<u8> {
    let root = certificate(TEST_ACR_EL).to_der().unwrap();
    let root = TbsIssuer::of_certificate("ACR-EL", "ACR-EL", &root).unwrap();
    assert!(identity.authorities.common_name(parent).is_some(), "the identity names {parent}");
    let profiles = Profiles::embedded();
    let tbs = tbs::build(&TbsInput {
        profile: profiles.get("issuing").unwrap(),
        identity,
        issuer: Some(&root),
        shard: None,
        facts: &Facts::new().with(Fact::Authority, short_name),
        public_key: &any_rsa_key(),
        serial: &SerialNumber::from_octets(&[1]).unwrap(),
        not_before: "2013-06-25T00:00:00Z".parse().unwrap(),
        not_after: "2033-06-24T00:00:00Z".parse().unwrap(),
        algorithm: SignatureAlgorithm::Sha256WithRsaEncryption,
    });
    tbs::subject_of(&tbs.unwrap()).unwrap()
}

/// In the place of a key that is not published here: no octet of it comes into what that key signs; it says
/// only that the signature is RSA.
fn any_rsa_key() -> Vec<u8> {
    certificate(TEST_ACI_EL_ORG).public_key().unwrap().public_key_to_der().unwrap()
}

fn differences(certificate: &str, real: &[Field], ours: &[Field]) -> Vec<Difference> {
    let by_name = |fields: &[Field]| -> BTreeMap<String, Field> {
        fields.iter().map(|field| (field.name.clone(), field.clone())).collect()
    };
    let (real, ours) = (by_name(real), by_name(ours));
    let names: std::collections::BTreeSet<&String> = real.keys().chain(ours.keys()).collect();
    let text = |field: Option<&Field>| field.map(|field| field.text.clone()).unwrap_or_default();
    names
        .into_iter()
        .filter(|name| real.get(*name) != ours.get(*name))
        .map(|name| Difference {
            certificate: certificate.into(),
            field: name.clone(),
            real: text(real.get(name)),
            ours: text(ours.get(name)),
            why: String::new(),
        })
        .collect()
}

fn same(row: &Difference, found: &Difference) -> bool {
    (&row.certificate, &row.field, row.real.trim(), row.ours.trim())
        == (&found.certificate, &found.field, found.real.trim(), found.ours.trim())
}

fn as_row(difference: &Difference) -> String {
    let Difference { certificate, field, real, ours, .. } = difference;
    format!(
        "[[difference]]\ncertificate = \"{certificate}\"\nfield = \"{field}\"\n\
         real = '''\n{real}'''\nours = '''\n{ours}'''\nwhy = \"\"\n"
    )
}

fn identity(file: &str) -> Identity {
    Identity::parse(&read(file)).unwrap()
}

fn certificate(file: &str) -> X509 {
    X509::from_pem(read(&format!("real-certificates/{file}.pem")).as_bytes()).unwrap()
}

fn serial(certificate: &X509) -> SerialNumber {
    SerialNumber::from_octets(&certificate.serial_number().to_bn().unwrap().to_vec()).unwrap()
}

fn dates(certificate: &X509) -> (Timestamp, Timestamp) {
    let epoch = openssl::asn1::Asn1Time::from_unix(0).unwrap();
    let seconds = |time: &openssl::asn1::Asn1TimeRef| {
        let since = epoch.diff(time).unwrap();
        Timestamp::from_seconds(i64::from(since.days) * 86_400 + i64::from(since.secs))
    };
    (seconds(certificate.not_before()), seconds(certificate.not_after()))
}

fn read(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}
