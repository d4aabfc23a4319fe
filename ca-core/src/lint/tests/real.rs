//! The reader and the tables against real certificates of the reference PKI (test identities, and public ones).

use super::super::certificate::Tbs;
use super::super::finding::Findings;
use super::super::reader::{Element, tag};
use super::super::{IssuerCertificate, LintContext, check_certificate, structure, time};
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

fn rules(profile: &str, pem: &[u8], issuer: Option<&[u8]>, at: &str, test_bit: bool) -> Vec<&'static str> {
    let context = LintContext {
        profile,
        issuer: issuer.map(IssuerCertificate::read),
        at: at.parse().unwrap(),
        serial_prefix: None,
        test_bit,
    };
    check_certificate(&tbs(pem), &context).iter().map(|finding| finding.rule).collect()
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
    let at = "2013-06-25T00:00:00Z";
    assert_eq!(rules("root", ACR_EL, None, at, true), [""; 0]);
    assert_eq!(rules("root", ACR_ST, None, at, true), [""; 0]);
    assert_eq!(rules("root", PROD_ACR_EL, None, at, false), [""; 0]);
    assert_eq!(rules("issuing", ACI_EL_ORG, Some(&der(ACR_EL)), at, true), [""; 0]);
    assert_eq!(rules("issuing", ACI_EL_PP, Some(&der(ACR_EL)), at, true), [""; 0]);
    assert_eq!(rules("issuing", ACI_ST_PP, Some(&der(ACR_ST)), at, true), [""; 0]);
}

#[test]
fn an_authority_under_the_wrong_root_is_stopped() {
    let found = rules("issuing", ACI_ST_PP, Some(&der(ACR_EL)), "2013-06-25T00:00:00Z", true);
    assert_eq!(found, ["rfc5280-4.1.2.4-issuer-name", "rfc5280-4.2.1.1-matches-issuer"]);
}

/// Real end entities have no HTTP point in freshestCRL, which this PKI adds: the one difference.
const ONLY_LDAP_DELTA: [&str; 1] = ["igc-1.5-distribution-points"];

#[test]
fn a_real_organisation_signature_differs_by_its_freshest_crl_alone() {
    let found = rules("el-org-sign", ORG_SIGN, Some(&der(ACI_EL_ORG)), "2022-05-31T09:44:54Z", true);
    assert_eq!(found, ONLY_LDAP_DELTA);
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
    assert_eq!(
        rules("fo-pp-cps-sign", CPS_SIGN, Some(&issuer), "2020-05-15T12:08:05Z", true),
        ONLY_LDAP_DELTA
    );
}

#[test]
fn a_real_server_differs_by_its_freshest_crl_alone() {
    let issuer = stand_in(SERVER);
    assert_eq!(
        rules("el-org-serv-ssl", SERVER, Some(&issuer), "2019-10-10T13:13:29Z", false),
        ONLY_LDAP_DELTA
    );
}

#[test]
fn a_real_certificate_held_against_another_profile_is_stopped() {
    let issuer = der(ACI_EL_ORG);
    let found = rules("el-org-serv-ssl", ORG_SIGN, Some(&issuer), "2022-05-31T09:44:54Z", true);
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
