//! The reader and the tables against real certificates of the reference PKI (test identities, and public ones).

use super::super::certificate::Tbs;
use super::super::finding::Findings;
use super::super::reader::{Element, tag};
use super::super::{DeclaredIdentity, IssuerCertificate, LintContext, check_certificate, structure, time};
use super::der::tlv;
use super::specimen::{self, AKI, SKI, Specimen, ce, dates, rsa};

macro_rules! real {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/fixtures/real-certificates/", $name, ".pem"))
    };
}

const ACR_EL: &[u8] = real!("TEST-ACR-EL_root");
const ACR_ST: &[u8] = real!("TEST-ACR-ST_root");
const PROD_ACR_EL: &[u8] = real!("PROD-ACR-EL_root");
const ACI_EL_ORG: &[u8] = real!("TEST-ACI-EL-ORG_intermediate");
const ACI_EL_PP: &[u8] = real!("TEST-ACI-EL-PP_intermediate");
const ACI_ST_PP: &[u8] = real!("TEST-ACI-ST-PP_intermediate");
const ORG_SIGN: &[u8] = real!("TEST-EL-ORG_SIGN_esignsante-apcv");
const CPS_SIGN: &[u8] = real!("TEST-FO-PP_SIGN-card-CPS_infirmier-ADELI");
const SERVER: &[u8] = real!("PROD-EL-ORG_SERV-SSL_tops.demo.asipsante.fr");

fn der(pem: &[u8]) -> Vec<u8> {
    openssl::x509::X509::from_pem(pem).unwrap().to_der().unwrap()
}

fn tbs(pem: &[u8]) -> Vec<u8> {
    let der = der(pem);
    let certificate = Element::only(&der, "Certificate").unwrap();
    certificate.reader().next("tbsCertificate").unwrap().whole.to_vec()
}

const TEST: &str = include_str!("../../../../tests/fixtures/reference-identity.toml");
const PRODUCTION: &str = include_str!("../../../../tests/fixtures/reference-production-identity.toml");

/// A real certificate, and what it says of itself.
struct Real<'a> {
    profile: &'a str,
    pem: &'a [u8],
    /// The short name of its issuer.
    under: &'a str,
    /// Its own short name.
    authority: Option<&'a str>,
    identity: &'a str,
    at: &'a str,
}

const AUTHORITIES_MADE: &str = "2013-06-25T00:00:00Z";

fn root<'a>(pem: &'a [u8], short_name: &'a str, identity: &'a str) -> Real<'a> {
    let authority = Some(short_name);
    Real { profile: "root", pem, under: short_name, authority, identity, at: AUTHORITIES_MADE }
}

fn issuing<'a>(pem: &'a [u8], short_name: &'a str, under: &'a str) -> Real<'a> {
    let authority = Some(short_name);
    Real { profile: "issuing", pem, under, authority, identity: TEST, at: AUTHORITIES_MADE }
}

/// `ACR-EL` for itself, and for `ACI-EL-ORG`.
fn root_of(short_name: &str) -> String {
    format!("ACR-{}", &short_name[4..6])
}

fn rules(real: &Real<'_>, issuer: Option<&[u8]>) -> Vec<&'static str> {
    let context = LintContext {
        profile: real.profile,
        issuer: issuer.map(IssuerCertificate::read),
        at: real.at.parse().unwrap(),
        serial_prefix: None,
        declared: &DeclaredIdentity::read(real.identity).of(real.under, &root_of(real.under)),
        authority: real.authority,
        shard: None,
    };
    check_certificate(&tbs(real.pem), &context).iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_real_certificate_is_der_to_the_reader() {
    let all = [ACR_EL, ACR_ST, PROD_ACR_EL, ACI_EL_ORG, ACI_EL_PP, ACI_ST_PP, ORG_SIGN, CPS_SIGN, SERVER];
    for pem in all {
        let bytes = tbs(pem);
        let element = Element::only(&bytes, "TBSCertificate").unwrap();
        assert_eq!(structure::check(&element), Ok(()));
        let mut findings = Findings::default();
        assert!(Tbs::read(element, &mut findings).is_ok());
        assert_eq!(findings.into_vec(), []);
    }
}

#[test]
fn real_authorities_are_what_the_tables_expect() {
    assert_eq!(rules(&root(ACR_EL, "ACR-EL", TEST), None), [""; 0]);
    assert_eq!(rules(&root(ACR_ST, "ACR-ST", TEST), None), [""; 0]);
    assert_eq!(rules(&root(PROD_ACR_EL, "ACR-EL", PRODUCTION), None), [""; 0]);
    assert_eq!(rules(&issuing(ACI_EL_ORG, "ACI-EL-ORG", "ACR-EL"), Some(&der(ACR_EL))), [""; 0]);
    assert_eq!(rules(&issuing(ACI_EL_PP, "ACI-EL-PP", "ACR-EL"), Some(&der(ACR_EL))), [""; 0]);
    assert_eq!(rules(&issuing(ACI_ST_PP, "ACI-ST-PP", "ACR-ST"), Some(&der(ACR_ST))), [""; 0]);
}

#[test]
fn an_authority_under_the_wrong_root_is_stopped() {
    let found = rules(&issuing(ACI_ST_PP, "ACI-ST-PP", "ACR-EL"), Some(&der(ACR_EL)));
    let wrong = ["rfc5280-4.1.2.4-issuer-name", "igc-1.2-crl-address", "rfc5280-4.2.1.1-matches-issuer"];
    assert_eq!(found, wrong);
}

#[test]
fn a_real_certificate_held_against_the_identity_of_the_other_environment_is_stopped() {
    let found = rules(&root(ACR_EL, "ACR-EL", PRODUCTION), None);
    assert_eq!(found, ["igc-1.1-declared-name", "igc-1.4-practice-statement"]);
    let found = rules(&Real { identity: PRODUCTION, ..organisation() }, Some(&der(ACI_EL_ORG)));
    for rule in
        ["igc-1.4-policy", "igc-1.2-crl-address", "igc-1.5-issuer-certificate-address", "igc-1.6-test-bit"]
    {
        assert!(found.contains(&rule), "{found:?}");
    }
}

/// Real end entities have no HTTP point in freshestCRL, which this PKI adds: the one difference.
const ONLY_LDAP_DELTA: [&str; 1] = ["igc-1.5-distribution-points"];

#[test]
fn a_real_organisation_signature_differs_by_its_freshest_crl_alone() {
    assert_eq!(rules(&organisation(), Some(&der(ACI_EL_ORG))), ONLY_LDAP_DELTA);
}

fn organisation() -> Real<'static> {
    Real {
        profile: "el-org-sign",
        pem: ORG_SIGN,
        under: "ACI-EL-ORG",
        authority: None,
        identity: TEST,
        at: "2022-05-31T09:44:54Z",
    }
}

/// An authority of the name and key identifier that `pem` says issued it, for real ones not among the samples.
fn stand_in(pem: &[u8]) -> Vec<u8> {
    let bytes = tbs(pem);
    let element = Element::only(&bytes, "TBSCertificate").unwrap();
    let real = Tbs::read(element, &mut Findings::default()).unwrap();
    let authority = real.extension(&ce(AKI)).unwrap().value.inner("keyIdentifier").unwrap();
    let mut issuer: Specimen = specimen::issuing();
    issuer.hold(rsa(4096));
    issuer.subject = real.issuer.whole.to_vec();
    issuer.validity = dates("130625000000Z", "330624000000Z");
    issuer.put(&ce(SKI), false, tlv(0x04, authority.content));
    issuer.certificate()
}

#[test]
fn a_real_card_signature_differs_by_its_freshest_crl_alone() {
    let issuer = stand_in(CPS_SIGN);
    let card = Real {
        profile: "fo-pp-cps-sign",
        pem: CPS_SIGN,
        under: "ACI-FO-PP",
        at: "2020-05-15T12:08:05Z",
        ..organisation()
    };
    assert_eq!(rules(&card, Some(&issuer)), ONLY_LDAP_DELTA);
}

#[test]
fn a_real_server_differs_by_its_freshest_crl_alone() {
    let issuer = stand_in(SERVER);
    let server = Real {
        profile: "el-org-serv-ssl",
        pem: SERVER,
        identity: PRODUCTION,
        at: "2019-10-10T13:13:29Z",
        ..organisation()
    };
    assert_eq!(rules(&server, Some(&issuer)), ONLY_LDAP_DELTA);
}

#[test]
fn a_real_certificate_held_against_another_profile_is_stopped() {
    let issuer = der(ACI_EL_ORG);
    let found = rules(&Real { profile: "el-org-serv-ssl", ..organisation() }, Some(&issuer));
    for rule in ["igc-1.5-extension-unexpected", "igc-1.5-extension-missing", "igc-1.8-key-usage"] {
        assert!(found.contains(&rule), "{found:?}");
    }
}

#[test]
fn the_calendar_agrees_with_openssl() {
    use openssl::asn1::{Asn1Time, Asn1TimeRef};
    let epoch = Asn1Time::from_unix(0).unwrap();
    let days = |time: &Asn1TimeRef| {
        let diff = epoch.diff(time).unwrap();
        i64::from(diff.days) * 86_400 + i64::from(diff.secs)
    };
    for year in (1950..2400).step_by(7) {
        for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
            let text = format!("{year:04}{month:02}{day:02}235958Z");
            let bytes = tlv(tag::GENERALIZED_TIME, &text);
            let ours = time::generalized(&Element::only(&bytes, "time").unwrap(), "time").unwrap();
            assert_eq!(ours, days(&Asn1Time::from_str(&text).unwrap()), "{text}");
        }
    }
    let february = |year: &str| {
        let bytes = tlv(tag::GENERALIZED_TIME, format!("{year}0229000000Z"));
        time::generalized(&Element::only(&bytes, "time").unwrap(), "time").is_ok()
    };
    assert!(february("2000") && february("2024") && !february("2100") && !february("2023"));
}
