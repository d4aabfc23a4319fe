//! Well-formed names, policies and addresses that are those of somebody else.

use super::der::{attribute, sequence, set};
use super::specimen::{
    self, AIA, CDP, CP, FRESHEST, PRINTABLE, SAN, Specimen, UPN, access, authority_name, ce,
    distribution_point, points, policy, rdn, upn,
};
use super::{Bad, each_is_stopped_by_its_own_rule};

const CRL: &str = "certificaterevocationlist";
const DELTA: &str = "deltarevocationlist";
const ADDRESS: &str = "igc-1.2-crl-address";
const NAME: &str = "igc-1.1-declared-name";
const POLICY: &str = "igc-1.4-policy";

/// The list where it is published over HTTP, and an entry of the directory that is another's.
fn another_entry(what: &str, attribute: &str) -> Vec<u8> {
    let http = distribution_point(&format!("http://pki.home.arpa/crl/{what}.crl"));
    let ldap = format!("ldap://ldap.home.arpa/cn=AUTRE,c=FR?{attribute};binary?base?objectClass=pkiCA");
    sequence([http, distribution_point(&ldap)])
}

fn accesses(ocsp: &str, issuer: &str) -> Vec<u8> {
    sequence([access(1, ocsp), access(2, issuer)])
}

/// A nurse's certificate, whose subject says another country.
fn from_another_country(specimen: &mut Specimen) {
    let foreign = set([attribute(6, PRINTABLE, "BE")]);
    let own = rdn(6, "FR");
    let at = specimen.subject.windows(own.len()).position(|window| window == own).unwrap();
    specimen.subject.splice(at..at + own.len(), foreign);
}

pub(super) const DECLARED: &[Bad] = &[
    Bad {
        rule: POLICY,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 3])])),
    },
    Bad {
        // A test certificate with the policy of the real ones.
        rule: POLICY,
        of: specimen::test_certificate,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 1])])),
    },
    Bad {
        // A real one with that of the test certificates.
        rule: POLICY,
        of: specimen::org_sign,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 2])])),
    },
    Bad {
        // Its own, and one more.
        rule: POLICY,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 1]), policy(&[0x69, 5, 2])])),
    },
    Bad {
        rule: POLICY,
        of: specimen::responder,
        fault: |s| s.put(&ce(CP), false, sequence([policy(&[0x69, 5, 2])])),
    },
    Bad {
        rule: "igc-1.4-practice-statement",
        of: specimen::cps_sign,
        fault: |s| s.declared_with("http://pki.home.arpa/pc/", "http://pki.home.arpa/autre/"),
    },
    Bad {
        // Its revocation would be looked for in the list of an authority that never names it.
        rule: ADDRESS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CDP), false, points("ACI-EL-PP", CRL)),
    },
    Bad {
        rule: ADDRESS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CDP), false, points("ACI-FO-PP/3", CRL)),
    },
    Bad { rule: ADDRESS, of: specimen::issuing, fault: |s| s.put(&ce(CDP), false, points("ACI-FO-PP", CRL)) },
    Bad {
        rule: ADDRESS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(CDP), false, another_entry("ACI-FO-PP", CRL)),
    },
    Bad {
        rule: ADDRESS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(FRESHEST), false, points("ACI-FO-PP", DELTA)),
    },
    Bad {
        rule: ADDRESS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(FRESHEST), false, another_entry("ACI-FO-PP-delta", DELTA)),
    },
    Bad {
        rule: "igc-1.5-ocsp-address",
        of: specimen::cps_sign,
        fault: |s| {
            s.put(
                AIA,
                false,
                accesses("http://autre.home.arpa/ocsp", "http://pki.home.arpa/ca/ACI-FO-PP.cer"),
            )
        },
    },
    Bad {
        rule: "igc-1.5-issuer-certificate-address",
        of: specimen::cps_sign,
        fault: |s| {
            s.put(AIA, false, accesses("http://pki.home.arpa/ocsp", "http://pki.home.arpa/ca/ACI-EL-PP.cer"))
        },
    },
    Bad {
        rule: "igc-1.8-upn-suffix",
        of: specimen::cps_auth,
        fault: |s| s.put(&ce(SAN), false, upn(UPN, "899700000129@domaine.home.arpa")),
    },
    Bad { rule: "igc-1.7-country", of: specimen::cps_sign, fault: from_another_country },
    Bad { rule: "igc-1.7-country", of: specimen::org_sign, fault: from_another_country },
    Bad { rule: NAME, of: specimen::issuing, fault: from_another_country },
    Bad {
        // The name of an authority of the same PKI, and not its own.
        rule: NAME,
        of: specimen::issuing,
        fault: |s| s.subject = authority_name("DEMO AC ELEMENTAIRE PERSONNES"),
    },
    Bad { rule: NAME, of: specimen::issuing, fault: |s| s.authority = Some("ACI-FO-PP-2") },
    Bad { rule: NAME, of: specimen::responder, fault: |s| s.subject = authority_name("DEMO OCSP ACI-EL-PP") },
    Bad { rule: NAME, of: specimen::root, fault: |s| s.declared_with("DEMO SANTE", "AUTRE SANTE") },
    Bad { rule: "igc-lint-authority-unnamed", of: specimen::issuing, fault: |s| s.authority = None },
    Bad {
        rule: "igc-lint-authority-unnamed",
        of: specimen::issuing,
        fault: |s| s.authority = Some("ACI-FO-PP-1"),
    },
    Bad {
        rule: "igc-lint-authority-undeclared",
        of: specimen::cps_sign,
        fault: |s| s.declared_with("ACI-FO-PP =", "ACI-FO-ORG ="),
    },
    Bad {
        rule: "igc-lint-identity-unreadable",
        of: specimen::cps_sign,
        fault: |s| s.declared_with("[cards]", "[carte]"),
    },
];

#[test]
fn each_name_policy_and_address_of_somebody_else_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(DECLARED);
}

#[test]
fn a_later_generation_of_a_key_bears_its_number() {
    let mut issuing = specimen::issuing();
    issuing.authority = Some("ACI-FO-PP-2");
    issuing.subject = authority_name("DEMO AC FORT PERSONNES 2");
    assert_eq!(super::check_certificate(&issuing.tbs(), &issuing.context()), []);
}

/// Names that a directory's name and a URL must escape, in each place of a template.
#[test]
fn addresses_are_filled_as_the_builder_fills_them() {
    use crate::identity::{AuthorityInUrl, UrlTemplate};
    use crate::lint::declared::address::{Filled, fill};
    let template = "ldap://a.home.arpa/cn={cn},ou={parent_cn}?x?base?id={id}";
    for (id, cn, parent_cn) in [
        ("ACI-FO-PP-2", "AC FORT", "AC RACINE"),
        ("A", "#a, b+c", " d\"e;f<g>h\\"),
        ("A", "Autorité {id} %", "l'é~_.-"),
    ] {
        let ours = fill(template, &Filled { id, cn, parent_cn });
        let theirs = UrlTemplate::parse(template).unwrap().fill(&AuthorityInUrl {
            short_name: id,
            common_name: cn,
            parent_common_name: parent_cn,
            shard: None,
        });
        assert_eq!(ours, theirs);
    }
}

#[test]
fn an_identity_that_lacks_what_is_held_says_what_and_where() {
    use crate::identity::Identity;
    use crate::lint::DeclaredIdentity;
    assert_eq!(DeclaredIdentity::read(Identity::DEMO).unreadable(), None);
    let text = Identity::DEMO.replace("upn_suffix", "suffix");
    let line = text.lines().position(|line| line == "[cards]").unwrap() + 1;
    let identity = DeclaredIdentity::read(&text);
    let message = &identity.unreadable().unwrap().message;
    assert_eq!(*message, format!("identity, line {line}: missing field `upn_suffix`"));
}
