use std::collections::BTreeSet;

use super::super::check_certificate;
use super::der::tlv;
use super::specimen::{self, BC, Specimen, ce, p256, p384, rsa, rsa_sha256};
use crate::profile::Profiles;

fn passes(specimen: &Specimen) {
    assert_eq!(check_certificate(&specimen.tbs(), &specimen.context()), [], "{}", specimen.profile);
}

#[test]
fn a_good_certificate_of_every_profile_may_be_signed() {
    specimen::all().iter().for_each(passes);
}

#[test]
fn there_is_a_good_specimen_of_every_profile_and_of_no_other() {
    let specimens: BTreeSet<String> =
        specimen::all().into_iter().map(|specimen| specimen.profile.to_owned()).collect();
    let profiles: BTreeSet<String> =
        Profiles::embedded().iter().map(|profile| profile.id.to_string()).collect();
    assert_eq!(specimens, profiles);
}

#[test]
fn authorities_may_also_hold_rsa_4096() {
    let mut root = specimen::root();
    root.hold(rsa(4096));
    root.signature = rsa_sha256();
    passes(&root);

    let mut issuing = specimen::issuing();
    issuing.issuer_certificate = Some(root.certificate());
    issuing.signature = rsa_sha256();
    issuing.hold(rsa(4096));
    let root_identifier = specimen::key_identifier(&root.key);
    issuing.put(&ce(specimen::AKI), false, super::der::sequence([tlv(0x80, root_identifier)]));
    passes(&issuing);
}

#[test]
fn a_year_from_2050_on_is_written_as_generalized_time() {
    let mut root = specimen::root();
    root.validity = specimen::dates("401121100000Z", "20501121100000Z");
    passes(&root);
}

#[test]
fn without_a_test_identity_the_test_bit_is_not_set() {
    let mut card = specimen::cps_sign();
    card.declared_with("test_bit = true", "test_bit = false");
    card.put(&specimen::private(5), false, tlv(0x04, [0x00]));
    passes(&card);
}

#[test]
fn the_specimens_hold_different_keys() {
    // Else "the issuer's identifier" and "my own identifier" could not be told apart.
    assert_ne!(p256(2), p256(3));
    assert_ne!(p384(1), p384(2));
}

#[test]
fn a_finding_names_the_byte_and_the_field() {
    let mut root = specimen::root();
    root.put(&ce(BC), true, super::der::sequence([tlv(0x01, [0xFF]), tlv(0x02, [0])]));
    let tbs = root.tbs();
    let findings = check_certificate(&tbs, &root.context());
    assert_eq!(findings.len(), 1);
    assert_eq!(tbs[findings[0].offset..][..8], [0x30, 6, 1, 1, 0xFF, 2, 1, 0]);
    assert_eq!(findings[0].message, "basicConstraints: CA:TRUE without a path length is required");
}
