//! Certificates: which sign in, whose they are, and what ends them.

use ca_core::certificate;
use ca_core::profile::Profiles;
use card::{CardNumber, KeyUsage, certificates};

use super::*;
use crate::opposition::{self, Ground};

/// The certificate of a use in a card, DER.
fn in_card(house: &mut House, number: &CardNumber, usage: KeyUsage) -> Vec<u8> {
    let of_card = certificates::of_card(&mut house.db, number).unwrap();
    let one = of_card.into_iter().find(|one| one.usage == usage).unwrap();
    let serial = one.serial.parse().unwrap();
    let recorded = certificate::find(&mut house.db, &one.issuer, &serial).unwrap().unwrap();
    recorded.status.der().unwrap().to_vec()
}

fn who(house: &mut House, der: &[u8]) -> Result<String, CertificateRefused> {
    let roster = house.verifier.roster(&mut house.db).unwrap();
    whose(&mut house.db, &roster, der, house.at).map(|enrolled| enrolled.login)
}

/// Proposes a certificate as bob's, and has both administrators sign.
fn enrol(house: &mut House, chain: &Chain, der: &[u8]) -> String {
    let number = house.proposed_certificate(der, "bob", Role::RegistrationOfficer).unwrap().number;
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    number
}

#[test]
fn a_cards_certificate_is_an_officers_once_two_administrators_have_signed() {
    let mut house = House::new();
    let chain = house.pin();
    let mut worker = house.worker();
    let number = house.active_card(&mut worker, &nurse());
    let der = in_card(&mut house, &number, KeyUsage::Authentication);
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-missing");
    let proposed = house.proposed_certificate(&der, "bob", Role::RegistrationOfficer).unwrap().number;
    house.sign_for(("admin", &chain.admin), &proposed).unwrap();
    house.receive();
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-missing", "one is not enough");
    house.sign_for(("amina", &chain.amina), &proposed).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    assert_eq!(who(&mut house, &der).unwrap(), "bob");
    let again = house.proposed_certificate(&der, "clara", Role::RegistrationOfficer);
    assert_eq!(code(again), "enrolment-clash", "one certificate, one officer");
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let enrolled = roster.certificates().next().unwrap();
    assert!(roster.key(&enrolled.certificate.fingerprint).is_none(), "it is no key for decisions");
}

#[test]
fn an_opposition_ends_what_a_card_signs_in_to_at_once() {
    let mut house = House::new();
    let chain = house.pin();
    let mut worker = house.worker();
    let number = house.active_card(&mut worker, &nurse());
    let der = in_card(&mut house, &number, KeyUsage::Authentication);
    enrol(&mut house, &chain, &der);
    assert!(who(&mut house, &der).is_ok());
    let act = house.officer("rita");
    let House { db, rng, .. } = &mut house;
    opposition::oppose(db, &number, Ground::Stolen, rng, &act).unwrap();
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-ended");
    let again = house.proposed_certificate(&der, "bob", Role::RegistrationOfficer);
    assert_eq!(code(again), "enrolment-certificate-ended", "nor is it enrolled");
}

#[test]
fn administrators_end_a_certificate_as_they_end_a_key() {
    let mut house = House::new();
    let chain = house.pin();
    let mut worker = house.worker();
    let number = house.active_card(&mut worker, &nurse());
    let der = in_card(&mut house, &number, KeyUsage::Authentication);
    enrol(&mut house, &chain, &der);
    house.later(60);
    let fingerprint = {
        let roster = house.verifier.roster(&mut house.db).unwrap();
        roster.certificates().next().unwrap().certificate.fingerprint
    };
    house.revoke_by_id(&chain, &fingerprint);
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-missing");
}

#[test]
fn a_card_that_is_not_active_a_signature_key_and_a_stranger_sign_nobody_in() {
    let mut house = House::new();
    house.pin();
    let mut worker = house.worker();
    house.approved(&nurse());
    let number = house.personalise()[0];
    house.certify(&mut worker, &number).unwrap();
    let der = in_card(&mut house, &number, KeyUsage::Authentication);
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-ended", "it is still in the post");
    house.activate(&number);
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-missing");
    let signature = in_card(&mut house, &number, KeyUsage::Signature);
    assert_eq!(code(who(&mut house, &signature)), "enrolment-certificate-purpose");
    let mut altered = der.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(code(who(&mut house, &altered)), "enrolment-certificate-unknown");
    assert_eq!(code(who(&mut house, b"no certificate")), "enrolment-certificate-unknown");
    house.later(10 * 365 * 86_400);
    assert_eq!(code(who(&mut house, &der)), "enrolment-certificate-ended", "its validity is over");
}

#[test]
fn every_profile_that_signs_in_exists_and_none_is_read_without_a_code() {
    let profiles = Profiles::embedded();
    for profile in super::super::certificate::SIGN_IN_PROFILES {
        assert!(profiles.get(profile).is_some(), "{profile}");
        assert!(!profile.contains("-tech") && !profile.contains("-service"), "{profile}");
    }
}
