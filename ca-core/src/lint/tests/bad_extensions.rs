//! Faults of the extensions: which stand there, constraints, identifiers, usages, private ones.

use super::der::{extension, oid, sequence, tlv};
use super::specimen::{
    self, AKI, BC, CDP, CLIENT_AUTH, EKU, EMAIL, KU, NOCHECK, PKUP, PRINTABLE, SERVER_AUTH, SKI, ce, private,
};
use super::{Bad, each_is_stopped_by_its_own_rule};

const NONE: [Vec<u8>; 0] = [];

pub(super) const SEQUENCE_OF_EXTENSIONS: &[Bad] = &[
    Bad {
        rule: "rfc5280-4.2-extension-repeated",
        of: specimen::cps_sign,
        fault: |s| s.extensions.insert(1, s.extensions[0].clone()),
    },
    Bad {
        rule: "rfc5280-4.2-extension-critical",
        of: specimen::cps_sign,
        fault: |s| s.extensions.push(extension(&private(9), true, &tlv(0x05, []))),
    },
    Bad {
        rule: "igc-1.5-extension-unexpected",
        of: specimen::cps_auth,
        fault: |s| {
            let period = sequence([tlv(0x80, "20261121100000Z"), tlv(0x81, "20291121100000Z")]);
            s.extensions.insert(6, extension(&ce(PKUP), false, &period));
        },
    },
    Bad { rule: "igc-1.5-extension-missing", of: specimen::cps_sign, fault: |s| drop(s.take(&private(7))) },
    Bad { rule: "igc-1.5-extension-missing", of: specimen::server, fault: |s| drop(s.take(&ce(CDP))) },
    Bad { rule: "igc-1.5-extension-missing", of: specimen::responder, fault: |s| drop(s.take(NOCHECK)) },
    Bad { rule: "igc-1.5-extension-order", of: specimen::root, fault: |s| s.extensions.swap(3, 4) },
    Bad { rule: "igc-1.5-extension-order", of: specimen::cps_sign, fault: |s| s.extensions.swap(6, 7) },
    Bad {
        rule: "igc-1.5-extension-criticality",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(KU), false, tlv(0x03, [6, 0x40])),
    },
    Bad {
        rule: "igc-1.5-extension-criticality",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(BC), true, sequence(NONE)),
    },
];

#[test]
fn each_fault_of_the_sequence_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(SEQUENCE_OF_EXTENSIONS);
}

const CONSTRAINTS: &str = "rfc5280-4.2.1.9-basic-constraints";
const USAGE: &str = "igc-1.8-key-usage";
const PURPOSE: &str = "igc-1.8-extended-key-usage";

pub(super) const CONSTRAINTS_IDENTIFIERS_USAGES: &[Bad] = &[
    Bad {
        rule: CONSTRAINTS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(BC), false, sequence([tlv(0x01, [0xFF])])),
    },
    Bad {
        rule: CONSTRAINTS,
        of: specimen::issuing,
        fault: |s| s.put(&ce(BC), true, sequence([tlv(0x01, [0xFF])])),
    },
    Bad {
        rule: CONSTRAINTS,
        of: specimen::issuing,
        fault: |s| s.put(&ce(BC), true, sequence([tlv(0x01, [0xFF]), tlv(0x02, [1])])),
    },
    Bad {
        rule: CONSTRAINTS,
        of: specimen::issuing,
        fault: |s| s.put(&ce(BC), true, sequence([tlv(0x01, [0xFF]), tlv(0x02, [0xFF])])),
    },
    Bad {
        rule: CONSTRAINTS,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(BC), false, sequence([tlv(2, [0])])),
    },
    Bad {
        rule: "rfc5280-4.2.1.2-subject-key-identifier",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(SKI), false, tlv(0x04, [1; 20])),
    },
    Bad {
        rule: "rfc5280-4.2.1.1-matches-issuer",
        of: specimen::cps_sign,
        // Its own identifier.
        fault: |s| {
            let own = specimen::key_identifier(&s.key);
            s.put(&ce(AKI), false, sequence([tlv(0x80, own)]));
        },
    },
    Bad {
        rule: "rfc5280-4.2.1.1-matches-issuer",
        of: specimen::root,
        fault: |s| s.put(&ce(AKI), false, sequence([tlv(0x80, [9; 20])])),
    },
    Bad {
        rule: "rfc5280-4.2.1.1-key-identifier-alone",
        of: specimen::root,
        fault: |s| {
            let own = specimen::key_identifier(&s.key);
            s.put(&ce(AKI), false, sequence([tlv(0x80, own), tlv(0x82, [1])]));
        },
    },
    Bad {
        rule: "rfc5280-4.2.1.1-key-identifier-alone",
        of: specimen::root,
        fault: |s| s.put(&ce(AKI), false, sequence(NONE)),
    },
    Bad { rule: USAGE, of: specimen::cps_sign, fault: |s| s.put(&ce(KU), true, tlv(0x03, [6, 0xC0])) },
    Bad { rule: USAGE, of: specimen::cps_auth, fault: |s| s.put(&ce(KU), true, tlv(0x03, [2, 0x84])) },
    Bad { rule: USAGE, of: specimen::root, fault: |s| s.put(&ce(KU), true, tlv(0x03, [2, 0x04])) },
    // An EC server without key agreement; decipherOnly on an RSA one.
    Bad { rule: USAGE, of: specimen::elliptic_server, fault: |s| s.put(&ce(KU), true, tlv(0x03, [7, 0x80])) },
    Bad { rule: USAGE, of: specimen::server, fault: |s| s.put(&ce(KU), true, tlv(0x03, [7, 0xA0, 0x80])) },
    Bad {
        rule: "rfc8813-3-key-encipherment",
        of: specimen::elliptic_server,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [5, 0xA0])),
    },
    Bad {
        rule: PURPOSE,
        of: specimen::server,
        fault: |s| s.put(&ce(EKU), false, sequence([oid(SERVER_AUTH)])),
    },
    Bad {
        rule: PURPOSE,
        of: specimen::server,
        fault: |s| s.put(&ce(EKU), false, sequence([oid(CLIENT_AUTH), oid(SERVER_AUTH)])),
    },
    Bad {
        rule: PURPOSE,
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(EKU), false, sequence([oid(EMAIL), oid(&[0x55, 0x1D, 0x25, 0])])),
    },
    Bad { rule: PURPOSE, of: specimen::responder, fault: |s| s.put(&ce(EKU), false, sequence([oid(EMAIL)])) },
    Bad {
        rule: "rfc6960-4.2.2.2.1-nocheck",
        of: specimen::responder,
        fault: |s| s.put(NOCHECK, false, sequence(NONE)),
    },
    Bad {
        rule: "rfc8813-3-data-encipherment",
        of: specimen::cps_conf,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [4, 0x10])),
    },
    Bad {
        // An RSA key that enciphers data only, where it must encipher keys too.
        rule: USAGE,
        of: specimen::soft_conf,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [4, 0x10])),
    },
    Bad {
        rule: "en319412-2-4.3.2-key-usage",
        of: specimen::org_sign,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [5, 0xE0])),
    },
    Bad {
        rule: "en319412-2-4.3.2-key-usage",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [3, 0x48])),
    },
];

#[test]
fn each_fault_of_constraints_identifiers_and_usages_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(CONSTRAINTS_IDENTIFIERS_USAGES);
}

const TOKEN: &str = "igc-1.6-token-identifier";
fn period(from: &str, to: &str) -> Vec<u8> {
    sequence([tlv(0x80, from), tlv(0x81, to)])
}

pub(super) const PERIODS_AND_PRIVATE: &[Bad] = &[
    Bad {
        rule: "rfc3280-4.2.1.4-period-order",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(PKUP), false, period("20281121100000Z", "20271121100000Z")),
    },
    Bad {
        rule: "igc-1.8-period-is-validity",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(PKUP), false, period("20261121100000Z", "20291121100001Z")),
    },
    Bad {
        rule: "igc-1.8-period-is-validity",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(PKUP), false, period("20261121095959Z", "20291121100000Z")),
    },
    Bad {
        rule: "rfc5280-4.1.2.5-time-format",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(PKUP), false, period("261121100000Z", "291121100000Z")),
    },
    Bad {
        rule: "asn1-structure",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(PKUP), false, sequence([tlv(0x81, "20291121100000Z")])),
    },
    Bad {
        rule: "igc-1.6-test-bit",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(5), false, tlv(0x04, [0x00])),
    },
    Bad {
        rule: "igc-1.6-test-bit",
        of: specimen::server,
        fault: |s| s.declared_with("test_bit = true", "test_bit = false"),
    },
    Bad {
        rule: "igc-1.6-product-category",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(5), false, tlv(0x04, [0x83])),
    },
    Bad {
        rule: "igc-1.6-product-category",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(5), false, tlv(0x04, [])),
    },
    Bad {
        rule: "asn1-structure",
        of: specimen::cps_sign,
        // The category as an INTEGER.
        fault: |s| s.put(&private(5), false, tlv(0x02, [0x00])),
    },
    Bad {
        rule: "igc-1.6-product-type",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(2), false, tlv(0x02, [2])),
    },
    Bad {
        rule: "igc-1.6-product-type",
        of: specimen::cpe_auth,
        fault: |s| s.put(&private(2), false, tlv(0x02, [0])),
    },
    Bad {
        rule: TOKEN,
        of: specimen::cps_sign,
        fault: |s| s.put(&private(3), false, tlv(PRINTABLE, "8025099999-2600000017")),
    },
    Bad {
        rule: TOKEN,
        of: specimen::cps_sign,
        fault: |s| s.put(&private(3), false, tlv(PRINTABLE, "8025099999/260000001")),
    },
    Bad {
        // Of another issuer of cards.
        rule: "igc-1.6-card-issuer",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(3), false, tlv(PRINTABLE, "8025000001/2600000017")),
    },
    Bad {
        // A physician's code in a nurse's certificate.
        rule: "igc-1.7-title-of-profession",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(7), false, tlv(0x02, [10])),
    },
    Bad {
        rule: "igc-1.7-title-of-profession",
        of: specimen::cpf_sign,
        fault: |s| s.put(&private(8), false, tlv(0x02, [50])),
    },
    Bad {
        rule: "igc-1.6-profession",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(7), false, tlv(0x02, [99])),
    },
    Bad {
        rule: "igc-1.6-profession",
        of: specimen::cps_sign,
        fault: |s| s.put(&private(7), false, tlv(0x02, [1, 60])),
    },
    Bad {
        rule: "igc-1.8-card-of-token",
        of: specimen::cps_tech,
        fault: |s| s.put(&private(3), false, tlv(PRINTABLE, "8025099999/2600000018")),
    },
    Bad {
        // A nurse: TRE_G16 has the four medical professions alone.
        rule: "igc-1.6-future-profession",
        of: specimen::cpf_sign,
        fault: |s| s.put(&private(8), false, tlv(0x02, [60])),
    },
    Bad {
        // What a professional bears, on a student's card.
        rule: "igc-1.5-extension-unexpected",
        of: specimen::cpf_sign,
        fault: |s| s.extensions.push(extension(&private(7), false, &tlv(0x02, [10]))),
    },
];

#[test]
fn each_fault_of_periods_and_private_extensions_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(PERIODS_AND_PRIVATE);
}
