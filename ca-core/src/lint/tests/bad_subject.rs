//! Faults of the subject.

use super::der::{attribute, sequence, set};
use super::specimen::{
    self, PRINTABLE, SAN, UPN, UTF8, attached_person, ce, organisation, person, rdn, service_subject, upn,
};
use super::{Bad, each_is_stopped_by_its_own_rule};

/// The subject of an organisation with one RDN in another's place.
fn organisation_with(position: usize, replacement: Vec<u8>) -> Vec<u8> {
    let mut rdns = vec![
        rdn(6, "FR"),
        rdn(8, "Paris (75)"),
        rdn(10, "CENTRE FICTIF"),
        rdn(11, "10B0057881"),
        rdn(3, "cachet serveur"),
    ];
    rdns[position] = replacement;
    sequence(rdns)
}

fn nurse_with(title: &str, common_name: &str) -> Vec<u8> {
    sequence([rdn(6, "FR"), rdn(12, title), person("ZOE", common_name, "ESSAI")])
}

const LAYOUT: &str = "igc-1.7-subject-layout";

pub(super) const SUBJECT: &[Bad] = &[
    Bad {
        rule: "rfc5280-4.1.2.6-subject-empty",
        of: specimen::org_sign,
        fault: |s| s.subject = sequence::<Vec<u8>>([]),
    },
    Bad {
        rule: LAYOUT,
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(1, rdn(7, "Paris (75)")),
    },
    Bad { rule: LAYOUT, of: specimen::cps_sign, fault: |s| s.subject = organisation("899700000129") },
    Bad {
        rule: LAYOUT,
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(0, set::<Vec<u8>>([])),
    },
    Bad {
        // The person's three attributes as three RDNs.
        rule: LAYOUT,
        of: specimen::cps_sign,
        fault: |s| {
            let names =
                [rdn(6, "FR"), rdn(12, "Infirmier"), rdn(42, "ZOE"), rdn(3, "899700000129"), rdn(4, "X")];
            s.subject = sequence(names);
        },
    },
    Bad {
        rule: "igc-1.1-string-type",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(0, set([attribute(6, UTF8, "FR")])),
    },
    Bad {
        rule: "igc-1.1-string-type",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(2, set([attribute(10, PRINTABLE, "CENTRE")])),
    },
    Bad {
        rule: "rfc5280-a.1-value-empty",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(2, rdn(10, "")),
    },
    Bad {
        rule: "rfc5280-a.1-upper-bound",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, &"é".repeat(65))),
    },
    Bad {
        rule: "rfc5280-a.1-upper-bound",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(0, rdn(6, "FRA")),
    },
    Bad {
        rule: "rfc5280-a.1-upper-bound",
        of: specimen::cps_sign,
        fault: |s| s.subject = nurse_with(&"t".repeat(65), "899700000129"),
    },
    Bad {
        rule: "rfc5280-a.1-country",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(0, rdn(6, "fr")),
    },
    Bad {
        rule: "igc-name-control-character",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, "cachet\0serveur")),
    },
    Bad {
        rule: "igc-name-control-character",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, "cachet\u{85}serveur")),
    },
    Bad {
        rule: "igc-name-invisible-character",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, "cachet\u{202E}serveur")),
    },
    Bad {
        rule: "igc-name-invisible-character",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, "cachet\u{200B}serveur")),
    },
    Bad {
        rule: "igc-name-invisible-character",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, "cachet\u{1FFFE}serveur")),
    },
    Bad {
        rule: "igc-name-outer-space",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(4, rdn(3, " cachet")),
    },
    Bad {
        rule: "igc-1.7-organization-forty",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(2, rdn(10, &"O".repeat(41))),
    },
    Bad {
        rule: "igc-1.7-structure-identifier",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(3, rdn(11, "3318751275100")),
    },
    Bad {
        rule: "igc-1.7-department",
        of: specimen::org_sign,
        fault: |s| s.subject = organisation_with(1, rdn(8, "Paris")),
    },
    Bad {
        rule: "igc-1.7-professional-identifier",
        of: specimen::cps_sign,
        fault: |s| s.subject = nurse_with("Infirmier", "89970000012"),
    },
    Bad {
        rule: "igc-1.7-professional-identifier",
        of: specimen::cps_sign,
        fault: |s| s.subject = nurse_with("Infirmier", "30B0057881/CPET0002"),
    },
    Bad {
        rule: "igc-1.7-employee-identifier",
        of: specimen::cpe_sign,
        fault: |s| s.subject = attached_person("10B0057881", "899700000129"),
    },
    Bad {
        rule: "igc-1.7-employee-identifier",
        of: specimen::cpe_sign,
        fault: |s| s.subject = attached_person("10B0057881", "30B0057881/"),
    },
    Bad {
        rule: "igc-1.7-authorised-identifier",
        of: specimen::cpa_auth,
        fault: |s| s.subject = attached_person("300000000029751", "30B0057881/CPET0002"),
    },
    Bad {
        rule: "igc-1.7-attached-identifier",
        of: specimen::pro_sign,
        fault: |s| s.subject = attached_person("10B0057881", "899700000129"),
    },
    Bad {
        rule: "igc-1.7-attached-identifier",
        of: specimen::pro_sign,
        fault: |s| s.subject = attached_person("10B0057881", "50000000002975/CPAT0001"),
    },
    Bad {
        // The number of a named employee.
        rule: "igc-1.7-service-identifier",
        of: specimen::service_auth,
        fault: |s| {
            let title = "Carte de service santé ou social";
            s.subject = service_subject(title, "EMPLOYE000000042", "30B0057881/CPET0002");
        },
    },
    Bad {
        rule: "igc-1.7-service-title",
        of: specimen::service_auth,
        fault: |s| s.subject = service_subject("Directeur", "EMPLOYE000000042", "30B0057881/000000042"),
    },
    Bad {
        // A name where nobody is to be named.
        rule: "igc-1.7-pseudonym",
        of: specimen::service_auth,
        fault: |s| {
            let title = "Carte de service santé ou social";
            s.subject = service_subject(title, "ZOE ESSAI", "30B0057881/000000042");
        },
    },
    Bad {
        // The contactless certificate of a card says nothing of its holder.
        rule: LAYOUT,
        of: specimen::cps_tech,
        fault: |s| s.subject = nurse_with("Infirmier", "899700000129"),
    },
    Bad {
        rule: "igc-1.8-card-number",
        of: specimen::cps_tech,
        fault: |s| s.subject = sequence([rdn(6, "FR"), rdn(3, "899700000129")]),
    },
];

#[test]
fn each_fault_of_the_subject_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(SUBJECT);
}

#[test]
fn a_name_that_only_a_card_would_carry_is_compared_with_the_certificate_it_stands_in() {
    each_is_stopped_by_its_own_rule(&[Bad {
        rule: "igc-1.8-upn",
        of: specimen::cps_auth,
        fault: |s| s.put(&ce(SAN), false, upn(UPN, "899700000130@carte.home.arpa")),
    }]);
}
