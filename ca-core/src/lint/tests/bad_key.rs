//! Faults of the public key.

use super::der::{modulus, named_curve_key, oid, rsa_key, sequence, tlv};
use super::specimen::{self, P256, ecdsa_sha256, p256, p384, rsa};
use super::{Bad, each_is_stopped_by_its_own_rule};

const E: &[u8] = &[1, 0, 1];

pub(super) const KEY: &[Bad] = &[
    Bad { rule: "igc-1.5-key-of-profile", of: specimen::cps_sign, fault: |s| s.hold(p384(3)) },
    Bad { rule: "igc-1.5-key-of-profile", of: specimen::cps_sign, fault: |s| s.hold(rsa(3072)) },
    Bad { rule: "igc-1.5-key-of-profile", of: specimen::issuing, fault: |s| s.hold(rsa(2048)) },
    Bad {
        rule: "igc-1.5-key-of-profile",
        of: specimen::root,
        fault: |s| {
            s.hold(p256(1));
            s.signature = ecdsa_sha256();
        },
    },
    Bad { rule: "igc-1.5-rsa-size", of: specimen::org_sign, fault: |s| s.hold(rsa(1024)) },
    Bad {
        // 2047 bits in 256 octets.
        rule: "igc-1.5-rsa-size",
        of: specimen::org_sign,
        fault: |s| {
            let mut modulus = modulus(2048)[1..].to_vec();
            modulus[0] = 0x40;
            s.hold(rsa_key(&modulus, E));
        },
    },
    Bad { rule: "igc-1.5-rsa-size", of: specimen::org_sign, fault: |s| s.hold(rsa(8200)) },
    Bad {
        rule: "rfc8017-3.1-rsa-modulus",
        of: specimen::org_sign,
        fault: |s| {
            let mut modulus = modulus(2048);
            *modulus.last_mut().unwrap() &= 0xFE;
            s.hold(rsa_key(&modulus, E));
        },
    },
    Bad {
        rule: "rfc8017-3.1-rsa-positive",
        of: specimen::org_sign,
        fault: |s| s.hold(rsa_key(&modulus(2048)[1..], E)),
    },
    Bad { rule: "rfc8017-3.1-rsa-positive", of: specimen::org_sign, fault: |s| s.hold(rsa_key(&[0], E)) },
    Bad {
        rule: "x690-8.3.2-integer-minimal",
        of: specimen::org_sign,
        fault: |s| s.hold(rsa_key(&[&[0], modulus(2048).as_slice()].concat(), E)),
    },
    Bad {
        rule: "fips186-5-rsa-exponent",
        of: specimen::org_sign,
        fault: |s| s.hold(rsa_key(&modulus(2048), &[3])),
    },
    Bad {
        rule: "fips186-5-rsa-exponent",
        of: specimen::org_sign,
        fault: |s| s.hold(rsa_key(&modulus(2048), &[1, 0, 2])),
    },
    Bad {
        rule: "fips186-5-rsa-exponent",
        of: specimen::org_sign,
        fault: |s| s.hold(rsa_key(&modulus(2048), &[0x11; 33])),
    },
    Bad {
        rule: "rfc3279-2.3.1-rsa-parameters",
        of: specimen::org_sign,
        fault: |s| {
            let bits = s.key[s.key.len() - 275..].to_vec();
            let algorithm = sequence([oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1])]);
            s.key = sequence([algorithm, bits]);
        },
    },
    Bad {
        rule: "rfc5480-2.1.1-named-curve",
        of: specimen::cps_sign,
        // secp256k1
        fault: |s| {
            let point = s.key[s.key.len() - 65..].to_vec();
            s.hold(named_curve_key(&[0x2B, 0x81, 4, 0, 10], &point));
        },
    },
    Bad {
        rule: "rfc5480-2.2-point-uncompressed",
        of: specimen::cps_sign,
        fault: |s| {
            let x = s.key[s.key.len() - 64..s.key.len() - 32].to_vec();
            s.hold(named_curve_key(P256, &[&[0x02], x.as_slice()].concat()));
        },
    },
    Bad {
        rule: "rfc5480-2.2-point-uncompressed",
        of: specimen::cps_sign,
        fault: |s| s.hold(named_curve_key(P256, &[0])),
    },
    Bad {
        rule: "rfc5480-2.2-point-on-curve",
        of: specimen::cps_sign,
        fault: |s| {
            let mut key = p256(3);
            *key.last_mut().unwrap() ^= 1;
            s.hold(key);
        },
    },
    Bad {
        rule: "igc-1.5-key-algorithm",
        of: specimen::cps_sign,
        // id-Ed25519
        fault: |s| s.hold(sequence([sequence([oid(&[0x2B, 0x65, 0x70])]), tlv(0x03, [0; 33])])),
    },
];

#[test]
fn each_fault_of_the_key_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(KEY);
}
