//! What is refused before anything is recorded, and so before a token is asked: under the authorities of a
//! ceremony in SoftHSM, with real keys.

mod batch;
mod every_profile;

use std::time::Duration;

use diesel::prelude::*;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use rand_core::UnwrapErr;
use store::schema::{audit_events, certificates};
use store::{Act, Actor, Database, Fault, RequestId};

use super::*;
use crate::ceremony::tests::INSTALLATION;
use crate::ceremony::tests::hall::Hall;
use crate::epoch::Epoch;
use crate::identity::Identity;
use crate::key_policy::Blocklist;
use crate::profile::Profiles;
use crate::revocation::{self, RevocationReason};
use crate::serial::SerialNumber;
use crate::signer::ProcessSigner;
use crate::signer::soft_token::{in_folder, load, process};
use crate::subject::{Fact, Facts};

const HERE: &str = module_path!();

/// An installation after its ceremony, and a worker in it.
pub(crate) struct House {
    pub(crate) db: Database,
    pub(crate) signer: ProcessSigner,
    epoch: Epoch,
    profiles: Profiles,
    pub(crate) identity: Identity,
    blocklist: Blocklist,
    pub(crate) rng: UnwrapErr<getrandom::SysRng>,
}

/// Runs `body` in a house, in a process with tokens of its own.
fn in_house(test: &str, body: impl FnOnce(&mut House)) {
    in_house_of(HERE, test, body);
}

/// The same for a test of the module `here`.
pub(crate) fn in_house_of(here: &str, test: &str, body: impl FnOnce(&mut House)) {
    in_folder(here, test, |folder| {
        let mut hall = Hall::new(load(folder));
        hall.hold(INSTALLATION).unwrap();
        let (mut db, process) = (hall.db, process(folder, Duration::from_secs(20)));
        let (profiles, identity, blocklist) = (Profiles::embedded(), Identity::demo(), Blocklist::default());
        let rng = UnwrapErr(getrandom::SysRng);
        let epoch = Epoch::open(&mut db, Duration::from_secs(600), &act()).unwrap();
        let signer = process.signer();
        body(&mut House { db, signer, epoch, profiles, identity, blocklist, rng });
    });
}

pub(crate) fn act() -> Act {
    Act {
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        actor: Actor::Ceremony("test".to_owned()),
        request: RequestId("test".to_owned()),
    }
}

/// A nurse's card; the number tells one from another.
pub(crate) fn nurse(rpps: &str) -> Facts {
    Facts::new()
        .with(Fact::GivenName, "Zoé")
        .with(Fact::FamilyName, "Essai")
        .with(Fact::NationalIdentifier, rpps)
        .with(Fact::Title, "Infirmier")
        .with(Fact::Profession, "60")
        .with(Fact::CardNumber, "2600000017")
        .with(Fact::EmailAddress, "zoe.essai@mail.home.arpa")
}

pub(crate) fn key() -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap().public_key_to_der().unwrap()
}

impl House {
    pub(crate) fn prepare(
        &mut self,
        profile: &str,
        facts: &Facts,
        key: &[u8],
    ) -> Result<Prepared, PrepareError> {
        let issuer = self.profiles.get(profile).unwrap().issuers[0].clone();
        self.prepare_under(profile, &issuer, facts, key)
    }

    fn prepare_under(
        &mut self,
        profile: &str,
        issuer: &str,
        facts: &Facts,
        key: &[u8],
    ) -> Result<Prepared, PrepareError> {
        let Self { db, epoch, profiles, identity, blocklist, rng, .. } = self;
        let request = IssuanceRequest {
            profile,
            issuer,
            bearer: Bearer::EndEntity,
            facts,
            public_key: key,
            not_after: None,
        };
        #[expect(clippy::disallowed_methods, reason = "the test stands in for who verifies evidence")]
        let evidence = Evidence::verified(EvidenceKind::Officer, b"a test");
        let context = IssuanceContext { profiles, identity, blocklist };
        db.write(|db| prepare(db, context, &request, &evidence, epoch, rng, &act()))
    }

    pub(crate) fn issue(&mut self, profile: &str, facts: &Facts, key: &[u8]) -> IssuedCertificate {
        let prepared = self.prepare(profile, facts, key).unwrap();
        issue(&mut self.db, &mut self.signer, prepared, &mut self.rng, &act()).unwrap()
    }

    /// Rows and leaves: what a refusal leaves as it was.
    fn recorded(&mut self) -> (i64, i64) {
        let rows = certificates::table.count().get_result(&mut self.db).unwrap();
        let leaves = audit_events::table.count().get_result(&mut self.db).unwrap();
        (rows, leaves)
    }

    /// Refused with this code, and nothing recorded.
    pub(crate) fn refuses(&mut self, code: &str, profile: &str, facts: &Facts, key: &[u8]) -> String {
        let before = self.recorded();
        let refused = self.prepare(profile, facts, key).expect_err("it is refused");
        assert_eq!(refused.code().name, code, "{refused}");
        assert_eq!(self.recorded(), before, "nothing was recorded, so no token was asked");
        refused.to_string()
    }
}

#[test]
fn a_key_that_is_certified_for_someone_else_is_refused() {
    in_house("a_key_that_is_certified_for_someone_else_is_refused", |house| {
        let key = key();
        let issued = house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key);
        let said = house.refuses("certificate-key-reused", "fo-pp-cps-auth", &nurse("899700000236"), &key);
        assert!(said.contains(&issued.serial.to_string()), "{said}");
        // His own, once more.
        house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key);
    });
}

#[test]
fn a_revoked_key_is_refused_to_everybody_else_and_a_compromised_one_to_its_holder_too() {
    in_house("a_revoked_key_is_refused_to_everybody_else_and_a_compromised_one_to_its_holder_too", |house| {
        let (stolen, given_back) = (key(), key());
        let holder = nurse("899700000129");
        for (key, reason) in
            [(&stolen, RevocationReason::KeyCompromise), (&given_back, RevocationReason::Superseded)]
        {
            let issued = house.issue("fo-pp-cps-sign", &holder, key);
            let House { db, rng, .. } = house;
            db.write(|db| revocation::revoke(db, "ACI-FO-PP", &issued.serial, reason, rng, &act())).unwrap();
        }
        house.refuses("certificate-key-reused", "fo-pp-cps-sign", &holder, &stolen);
        // Whoever had it may have it still: it is nobody else's.
        let other = nurse("899700000236");
        let said = house.refuses("certificate-key-reused", "fo-pp-cps-sign", &other, &given_back);
        assert!(said.contains("revoked"), "{said}");
        house.issue("fo-pp-cps-sign", &holder, &given_back);
    });
}

#[test]
fn a_modulus_that_is_certified_for_someone_else_is_refused_under_another_exponent_too() {
    in_house("a_modulus_that_is_certified_for_someone_else_is_refused_under_another_exponent_too", |house| {
        let rsa = openssl::rsa::Rsa::generate(2048).unwrap();
        let with_exponent = |exponent| {
            let modulus = rsa.n().to_owned().unwrap();
            let exponent = openssl::bn::BigNum::from_u32(exponent).unwrap();
            openssl::rsa::Rsa::from_public_components(modulus, exponent).unwrap().public_key_to_der().unwrap()
        };
        house.issue("fo-pp-cps-auth", &nurse("899700000129"), &with_exponent(65537));
        let other = nurse("899700000236");
        house.refuses("certificate-key-reused", "fo-pp-cps-auth", &other, &with_exponent(65539));
        let unrelated = openssl::rsa::Rsa::generate(2048).unwrap().public_key_to_der().unwrap();
        house.issue("fo-pp-cps-auth", &other, &unrelated);
    });
}

#[test]
fn a_profile_whose_keys_need_an_escrow_is_refused() {
    in_house("a_profile_whose_keys_need_an_escrow_is_refused", |house| {
        let waiting: Vec<String> = house
            .profiles
            .iter()
            .filter(|profile| profile.key_escrow)
            .map(|profile| profile.id.to_string())
            .collect();
        assert_eq!(waiting.len(), 11, "{waiting:?}");
        for profile in waiting {
            let said = house.refuses("certificate-escrow-missing", &profile, &nurse("899700000129"), &key());
            assert!(said.contains(&profile), "{said}");
        }
        house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key());
    });
}

#[test]
fn a_known_weak_key_is_refused() {
    in_house("a_known_weak_key_is_refused", |house| {
        let rsa = openssl::rsa::Rsa::generate(2048).unwrap();
        let key = rsa.public_key_to_der().unwrap();
        let printed = format!("Modulus={}\n", hex::encode_upper(rsa.n().to_vec()));
        let line = hex::encode(&openssl::sha::sha1(printed.as_bytes())[10..]);
        house.blocklist = Blocklist::parse(&line).unwrap();
        house.refuses("key-weak", "fo-pp-cps-auth", &nurse("899700000129"), &key);
        house.blocklist = Blocklist::default();
        house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key);
    });
}

#[test]
fn what_the_lint_refuses_is_never_recorded_and_so_never_signed() {
    in_house("what_the_lint_refuses_is_never_recorded_and_so_never_signed", |house| {
        // The builder takes any number for a profession; the lint knows the table.
        let facts = nurse("899700000129").with(Fact::Profession, "61");
        let said = house.refuses("certificate-lint-refused", "fo-pp-cps-sign", &facts, &key());
        assert!(said.contains("igc-1.6-profession"), "{said}");
        let facts = nurse("99700000129");
        let said = house.refuses("certificate-lint-refused", "fo-pp-cps-sign", &facts, &key());
        assert!(said.contains("igc-1.7-professional-identifier"), "{said}");
    });
}
