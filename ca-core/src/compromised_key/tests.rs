//! What a record bars and ends, under the authorities of a ceremony in SoftHSM, with real keys.

mod told;

use std::time::Duration;

use diesel::connection::SimpleConnection;
use openssl::bn::BigNum;
use openssl::rsa::Rsa;
use store::Fault;
use store::schema::audit_events;

use super::*;
use crate::authority;
use crate::ceremony::tests::hall::Hall;
use crate::ceremony::tests::{INSTALLATION, LIST_SIGNER};
use crate::ceremony::verify;
use crate::hold;
use crate::issuance::issue;
use crate::issuance::tests::{House, act, in_house_of, key, nurse};
use crate::service_key;
use crate::signer::soft_token::{in_folder, load};

const HERE: &str = module_path!();
const SOURCE: &str = "trouvée dans un dépôt public, signalement 2026-114";

fn in_house(test: &str, body: impl FnOnce(&mut House)) {
    in_house_of(HERE, test, body);
}

fn record_at(house: &mut House, told: &ToldKey, source: &str, act: &Act) -> Result<Recorded, RecordError> {
    let House { db, rng, .. } = house;
    db.write(|db| KeyInHand::take(db, told)?.record(db, source, rng, act))
}

fn record_key(house: &mut House, key: &[u8]) -> Recorded {
    record_at(house, &ToldKey::Whole(key.to_vec()), SOURCE, &act()).unwrap()
}

fn revoke(house: &mut House, serial: &SerialNumber, reason: RevocationReason) {
    let House { db, rng, .. } = house;
    db.write(|db| revocation::revoke(db, "ACI-FO-PP", serial, reason, rng, &act())).unwrap();
}

fn status(house: &mut House, serial: &SerialNumber) -> CertificateStatus {
    certificate::find(&mut house.db, "ACI-FO-PP", serial).unwrap().unwrap().status
}

fn told(house: &mut House) -> i64 {
    audit_events::table
        .filter(audit_events::action.eq("key.compromised"))
        .count()
        .get_result(&mut house.db)
        .unwrap()
}

/// A row as the one of this certificate, intended, under a number of its own.
fn one_more_by_sql(house: &mut House, serial: &SerialNumber) -> String {
    let sql = format!(
        "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256, tbs,
                                   not_before, not_after, prepared_at, rsa_modulus_sha256)
         SELECT issuer, '{serial}' || 'FF', profile, 'intended', epoch, evidence_kind, evidence_digest, spki_sha256, tbs,
                not_before, not_after, prepared_at, rsa_modulus_sha256
         FROM certificates WHERE serial = '{serial}'"
    );
    house.db.batch_execute(&sql).expect_err("no row over a compromised key").to_string()
}

#[test]
fn a_key_that_is_learnt_to_be_compromised_after_its_certificate_has_ended_is_certified_for_nobody() {
    in_house(
        "a_key_that_is_learnt_to_be_compromised_after_its_certificate_has_ended_is_certified_for_nobody",
        |house| {
            let (stolen, other) = (key(), key());
            let (holder, another) = (nurse("899700000129"), nurse("899700000236"));
            let superseded = house.issue("fo-pp-cps-sign", &holder, &stolen).serial;
            revoke(house, &superseded, RevocationReason::Superseded);
            let again = house.issue("fo-pp-cps-sign", &holder, &stolen).serial;
            revoke(house, &again, RevocationReason::CessationOfOperation);

            let recorded = record_key(house, &stolen);
            assert!(!recorded.already && recorded.ended.is_empty(), "{recorded:?}");
            assert_eq!(recorded.key.source, SOURCE);
            assert_eq!(recorded.key.recorded_by, act().actor.to_string());
            for facts in [&holder, &another] {
                let said = house.refuses("certificate-key-reused", "fo-pp-cps-sign", facts, &stolen);
                assert!(said.contains("recorded as compromised"), "{said}");
            }
            let said = one_more_by_sql(house, &superseded);
            assert!(said.contains("a compromised key is certified for nobody"), "{said}");
            // What had ended keeps its reason: a revocation is definitive.
            for (serial, reason) in [(&superseded, "superseded"), (&again, "cessationOfOperation")] {
                let status = status(house, serial);
                assert!(matches!(&status, CertificateStatus::Revoked { reason: one, .. } if one == reason));
            }
            house.issue("fo-pp-cps-sign", &holder, &other);
        },
    );
}

#[test]
fn a_key_is_recorded_once_and_whoever_tells_of_it_again_hears_since_when() {
    in_house("a_key_is_recorded_once_and_whoever_tells_of_it_again_hears_since_when", |house| {
        let key = key();
        let first = record_key(house, &key);
        let later = Act { at: act().at.plus(Duration::from_secs(3600)), ..act() };
        let digest = Sha256::digest(&key).into();
        for told in [ToldKey::Whole(key), ToldKey::Digest(digest)] {
            let again = record_at(house, &told, "once more", &later).unwrap();
            assert!(again.already, "{told:?}");
            assert_eq!(again.key, first.key, "what was recorded stays");
        }
        assert_eq!(told(house), 1);
        assert_eq!(list(&mut house.db, None, 10).unwrap(), [first.key]);
    });
}

#[test]
fn a_certificate_that_has_expired_is_left_as_it_is_and_one_in_its_last_second_is_revoked() {
    in_house(
        "a_certificate_that_has_expired_is_left_as_it_is_and_one_in_its_last_second_is_revoked",
        |house| {
            // On this side of the end of its last second, and on that.
            for (milliseconds, word) in [(1000, "good"), (100, "revoked")] {
                let key = key();
                let serial = house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key).serial;
                let stands = certificate::find(&mut house.db, "ACI-FO-PP", &serial).unwrap().unwrap();
                // By the database's clock, which dates revocations, whatever the machine of who tells says.
                let then = stands.not_after.plus(Duration::from_millis(milliseconds)).millis();
                let ahead = (then - house.db.now().unwrap().millis()).unsigned_abs();
                house.db.set_clock_ahead(Duration::from_millis(ahead)).unwrap();
                let recorded = record_at(house, &ToldKey::Whole(key.clone()), SOURCE, &act()).unwrap();
                house.db.set_clock_ahead(Duration::ZERO).unwrap();
                assert_eq!(recorded.ended.len(), usize::from(word == "revoked"));
                assert_eq!(status(house, &serial).word(), word);
                house.refuses("certificate-key-reused", "fo-pp-cps-auth", &nurse("899700000129"), &key);
            }
        },
    );
}

#[test]
fn what_lives_over_the_key_ends_with_the_record_whatever_its_state() {
    in_house("what_lives_over_the_key_ends_with_the_record_whatever_its_state", |house| {
        let (key, holder) = (key(), nurse("899700000129"));
        let good = house.issue("fo-pp-cps-auth", &holder, &key).serial;
        let held = house.issue("fo-pp-cps-sign", &holder, &key).serial;
        let House { db, rng, .. } = house;
        db.write(|db| hold::hold(db, "ACI-FO-PP", &held, rng, &act())).unwrap();
        let prepared = house.prepare("fo-pp-cps-auth", &holder, &key).unwrap();
        let intended = prepared.serial().clone();
        let by_hand = format!(
            "INSERT INTO compromised_keys SELECT spki_sha256, 'key', NULL, {}, 'x', 'operator:x' FROM certificates
             WHERE serial = '{good}'",
            act().at.millis()
        );
        let said = house.db.batch_execute(&by_hand).unwrap_err().to_string();
        assert!(said.contains("a certificate over this key still lives"), "{said}");

        let recorded = record_key(house, &key);
        let mut ended: Vec<_> = recorded.ended.iter().map(|one| one.serial.clone()).collect();
        let mut wanted = [good.clone(), held.clone(), intended.clone()];
        ended.sort_by_cached_key(ToString::to_string);
        wanted.sort_by_cached_key(ToString::to_string);
        assert_eq!(ended, wanted);
        for serial in [&good, &held] {
            let status = status(house, serial);
            assert!(
                matches!(&status, CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise"),
                "{status:?}"
            );
        }
        assert_eq!(status(house, &intended), CertificateStatus::Abandoned);
        let House { db, rng, signer, .. } = house;
        let overtaken = issue(db, signer, prepared, rng, &act()).unwrap_err();
        assert_eq!(overtaken.code().name, "certificate-issuance-overtaken");
    });
}

fn with_exponent(rsa: &Rsa<openssl::pkey::Private>, exponent: u32) -> Vec<u8> {
    let (modulus, exponent) = (rsa.n().to_owned().unwrap(), BigNum::from_u32(exponent).unwrap());
    Rsa::from_public_components(modulus, exponent).unwrap().public_key_to_der().unwrap()
}

#[test]
fn an_rsa_key_of_the_same_modulus_is_the_same_key() {
    in_house("an_rsa_key_of_the_same_modulus_is_the_same_key", |house| {
        let rsa = Rsa::generate(2048).unwrap();
        let holder = nurse("899700000129");
        let good = house.issue("fo-pp-cps-auth", &holder, &with_exponent(&rsa, 65539)).serial;
        let recorded = record_key(house, &with_exponent(&rsa, 65537));
        assert_eq!(recorded.ended[0].serial, good);
        for exponent in [65537, 65539, 65543] {
            let key = with_exponent(&rsa, exponent);
            house.refuses("certificate-key-reused", "fo-pp-cps-auth", &holder, &key);
        }
        let said = one_more_by_sql(house, &good);
        assert!(said.contains("a compromised key is certified for nobody"), "{said}");
        assert!(
            record_at(house, &ToldKey::Whole(with_exponent(&rsa, 65543)), SOURCE, &act()).unwrap().already
        );
    });
}

#[test]
fn a_digest_bars_what_it_is_of_and_the_key_itself_all_of_its_modulus() {
    in_house("a_digest_bars_what_it_is_of_and_the_key_itself_all_of_its_modulus", |house| {
        let rsa = Rsa::generate(2048).unwrap();
        let (key, of_its_modulus) = (with_exponent(&rsa, 65537), with_exponent(&rsa, 65539));
        let holder = nurse("899700000129");
        let digest = ToldKey::Digest(Sha256::digest(&key).into());
        let first = record_at(house, &digest, SOURCE, &act()).unwrap();
        house.refuses("certificate-key-reused", "fo-pp-cps-auth", &holder, &key);
        let serial = house.issue("fo-pp-cps-auth", &holder, &of_its_modulus).serial;

        // Somebody finds the key itself.
        let later = Act { at: act().at.plus(Duration::from_secs(60)), ..act() };
        let whole = record_at(house, &ToldKey::Whole(key), SOURCE, &later).unwrap();
        assert_eq!((whole.already, whole.ended.len()), (false, 1));
        assert_eq!(whole.key, first.key, "the oldest record says since when");
        assert_eq!(status(house, &serial).word(), "revoked");
        house.refuses("certificate-key-reused", "fo-pp-cps-auth", &holder, &of_its_modulus);
        assert_eq!(told(house), 2);

        // The digest of a key that was certified here is that key.
        let rsa = Rsa::generate(2048).unwrap();
        house.issue("fo-pp-cps-auth", &holder, &with_exponent(&rsa, 65537));
        let digest = ToldKey::Digest(Sha256::digest(with_exponent(&rsa, 65537)).into());
        assert_eq!(record_at(house, &digest, SOURCE, &act()).unwrap().ended.len(), 1);
        let of_its_modulus = with_exponent(&rsa, 65539);
        house.refuses("certificate-key-reused", "fo-pp-cps-auth", &holder, &of_its_modulus);
    });
}

#[test]
fn the_key_of_an_authority_or_of_a_service_is_a_ceremonys_matter() {
    in_house("the_key_of_an_authority_or_of_a_service_is_a_ceremonys_matter", |house| {
        let before = told(house);
        let issuing =
            authority::all(&mut house.db).unwrap().into_iter().find(|one| one.parent != one.short_name);
        let mut keys = vec![(issuing.unwrap().public_key, "root-crl with [[revoke]]")];
        for (purpose, kind) in
            [(Purpose::Ocsp, "ocsp-responders with revoke_earlier"), (Purpose::List, "list-signer")]
        {
            keys.push((service_key::of_purpose(&mut house.db, purpose).unwrap()[0].public_key.clone(), kind));
        }
        for (key, kind) in keys {
            let digest = ToldKey::Digest(Sha256::digest(&key).into());
            for told in [ToldKey::Whole(key.clone()), digest] {
                let refused = record_at(house, &told, SOURCE, &act()).unwrap_err();
                assert_eq!(refused.code().name, "compromised-key-serves");
                assert!(refused.to_string().contains(" of AC"), "the certificate is named: {refused}");
                assert!(refused.to_string().contains(&format!("a ceremony of kind {kind}")), "{refused}");
            }
            assert_eq!(find(&mut house.db, &key).unwrap(), None);
        }
        assert_eq!(told(house), before);
    });
}

#[test]
fn the_key_of_a_root_or_of_the_audit_log_is_recorded_and_said_to_go_on() {
    in_house("the_key_of_a_root_or_of_the_audit_log_is_recorded_and_said_to_go_on", |house| {
        assert_eq!(in_service(&mut house.db).unwrap(), []);
        let root =
            authority::all(&mut house.db).unwrap().into_iter().find(|one| one.parent == one.short_name);
        let root = root.unwrap();
        let audit = service_key::of_purpose(&mut house.db, Purpose::Audit).unwrap().remove(0).public_key;
        let told = ToldKey::Digest(Sha256::digest(&root.public_key).into());
        let recorded = record_at(house, &told, SOURCE, &act()).unwrap();
        let of_root = Service::Root(root.short_name.clone());
        assert_eq!((recorded.goes_on, recorded.ended.len()), (vec![of_root.clone()], 0));
        assert_eq!((recorded.is_known, recorded.key.known_by.as_str()), (true, "key"));
        let stands = certificate::find(&mut house.db, &root.parent, &root.serial).unwrap().unwrap();
        assert_eq!(stands.status.word(), "good", "nothing revokes a root");
        let recorded = record_key(house, &audit);
        assert_eq!((recorded.goes_on, recorded.is_known), (vec![Service::AuditLog], true));
        let of: Vec<Service> =
            in_service(&mut house.db).unwrap().into_iter().map(|(service, _)| service).collect();
        assert_eq!(of, [of_root, Service::AuditLog]);
        for service in of {
            assert!(service.what_ends_it().len() > 20);
        }
    });
}

#[test]
fn the_key_of_a_list_signer_is_recorded_and_revoked_once_another_signs() {
    const TEST: &str = "the_key_of_a_list_signer_is_recorded_and_revoked_once_another_signs";
    in_folder(HERE, TEST, |folder| {
        let mut hall = Hall::new(load(folder));
        hall.hold(INSTALLATION).unwrap();
        let first = service_key::of_purpose(&mut hall.db, Purpose::List).unwrap().remove(0);
        let record = |hall: &mut Hall, key: &[u8]| {
            let told = ToldKey::Whole(key.to_vec());
            let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
            hall.db.write(|db| KeyInHand::take(db, &told)?.record(db, SOURCE, rng, &act()))
        };
        assert_eq!(record(&mut hall, &first.public_key).unwrap_err().code().name, "compromised-key-serves");
        let outcome = hall.hold(LIST_SIGNER).unwrap();
        let signed = hall.report(LIST_SIGNER).unwrap();
        verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
        let made = &outcome.certificates[0];
        assert_eq!((made.label.as_str(), made.issuer.as_str()), ("list-signer-lists-2027", "ACI-EL-ORG"));
        let recorded = record(&mut hall, &first.public_key).unwrap();
        assert_eq!((recorded.ended.len(), recorded.goes_on), (1, vec![]));
        assert_eq!(in_service(&mut hall.db).unwrap(), []);
        // The next one is the only one now.
        let second = service_key::of_purpose(&mut hall.db, Purpose::List).unwrap().remove(1);
        assert_eq!(record(&mut hall, &second.public_key).unwrap_err().code().name, "compromised-key-serves");
    });
}

#[test]
fn the_recorded_keys_come_in_pages_none_twice_and_none_left_out() {
    in_house("the_recorded_keys_come_in_pages_none_twice_and_none_left_out", |house| {
        for place in 0..5_u8 {
            // Two of them of one moment, and one key that is known in both ways.
            let told = ToldKey::Digest([place; 32]);
            record_at(house, &told, SOURCE, &act()).unwrap();
        }
        let key = key();
        record_at(house, &ToldKey::Digest(Sha256::digest(&key).into()), SOURCE, &act()).unwrap();
        let all = list(&mut house.db, None, 100).unwrap();
        assert_eq!(all.len(), 6);
        let (mut paged, mut after) = (Vec::new(), None);
        for _ in 0..=all.len() {
            let page = list(&mut house.db, after.as_ref(), 2).unwrap();
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            after = record_of(&mut house.db, &last.spki_sha256, &last.known_by).unwrap();
            paged.extend(page);
        }
        assert_eq!(paged, all);
    });
}

#[test]
fn a_digest_that_nothing_here_has_is_recorded_and_known_to_be_strange() {
    in_house("a_digest_that_nothing_here_has_is_recorded_and_known_to_be_strange", |house| {
        let key = key();
        house.issue("fo-pp-cps-auth", &nurse("899700000129"), &key);
        let strange = record_at(house, &ToldKey::Digest([7; 32]), SOURCE, &act()).unwrap();
        assert!(!strange.is_known);
        let digest = ToldKey::Digest(Sha256::digest(&key).into());
        assert!(record_at(house, &digest, SOURCE, &act()).unwrap().is_known);
        // Also once all over it has ended.
        assert!(record_at(house, &digest, SOURCE, &act()).unwrap().is_known);
    });
}

#[test]
fn how_it_was_learnt_is_said_and_on_one_line() {
    in_house("how_it_was_learnt_is_said_and_on_one_line", |house| {
        let told = ToldKey::Whole(key());
        for source in ["", "  ", "a\nb", &"é".repeat(LONGEST_SOURCE + 1)] {
            let refused = record_at(house, &told, source, &act()).unwrap_err();
            assert_eq!(refused.code().name, "compromised-key-source-invalid", "{source:?}");
        }
        record_at(house, &told, &"é".repeat(LONGEST_SOURCE), &act()).unwrap();
    });
}
