//! Faults of the encoding.

use super::der::{attribute, extension, oid, sequence, set, tlv};
use super::specimen::{self, BC, KU, NOCHECK, SKI, UTF8, ce, rdn};
use super::{Bad, each_is_stopped_by_its_own_rule};

pub(super) const ENCODING: &[Bad] = &[
    Bad { rule: "x690-8.1.2-tag", of: specimen::root, fault: |s| s.serial = vec![0x1F, 0x81, 0x01, 0x00] },
    Bad { rule: "x690-8.1.2-tag", of: specimen::root, fault: |s| s.serial.extend([0, 0]) },
    Bad {
        rule: "x690-8.1.3-length-truncated",
        of: specimen::cps_sign,
        fault: |s| s.patch = |bytes| bytes[..bytes.len() - 1].to_vec(),
    },
    Bad {
        rule: "x690-8.1.3-length-truncated",
        of: specimen::cps_sign,
        fault: |s| s.patch = |_| vec![0x30, 0x85, 1, 1, 1, 1, 1],
    },
    Bad {
        rule: "x690-8.1.3-length-truncated",
        of: specimen::root,
        fault: |s| s.patch = |_| vec![0x30, 0x82, 1],
    },
    Bad { rule: "x690-8.1.3-length-truncated", of: specimen::root, fault: |s| s.patch = |_| vec![0x30] },
    Bad {
        rule: "x690-10.1-length-indefinite",
        of: specimen::root,
        fault: |s| s.patch = |bytes| [&[0x30, 0x80], &bytes[4..], &[0, 0]].concat(),
    },
    Bad {
        rule: "x690-10.1-length-minimal",
        of: specimen::cps_sign,
        fault: |s| s.serial = [vec![0x02, 0x81, 0x10], vec![0x11; 16]].concat(),
    },
    Bad {
        rule: "x690-10.1-length-minimal",
        of: specimen::root,
        fault: |s| s.patch = |bytes| [&[0x30, 0x83, 0], &bytes[2..]].concat(),
    },
    Bad { rule: "x690-10.2-constructed", of: specimen::root, fault: |s| s.serial[0] = 0x22 },
    Bad { rule: "x690-10.2-constructed", of: specimen::root, fault: |s| s.subject[0] = 0x10 },
    Bad {
        rule: "igc-lint-depth",
        of: specimen::root,
        fault: |s| {
            let deep = (0..20).fold(Vec::new(), |inner, _| tlv(0x30, inner));
            s.put(&ce(SKI), false, deep);
        },
    },
    Bad {
        rule: "igc-lint-too-long",
        of: specimen::root,
        fault: |s| s.extensions.push(extension(&ce(99), false, &tlv(0x04, vec![0; 65_536]))),
    },
    Bad {
        rule: "x690-11.6-set-order",
        of: specimen::cps_sign,
        fault: |s| {
            // SN (19 octets) before CN, both after GN: valid BER, not DER.
            let parts = [attribute(42, UTF8, "ZOE"), attribute(4, UTF8, "ESSAI"), attribute(3, UTF8, "Z")];
            s.subject = sequence([rdn(6, "FR"), rdn(12, "Infirmier"), set(parts)]);
        },
    },
    Bad {
        rule: "x690-11.1-boolean",
        of: specimen::root,
        fault: |s| s.put(&ce(BC), true, sequence([tlv(0x01, [0x01])])),
    },
    Bad {
        rule: "x690-11.1-boolean",
        of: specimen::root,
        fault: |s| s.put(&ce(BC), true, sequence([tlv(0x01, [0xFF, 0xFF])])),
    },
    Bad {
        rule: "x690-8.3.2-integer-minimal",
        of: specimen::root,
        fault: |s| s.serial = tlv(0x02, [[0].as_slice(), &[0x11; 12]].concat()),
    },
    Bad { rule: "x690-8.3.2-integer-minimal", of: specimen::root, fault: |s| s.serial = tlv(0x02, []) },
    Bad {
        rule: "x690-11.2-bit-string",
        of: specimen::root,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [1, 0x07])),
    },
    Bad { rule: "x690-11.2-bit-string", of: specimen::root, fault: |s| s.put(&ce(KU), true, tlv(0x03, [])) },
    Bad { rule: "x690-11.2-bit-string", of: specimen::root, fault: |s| s.put(&ce(KU), true, tlv(0x03, [3])) },
    Bad {
        rule: "x690-11.2-bit-string",
        of: specimen::root,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [8, 0x00])),
    },
    Bad {
        rule: "x690-11.2.2-named-bits",
        of: specimen::root,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [0, 0x06])),
    },
    Bad {
        rule: "x690-11.2.2-named-bits",
        of: specimen::root,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [0, 0x06, 0x00])),
    },
    Bad {
        rule: "x690-11.2.2-named-bits",
        of: specimen::root,
        fault: |s| s.put(&ce(KU), true, tlv(0x03, [0])),
    },
    Bad { rule: "x690-8.8-null", of: specimen::responder, fault: |s| s.put(NOCHECK, false, tlv(0x05, [0])) },
    Bad {
        rule: "x690-8.19-oid",
        of: specimen::root,
        fault: |s| s.extensions.push(extension(&[0x55, 0x80, 0x1D], false, &tlv(0x05, []))),
    },
    Bad {
        rule: "x690-8.19-oid",
        of: specimen::root,
        fault: |s| s.extensions.push(extension(&[0x55, 0x9D], false, &tlv(0x05, []))),
    },
    Bad {
        rule: "x690-8.23-string",
        of: specimen::org_sign,
        fault: |s| s.subject = sequence([set([sequence([oid(&[0x55, 4, 3]), tlv(UTF8, [0xC0, 0x80])])])]),
    },
    Bad {
        rule: "x690-8.23-string",
        of: specimen::org_sign,
        fault: |s| s.subject = sequence([set([attribute(6, 0x13, "F@")])]),
    },
    Bad {
        rule: "x690-8.23-string",
        of: specimen::org_sign,
        fault: |s| s.subject = sequence([set([attribute(6, 0x16, "é")])]),
    },
    Bad {
        rule: "x690-11.5-default",
        of: specimen::cps_sign,
        fault: |s| {
            s.extensions[0] = sequence([oid(&ce(BC)), tlv(0x01, [0]), tlv(0x04, sequence::<Vec<u8>>([]))]);
        },
    },
    Bad {
        rule: "x690-11.5-default",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(BC), false, sequence([tlv(0x01, [0])])),
    },
    Bad { rule: "asn1-structure", of: specimen::root, fault: |s| s.validity.clear() },
    Bad { rule: "asn1-structure", of: specimen::root, fault: |s| s.patch = |_| Vec::new() },
    Bad { rule: "asn1-structure", of: specimen::root, fault: |s| s.extensions.clear() },
    Bad { rule: "asn1-structure", of: specimen::root, fault: |s| s.patch = |_| tlv(0x31, []) },
    Bad {
        rule: "asn1-structure",
        of: specimen::server,
        fault: |s| {
            let bits = s.key.len() - 271;
            // One unused bit in subjectPublicKey, its last bit zero.
            s.key[bits] = 1;
            *s.key.last_mut().unwrap() = 0;
        },
    },
    Bad {
        rule: "asn1-trailing",
        of: specimen::root,
        fault: |s| {
            s.patch = |mut bytes| {
                bytes.push(0);
                bytes
            }
        },
    },
    Bad {
        rule: "asn1-trailing",
        of: specimen::cps_sign,
        fault: |s| s.put(&ce(BC), false, [sequence::<Vec<u8>>([]), tlv(0x05, [])].concat()),
    },
];

#[test]
fn each_fault_of_the_encoding_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(ENCODING);
}
