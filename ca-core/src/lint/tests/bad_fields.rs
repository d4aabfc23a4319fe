//! Faults of what the certificate is held against, and of its version, serial, algorithm and dates.

use super::der::{oid, sequence, tlv};
use super::specimen::{
    self, AKI, BC, KU, PRINTABLE, SKI, Specimen, authority_name, ce, dates, ecdsa_sha256, rsa, rsa_sha256,
};
use super::{Bad, each_is_stopped_by_its_own_rule};

/// Signed by an authority whose key has changed since: the name stands, the identifier and algorithm follow.
fn below_rsa_authority(specimen: &mut Specimen) {
    let mut issuer = specimen::issuing();
    issuer.hold(rsa(4096));
    specimen.issuer_certificate = Some(issuer.certificate());
    specimen.put(&ce(AKI), false, sequence([tlv(0x80, specimen::key_identifier(&issuer.key))]));
}

pub(super) const HELD_AGAINST: &[Bad] = &[
    Bad { rule: "igc-lint-profile-unknown", of: specimen::root, fault: |s| s.profile = "fo-pp-cps" },
    Bad { rule: "igc-lint-issuer-required", of: specimen::cps_sign, fault: |s| s.issuer_certificate = None },
    Bad {
        rule: "igc-lint-root-has-no-issuer",
        of: specimen::root,
        fault: |s| s.issuer_certificate = Some(specimen::root().certificate()),
    },
    Bad {
        rule: "igc-lint-issuer-unreadable",
        of: specimen::cps_sign,
        fault: |s| s.issuer_certificate = Some(vec![0x30, 0x03, 1, 1, 0xFF]),
    },
    Bad {
        rule: "igc-lint-issuer-unreadable",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.version = tlv(0xA0, tlv(0x02, [1]))),
    },
    Bad {
        rule: "rfc5280-4.1.2.4-issuer-name",
        of: specimen::cps_sign,
        fault: |s| s.issuer = authority_name("DEMO AC FORT PERSONNEs"),
    },
    Bad {
        // The same name in other string types is another name, byte for byte.
        rule: "rfc5280-4.1.2.4-issuer-name",
        of: specimen::cps_sign,
        fault: |s| {
            let at = s.issuer.len() - "DEMO AC FORT PERSONNES".len() - 2;
            s.issuer[at] = PRINTABLE;
        },
    },
    Bad {
        rule: "rfc5280-4.2.1.9-issuer-is-ca",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.put(&ce(BC), false, sequence::<Vec<u8>>([]))),
    },
    Bad {
        rule: "rfc5280-4.2.1.9-issuer-is-ca",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| drop(issuer.take(&ce(BC)))),
    },
    Bad {
        rule: "rfc5280-4.2.1.3-issuer-key-usage",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.put(&ce(KU), true, tlv(0x03, [1, 0x02]))),
    },
    Bad {
        rule: "rfc5280-4.2.1.9-issuer-path-length",
        of: specimen::issuing,
        fault: |s| {
            let mut root = specimen::root();
            root.put(&ce(BC), true, sequence([tlv(0x01, [0xFF]), tlv(0x02, [0])]));
            s.issuer_certificate = Some(root.certificate());
        },
    },
    Bad {
        rule: "igc-1.1-issuer-not-root",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.issuer = issuer.subject.clone()),
    },
    Bad {
        rule: "rfc5280-3.2-root-self-issued",
        of: specimen::root,
        fault: |s| s.issuer = authority_name("DEMO AC AUTRE"),
    },
    Bad {
        rule: "igc-1.1-outlives-issuer",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.validity = dates("261121100000Z", "291121095959Z")),
    },
    Bad {
        rule: "igc-1.1-older-than-issuer",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.validity = dates("261121100001Z", "461120100000Z")),
    },
    Bad {
        rule: "rfc5280-4.2.1.1-matches-issuer",
        of: specimen::cps_sign,
        fault: |s| s.issued_by(|issuer| issuer.put(&ce(SKI), false, tlv(0x04, [7; 20]))),
    },
];

#[test]
fn each_fault_of_what_it_is_held_against_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(HELD_AGAINST);
}

pub(super) const VERSION_SERIAL_ALGORITHM: &[Bad] = &[
    Bad {
        rule: "rfc5280-4.1.2.1-version",
        of: specimen::root,
        fault: |s| s.version = tlv(0xA0, tlv(0x02, [1])),
    },
    Bad { rule: "rfc5280-4.1.2.1-version", of: specimen::root, fault: |s| s.version.clear() },
    Bad { rule: "rfc5280-4.1.2.2-serial-positive", of: specimen::root, fault: |s| s.serial = tlv(0x02, [0]) },
    Bad {
        rule: "rfc5280-4.1.2.2-serial-positive",
        of: specimen::cps_sign,
        fault: |s| s.serial = tlv(0x02, [0x91; 16]),
    },
    Bad {
        rule: "rfc5280-4.1.2.2-serial-length",
        of: specimen::root,
        fault: |s| s.serial = tlv(0x02, [0x11; 21]),
    },
    Bad {
        rule: "igc-1.5-serial-sixteen-octets",
        of: specimen::cps_sign,
        fault: |s| s.serial = tlv(0x02, [0x11; 15]),
    },
    Bad {
        rule: "igc-1.5-serial-sixteen-octets",
        of: specimen::server,
        fault: |s| s.serial = tlv(0x02, [0x11; 17]),
    },
    Bad {
        // Another authority's.
        rule: "igc-1.5-serial-prefix",
        of: specimen::cps_sign,
        fault: |s| s.serial = tlv(0x02, [[0x11; 7].as_slice(), &[0x12; 9]].concat()),
    },
    Bad { rule: "igc-1.5-serial-room", of: specimen::root, fault: |s| s.serial = tlv(0x02, [0x11; 7]) },
    Bad {
        rule: "igc-1.5-signature-algorithm",
        of: specimen::root,
        // sha1WithRSAEncryption
        fault: |s| {
            s.signature = sequence([oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 5]), tlv(0x05, [])])
        },
    },
    Bad {
        rule: "rfc5280-4.1.2.3-signature-fits-key",
        of: specimen::root,
        fault: |s| s.signature = ecdsa_sha256(),
    },
    Bad {
        rule: "rfc5280-4.1.2.3-signature-fits-key",
        of: specimen::cps_sign,
        fault: |s| s.signature = rsa_sha256(),
    },
    Bad { rule: "rfc5280-4.1.2.3-signature-fits-key", of: specimen::cps_sign, fault: below_rsa_authority },
    Bad {
        rule: "rfc5758-3.2-parameters-absent",
        of: specimen::cps_sign,
        fault: |s| s.signature = sequence([oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]), tlv(0x05, [])]),
    },
    Bad {
        rule: "rfc4055-5-parameters-null",
        of: specimen::cps_sign,
        fault: |s| {
            below_rsa_authority(s);
            s.signature = sequence([oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11])]);
        },
    },
    Bad {
        rule: "rfc5280-4.1.2.8-unique-identifier",
        of: specimen::root,
        fault: |s| s.between = tlv(0x81, [0, 1]),
    },
    Bad {
        rule: "rfc5280-4.1.2.8-unique-identifier",
        of: specimen::cps_sign,
        fault: |s| s.between = tlv(0x82, [0, 1]),
    },
];

#[test]
fn each_fault_of_version_serial_and_algorithm_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(VERSION_SERIAL_ALGORITHM);
}

const FORMAT: &str = "rfc5280-4.1.2.5-time-format";

pub(super) const VALIDITY: &[Bad] = &[
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "29112110000Z0"),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = sequence([tlv(0x17, "261121100000Z"), tlv(0x17, "2911211000Z")]),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = sequence([tlv(0x17, "261121100000Z"), tlv(0x18, "20291121100000.5Z")]),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = sequence([tlv(0x17, "261121100000Z"), tlv(0x17, "291121100000+0100")]),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "290229100000Z"),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "291121240000Z"),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "291121100060Z"),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "29 121100000Z"),
    },
    Bad {
        rule: FORMAT,
        of: specimen::cps_auth,
        fault: |s| s.validity = sequence([tlv(0x17, "261121100000Z"), tlv(0x16, "291121100000Z")]),
    },
    Bad {
        rule: "rfc5280-4.1.2.5-utctime-through-2049",
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("261121100000Z", "20291121100000Z"),
    },
    Bad {
        rule: "rfc5280-4.1.2.5-validity-order",
        of: specimen::cps_auth,
        fault: |s| s.validity = dates("291121100000Z", "291121100000Z"),
    },
    Bad {
        rule: "igc-1.5-validity-expired",
        of: specimen::cps_auth,
        fault: |s| s.at = "2029-11-21T10:00:00Z",
    },
    Bad {
        rule: "igc-1.5-validity-length",
        of: specimen::cps_auth,
        // Three years and a second, a leap day included.
        fault: |s| s.validity = dates("261121100000Z", "291121100001Z"),
    },
    Bad {
        rule: "igc-1.5-validity-length",
        of: specimen::root,
        fault: |s| s.validity = dates("261121100000Z", "461122100000Z"),
    },
    Bad {
        rule: "igc-1.5-validity-length",
        of: specimen::responder,
        fault: |s| s.validity = dates("261121100000Z", "270220100000Z"),
    },
];

#[test]
fn each_fault_of_the_validity_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(VALIDITY);
}
