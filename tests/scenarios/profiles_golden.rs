//! Every profile under the demo identity, as a readable dump: names, string types, order of extensions,
//! criticality, values; for each kind of key that a profile allows, what differs, and the SHA-256 of the octets. Keys, serial
//! numbers and dates are fixed. `UPDATE_GOLDEN=1` writes the dumps anew.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use std::fs;

use acceptance::harness::{fixture, golden, line_difference, root};
use ca_core::identity::Identity;
use ca_core::profile::{KeyKind, Profiles};
use openssl::pkey::PKey;

use super::certificate_dump::{fields, text};
use super::profile_samples::{Builder, Key, Sample, samples};

#[test]
fn every_profile_builds_what_its_golden_dump_says() {
    let builder = builder();
    for sample in samples() {
        let profile = builder.profiles.get(sample.profile).unwrap();
        let own = dump(&builder, &sample);
        assert_eq!(own, dump(&builder, &sample), "the same input gives the same bytes");
        let mut said = format!("{profile}\n== a certificate of it ==\n\n{own}");
        for kind in profile.keys.kinds().iter().filter(|kind| **kind != kind_of(sample.key)) {
            let other = dump(&builder, &Sample { key: Key::Certified(*kind), ..sample.clone() });
            let differs = line_difference(&own, &other).join("\n");
            said += &format!("\n== the same with {kind}: what differs ==\n\n{differs}\n");
        }
        golden(&format!("profiles/{}.txt", sample.profile), &said);
    }
}

fn dump(builder: &Builder<'_>, sample: &Sample) -> String {
    let tbs = builder.build(sample);
    format!("{}SHA-256 of the octets: {}\n", text(&fields(&tbs)), hex::encode(openssl::sha::sha256(&tbs)))
}

fn kind_of(key: Key) -> KeyKind {
    match key {
        Key::Root => KeyKind::P384,
        Key::Issuing => KeyKind::P256,
        Key::Certified(kind) => kind,
    }
}

#[test]
fn every_profile_has_a_sample_and_every_golden_dump_a_profile() {
    let mut profiles: Vec<String> =
        Profiles::embedded().iter().map(|profile| profile.id.to_string()).collect();
    let mut sampled: Vec<&str> = samples().iter().map(|sample| sample.profile).collect();
    let mut dumped: Vec<String> = fs::read_dir(root().join("tests/golden/profiles"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    profiles.sort();
    sampled.sort_unstable();
    dumped.sort();
    assert_eq!(sampled, profiles);
    assert_eq!(dumped, profiles);
}

#[test]
fn no_demo_certificate_names_a_real_authority_or_its_servers() {
    let builder = builder();
    for sample in samples() {
        let dump = text(&fields(&builder.build(&sample)));
        for word in ["esante", "asip", "gouv.fr", "187512751", "8025000001", "1.2.250.1.213", "carte-cps.fr"]
        {
            assert!(!dump.to_lowercase().contains(word), "profile {} says {word:?}:\n{dump}", sample.profile);
        }
        assert!(dump.contains("DEMO "), "the name of every demo authority says so");
    }
}

pub(super) fn builder() -> Builder<'static> {
    Builder { identity: Identity::demo(), profiles: Profiles::embedded(), public_key: &fixed_key }
}

/// Public halves only: the private ones were thrown away when these were made.
fn fixed_key(key: Key) -> Vec<u8> {
    let name = match key {
        Key::Root => "p384-root",
        Key::Issuing => "p256-issuing",
        Key::Certified(KeyKind::P256) => "p256-end-entity",
        Key::Certified(KeyKind::P384) => "p384-end-entity",
        Key::Certified(KeyKind::Rsa2048) => "rsa2048-end-entity",
        Key::Certified(KeyKind::Rsa3072) => "rsa3072-end-entity",
        Key::Certified(KeyKind::Rsa4096) => "rsa4096-end-entity",
    };
    let pem = fs::read(fixture(&format!("public-keys/{name}.pem"))).unwrap();
    PKey::public_key_from_pem(&pem).unwrap().public_key_to_der().unwrap()
}
