//! Faults of policies, distribution points, access methods and alternative names.

use super::super::ShardUrls;
use super::der::{oid, sequence, tlv};
use super::specimen::{
    self, AIA, CDP, CP, EMAIL, FRESHEST, SAN, Specimen, UPN, access, ce, distribution_point, points, policy,
    upn,
};
use super::{Bad, each_is_stopped_by_its_own_rule};

const NONE: [Vec<u8>; 0] = [];

const POINT: &str = "igc-1.5-distribution-point-name";
const SHARD_POINT: &str = "igc-shard-distribution-point";
const CRL: &str = "certificaterevocationlist";

/// A good certificate of shard 3.
fn of_a_shard() -> Specimen {
    let mut of_shard = specimen::cps_sign();
    of_shard.shard = Some(ShardUrls {
        crl: "http://pki.home.arpa/crl/ACI-FO-PP/3.crl",
        delta_crl: "http://pki.home.arpa/crl/ACI-FO-PP/3-delta.crl",
    });
    of_shard.put(&ce(CDP), false, points("ACI-FO-PP/3", CRL));
    of_shard.put(&ce(FRESHEST), false, points("ACI-FO-PP/3-delta", "deltarevocationlist"));
    of_shard
}

pub(super) const POLICIES_AND_URLS: &[Bad] = &[
    Bad {
        rule: "rfc5280-4.2.1.4-policy-missing",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence(NONE)),
    },
    Bad {
        rule: "rfc5280-4.2.1.4-policy-repeated",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 1]), policy(&[0x69, 5, 1])])),
    },
    Bad {
        rule: "igc-1.4-any-policy",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x55, 0x1D, 0x20, 0])])),
    },
    Bad {
        rule: "igc-1.4-any-policy",
        of: specimen::root,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 1])])),
    },
    Bad {
        rule: "igc-1.4-cps-qualifier",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence([sequence([oid(&[0x69, 5, 1])])])),
    },
    Bad {
        rule: "igc-1.4-cps-qualifier",
        of: specimen::cps_sign,
        // id-qt-unotice
        fault: |s| {
            let notice = sequence([oid(&[0x2B, 6, 1, 5, 5, 7, 2, 2]), sequence(NONE)]);
            s.put(&ce(CP), false, sequence([sequence([oid(&[0x69, 5, 1]), sequence([notice])])]));
        },
    },
    Bad { rule: SHARD_POINT, of: of_a_shard, fault: |s| s.put(&ce(CDP), false, points("ACI-FO-PP", CRL)) },
    Bad { rule: SHARD_POINT, of: of_a_shard, fault: |s| s.put(&ce(CDP), false, points("ACI-FO-PP/4", CRL)) },
    Bad {
        rule: SHARD_POINT,
        of: of_a_shard,
        fault: |s| s.put(&ce(FRESHEST), false, points("ACI-FO-PP/3", "deltarevocationlist")),
    },
    Bad {
        rule: "igc-1.5-distribution-points",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CDP), false, sequence([distribution_point("http://pki.home.arpa/a.crl")])),
    },
    Bad {
        rule: "igc-1.2-url-scheme",
        of: specimen::cps_sign,
        // LDAP before HTTP.
        fault: |s| {
            let ldap = "ldap://ldap.home.arpa/c=FR?certificaterevocationlist;binary?base";
            let points = [distribution_point(ldap), distribution_point("http://pki.home.arpa/a.crl")];
            s.put(&ce(CDP), false, sequence(points));
        },
    },
    Bad {
        rule: "igc-1.2-ldap-attribute",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(FRESHEST), false, points("ACI-FO-PP", "certificaterevocationlist")),
    },
    Bad {
        rule: "igc-1.2-ldap-attribute",
        of: specimen::issuing,
        fault: |s| s.put(&ce(CDP), false, points("ACR-FO", "deltarevocationlist")),
    },
    Bad {
        rule: POINT,
        of: specimen::cps_sign,
        // With reasons.
        fault: |s| {
            let name = tlv(0xA0, tlv(0xA0, tlv(0x86, "http://pki.home.arpa/a.crl")));
            s.put(&ce(CDP), false, sequence([sequence([name, tlv(0x81, [6, 0x40])])]));
        },
    },
    Bad {
        rule: POINT,
        of: specimen::cps_sign,
        // Two names in one point.
        fault: |s| {
            let urls = [tlv(0x86, "http://pki.home.arpa/a.crl"), tlv(0x86, "http://pki.home.arpa/b.crl")];
            s.put(&ce(CDP), false, sequence([sequence([tlv(0xA0, tlv(0xA0, urls.concat()))])]));
        },
    },
    Bad {
        rule: "igc-1.5-authority-info-access",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(2, "http://pki.home.arpa/a.cer"), access(1, "http://pki.home.arpa/ocsp")];
            s.put(AIA, false, sequence(methods));
        },
    },
    Bad {
        rule: "igc-1.2-url-scheme",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(1, "https://pki.home.arpa/ocsp"), access(2, "http://pki.home.arpa/a.cer")];
            s.put(AIA, false, sequence(methods));
        },
    },
    Bad {
        rule: "rfc5280-4.2.1.6-url-absolute",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(1, "/ocsp"), access(2, "http://pki.home.arpa/a.cer")];
            s.put(AIA, false, sequence(methods));
        },
    },
    Bad {
        rule: "rfc5280-4.2.1.6-url-absolute",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(1, "http:///ocsp"), access(2, "http://pki.home.arpa/a.cer")];
            s.put(AIA, false, sequence(methods));
        },
    },
    Bad {
        rule: "rfc3986-2-url-characters",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(1, "http://pki.home.arpa/o csp"), access(2, "http://pki.home.arpa/a.cer")];
            s.put(AIA, false, sequence(methods));
        },
    },
    Bad {
        rule: "rfc3986-2-url-characters",
        of: specimen::cps_sign,
        fault: |s| {
            let methods = [access(1, "http://pki.home.arpa/%2"), access(2, "http://pki.home.arpa/a.cer")];
            s.put(AIA, false, sequence(methods));
        },
    },
];

#[test]
fn each_fault_of_policies_and_urls_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(POLICIES_AND_URLS);
}

const HOST: &str = "rfc1034-3.5-dns-name";
fn hosts(others: &[&str]) -> Vec<u8> {
    let own = ["dossier.hopital.home.arpa"];
    sequence(own.iter().chain(others).map(|host| tlv(0x82, host)).collect::<Vec<_>>())
}

pub(super) const ALTERNATIVE_NAMES: &[Bad] = &[
    Bad {
        rule: "rfc5280-4.2.1.6-alt-name-empty",
        of: specimen::server,
        fault: |s| s.put(&ce(SAN), false, sequence(NONE)),
    },
    Bad {
        rule: "igc-1.8-alt-name-kind",
        of: specimen::server,
        // iPAddress
        fault: |s| s.put(&ce(SAN), false, sequence([tlv(0x87, [127, 0, 0, 1])])),
    },
    Bad {
        rule: "igc-1.8-alt-name-kind",
        of: specimen::cps_auth,
        fault: |s| s.put(&ce(SAN), false, hosts(&[])),
    },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["Www.home.arpa"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["*.home.arpa"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["a_b.home.arpa"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["-a.home.arpa"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["a..arpa"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["intranet"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["127.0.0.1"])) },
    Bad { rule: HOST, of: specimen::server, fault: |s| s.put(&ce(SAN), false, hosts(&["a.home.arpa\0.fr"])) },
    Bad {
        rule: HOST,
        of: specimen::server,
        fault: |s| s.put(&ce(SAN), false, hosts(&[&format!("{}.home.arpa", "a".repeat(64))])),
    },
    Bad {
        rule: "igc-1.8-alt-name-repeated",
        of: specimen::server,
        fault: |s| s.put(&ce(SAN), false, hosts(&["dossier.hopital.home.arpa"])),
    },
    Bad {
        rule: "igc-1.8-common-name-among-hosts",
        of: specimen::server,
        fault: |s| s.put(&ce(SAN), false, sequence([tlv(0x82, "www.hopital.home.arpa")])),
    },
    Bad {
        rule: "igc-1.8-upn",
        of: specimen::cps_auth,
        fault: |s| s.put(&ce(SAN), false, upn(EMAIL, "899700000129@carte.home.arpa")),
    },
    Bad {
        rule: "igc-1.8-upn",
        of: specimen::cps_auth,
        fault: |s| s.put(&ce(SAN), false, upn(UPN, "899700000129")),
    },
    Bad {
        rule: "igc-1.8-upn",
        of: specimen::cps_auth,
        fault: |s| {
            let names = ["899700000129@a.home.arpa", "899700000129@b.home.arpa"];
            let content = names.map(|name| upn(UPN, name)[2..].to_vec()).concat();
            s.put(&ce(SAN), false, tlv(0x30, content));
        },
    },
    Bad {
        rule: "rfc5321-4.1.2-mailbox",
        of: specimen::soft_sign,
        fault: |s| s.put(&ce(SAN), false, sequence([tlv(0x81, "zoe essai@home.arpa")])),
    },
    Bad {
        rule: "rfc5321-4.1.2-mailbox",
        of: specimen::soft_sign,
        fault: |s| s.put(&ce(SAN), false, sequence([tlv(0x81, "Zoe <zoe@mail.home.arpa>")])),
    },
];

#[test]
fn each_fault_of_alternative_names_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(ALTERNATIVE_NAMES);
}
