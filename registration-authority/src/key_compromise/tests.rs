//! Who records a key as compromised, what that ends and who is told; and on PostgreSQL, against a certification at the same moment.

mod race;

use ca_core::certificate::{self, CertificateStatus};
use ca_core::revocation::{self, RevocationReason};
use ca_core::serial::SerialNumber;
use ca_core::tbs;
use card::CardNumber;
use store::schema::{audit_events, compromised_keys, outbox};

use super::*;
use crate::certificate_request::{
    CertificateRequest, NewCertificateRequest, RequestState, SubmitRequestError, Wanted, get,
    structure_names, submit,
};
use crate::certification::certify_request;
use crate::opposition::{self, Ground};
use crate::testing::*;
use ca_core::issuance::IssuanceContext;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509Name, X509Req};
use professional_registry::ImportedRegister;

const SEAL: &str = "cachet";
const SOURCE: &str = "trouvée dans un dépôt public, signalement 2026-114";

fn key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn spki(key: &PKey<Private>) -> Vec<u8> {
    key.public_key_to_der().unwrap()
}

/// A request for a seal of the structure.
fn seal(key: &PKey<Private>) -> NewCertificateRequest {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", SEAL).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.set_pubkey(key).unwrap();
    request.sign(key, MessageDigest::sha256()).unwrap();
    NewCertificateRequest {
        profile: "el-org-sign".to_owned(),
        wanted: Wanted::Structure(STRUCTURE.parse().unwrap()),
        csr: request.build().to_der().unwrap(),
    }
}

fn allow_seal(house: &mut House) {
    let act = house.officer("alice");
    let House { db, rng, .. } = house;
    db.write(|db| structure_names::allow(db, &STRUCTURE.parse().unwrap(), SEAL, rng, &act)).unwrap();
}

/// A seal over this key, good: its request.
fn sealed(house: &mut House, worker: &mut Worker, key: &PKey<Private>) -> String {
    allow_seal(house);
    house.certified_request(worker, seal(key))
}

fn submit_seal(
    house: &mut House,
    worker: &Worker,
    key: &PKey<Private>,
) -> Result<CertificateRequest, SubmitRequestError> {
    let act = house.officer("agent");
    let Worker { profiles, identity, blocklist, .. } = worker;
    let issuance = IssuanceContext { profiles, identity, blocklist };
    let House { db, rng, .. } = house;
    db.write(|db| submit(db, &mut ImportedRegister, issuance, seal(key), rng, &act))
}

fn record_as(house: &mut House, actor: Actor, key: &[u8]) -> Result<RecordedKey, KeyCompromiseError> {
    let act = house.act(actor);
    record(&mut house.db, &ToldKey::Whole(key.to_vec()), SOURCE, &mut house.rng, &act)
}

fn operator() -> Actor {
    Actor::Operator("root".to_owned())
}

fn officer(login: &str) -> Actor {
    Actor::Officer(login.to_owned())
}

fn named(house: &mut House, number: &str) -> (String, SerialNumber) {
    let RequestState::Issued { issuer, serial, .. } = get(&mut house.db, number).unwrap().state else {
        panic!("{number} is not issued")
    };
    (issuer, serial)
}

fn status(house: &mut House, (issuer, serial): &(String, SerialNumber)) -> CertificateStatus {
    certificate::find(&mut house.db, issuer, serial).unwrap().unwrap().status
}

#[test]
fn a_key_that_is_learnt_of_after_its_certificate_was_superseded_is_asked_for_by_nobody() {
    on_both(|house| {
        let mut worker = house.worker();
        let key = key();
        let number = sealed(house, &mut worker, &key);
        let certificate = named(house, &number);
        let job = house.job();
        let House { db, rng, .. } = house;
        let reason = RevocationReason::Superseded;
        db.write(|db| revocation::revoke(db, &certificate.0, &certificate.1, reason, rng, &job)).unwrap();
        let open = submit_seal(house, &worker, &key).expect("its own structure may keep a key");
        let proof = house.proof("bob", &open.decidable());
        let (bob, agent) = (house.officer("bob"), house.officer("agent"));
        let House { db, rng, verifier, .. } = house;
        let registry = &mut ImportedRegister;
        db.write(|db| {
            certificate_request::approve(db, registry, verifier, &open.number, 1, &proof, rng, &bob)
        })
        .unwrap();

        let recorded = record_as(house, operator(), &spki(&key)).unwrap();
        assert!(!recorded.already && recorded.ended.is_empty(), "{recorded:?}");
        assert_eq!(recorded.key.recorded_by, "operator:root");
        // What was approved before is not certified.
        let House { db, rng, verifier, .. } = house;
        let registry = &mut ImportedRegister;
        let context = &mut worker.context(verifier, registry);
        assert_eq!(code(certify_request(db, context, &open.number, rng, &job)), "certificate-key-reused");
        // What is asked for again is not taken, whether a request is open or not.
        let refused = submit_seal(house, &worker, &key).unwrap_err().broken_rules();
        let rules: Vec<_> = refused.iter().map(|rule| rule.code).collect();
        assert_eq!(rules, ["request-already-open", "request-key-known"]);
        let House { db, rng, .. } = house;
        db.write(|db| certificate_request::withdraw(db, &open.number, rng, &agent)).unwrap();
        assert_eq!(code(submit_seal(house, &worker, &key)), "request-key-known");
        submit_seal(house, &worker, &self::key()).unwrap();
    });
}

#[test]
fn a_living_certificate_ends_with_the_record_and_its_applicant_is_told() {
    on_both(|house| {
        let mut worker = house.worker();
        let key = key();
        let number = sealed(house, &mut worker, &key);
        let certificate = named(house, &number);
        let recorded = record_as(house, officer("rita"), &spki(&key)).unwrap();
        assert_eq!(recorded.ended.len(), 1);
        let ended = status(house, &certificate);
        assert!(
            matches!(&ended, CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise"),
            "{ended:?}"
        );
        assert!(record_as(house, officer("rita"), &spki(&key)).unwrap().already);
        let told = |house: &mut House| -> Vec<(String, String)> {
            outbox::table
                .filter(outbox::notice.eq("certificate-revoked"))
                .select((outbox::recipient, outbox::subject))
                .load(&mut house.db)
                .unwrap()
        };
        let subject = format!("certificate request {number}");
        assert_eq!(told(house), [("officer:agent".to_owned(), subject)], "once");
        let events: Vec<(String, String)> = audit_events::table
            .filter(audit_events::action.eq_any(["certificate.revoked", "key.compromised"]))
            .order(audit_events::action)
            .select((audit_events::action, audit_events::actor))
            .load(&mut house.db)
            .unwrap();
        let rita = "officer:rita".to_owned();
        let both = [("certificate.revoked".to_owned(), rita.clone()), ("key.compromised".to_owned(), rita)];
        assert_eq!(events, both);
    });
}

#[test]
fn who_may_not_oppose_records_nothing() {
    let mut house = House::new();
    let mut worker = house.worker();
    let key = key();
    let number = sealed(&mut house, &mut worker, &key);
    let certificate = named(&mut house, &number);
    for login in ["agent", "audrey", "admin"] {
        assert_eq!(code(record_as(&mut house, officer(login), &spki(&key))), "officer-role-missing");
    }
    for actor in [Actor::Anyone, Actor::Holder(nurse().to_string()), Actor::Job("test")] {
        record_as(&mut house, actor, &spki(&key)).unwrap_err();
    }
    assert!(matches!(status(&mut house, &certificate), CertificateStatus::Good { .. }));
    assert_eq!(compromised_keys::table.count().get_result::<i64>(&mut house.db).unwrap(), 0);
    record_as(&mut house, officer("rita"), &spki(&key)).unwrap();
}

fn keys_of(house: &mut House, card: &CardNumber) -> Vec<Vec<u8>> {
    let attached = card::certificates::of_card(&mut house.db, card).unwrap();
    let key = |one: card::certificates::CardCertificate| {
        let found = certificate::find(&mut house.db, &one.issuer, &one.serial.parse().unwrap()).unwrap();
        tbs::public_key_of(&found.unwrap().tbs).unwrap()
    };
    attached.into_iter().map(key).collect()
}

#[test]
fn the_key_of_a_card_is_recorded_once_the_card_is_opposed() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let keys = keys_of(&mut house, &card);
    let refused = record_as(&mut house, operator(), &keys[0]).unwrap_err();
    assert_eq!(refused.code().name, "compromised-key-on-card");
    assert!(refused.to_string().contains(&card.to_string()), "{refused}");
    assert_eq!(compromised_keys::table.count().get_result::<i64>(&mut house.db).unwrap(), 0);

    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &card, Ground::Defective, &mut house.rng, &act).unwrap();
    assert!(record_as(&mut house, operator(), &keys[0]).unwrap().ended.is_empty());
}

fn returned_keys(house: &mut House, card: &CardNumber) -> Vec<Vec<u8>> {
    card::personalisation::keys_of(&mut house.db, card)
        .unwrap()
        .into_iter()
        .map(|key| key.public_key)
        .collect()
}

#[test]
fn the_key_of_a_card_that_waits_to_be_certified_names_the_card_and_is_recorded_once_it_is_opposed() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let keys = returned_keys(&mut house, &card);
    let told = [ToldKey::Whole(keys[1].clone()), ToldKey::Digest(openssl::sha::sha256(&keys[1]))];
    let act = house.act(operator());
    for told in &told {
        let refused = record(&mut house.db, told, SOURCE, &mut house.rng, &act).unwrap_err();
        assert_eq!(refused.code().name, "compromised-key-on-card");
        let said = format!("{card}, which is not certified yet");
        assert!(refused.to_string().contains(&said), "{refused}");
        assert!(refused.code().help.contains("igc opposition add"), "{}", refused.code().help);
    }
    assert_eq!(compromised_keys::table.count().get_result::<i64>(&mut house.db).unwrap(), 0);

    let rita = house.officer("rita");
    opposition::oppose(&mut house.db, &card, Ground::Defective, &mut house.rng, &rita).unwrap();
    record(&mut house.db, &told[0], SOURCE, &mut house.rng, &act).unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "card-wrong-state");
}

#[test]
fn a_card_whose_key_was_recorded_before_its_bureau_returned_it_is_named_when_it_cannot_be_certified() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let key = returned_keys(&mut house, &card).remove(0);
    let act = house.act(operator());
    let House { db, rng, .. } = &mut house;
    // As it would have been recorded then: no card had it.
    db.write(|db| KeyInHand::take(db, &ToldKey::Whole(key))?.record(db, SOURCE, rng, &act)).unwrap();
    let refused = house.certify(&mut worker, &card).unwrap_err();
    assert_eq!(refused.code().name, "certification-key-barred");
    assert!(refused.to_string().contains(&card.to_string()), "{refused}");
    assert!(refused.code().help.contains("igc opposition add"), "{}", refused.code().help);
}

#[test]
fn whoever_asked_hears_that_it_is_revoked_where_it_was_before_the_request_said_that_it_was_issued() {
    let mut house = House::new();
    let mut worker = house.worker();
    let key = key();
    allow_seal(&mut house);
    house.speaks_for(STRUCTURE);
    let open = submit_seal(&mut house, &worker, &key).unwrap();
    let proof = house.proof("bob", &open.decidable());
    let (bob, job) = (house.officer("bob"), house.job());
    let House { db, rng, verifier, .. } = &mut house;
    let (number, registry) = (&open.number, &mut ImportedRegister);
    db.write(|db| certificate_request::approve(db, registry, verifier, number, 1, &proof, rng, &bob))
        .unwrap();
    let mut certify = |house: &mut House| {
        let House { db, rng, verifier, .. } = house;
        certify_request(db, &mut worker.context(verifier, &mut ImportedRegister), number, rng, &job)
    };
    // It is signed and good, and the worker dies before the request's own row.
    house
        .sql(
            "CREATE TRIGGER sabotage BEFORE INSERT ON outbox WHEN NEW.notice = 'certificate-issued'
             BEGIN SELECT RAISE(ABORT, 'sabotage'); END",
        )
        .unwrap();
    assert!(certify(&mut house).unwrap_err().to_string().contains("sabotage"));
    house.sql("DROP TRIGGER sabotage").unwrap();

    let recorded = record_as(&mut house, operator(), &spki(&key)).unwrap();
    assert_eq!((recorded.ended.len(), recorded.open_requests), (1, vec![number.clone()]));
    let refused = certify(&mut house).unwrap_err();
    assert_eq!(refused.code().name, "certificate-ended", "{refused}");
    let certificate = named(&mut house, number);
    assert_eq!(status(&mut house, &certificate).word(), "revoked");
    let told: Vec<String> = outbox::table
        .filter(outbox::subject.eq(format!("certificate request {number}")))
        .filter(outbox::notice.eq_any(["certificate-issued", "certificate-revoked"]))
        .select(outbox::notice)
        .load(&mut house.db)
        .unwrap();
    assert_eq!(told, ["certificate-revoked"]);
}

#[test]
fn a_record_that_fails_anywhere_leaves_nothing() {
    let mut house = House::new();
    let mut worker = house.worker();
    let key = key();
    let number = sealed(&mut house, &mut worker, &key);
    let certificate = named(&mut house, &number);
    for table in ["compromised_keys", "certificate_status_events", "outbox", "audit_events"] {
        house
            .sql(&format!(
                "CREATE TRIGGER sabotage BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'sabotage'); END"
            ))
            .unwrap();
        let error = record_as(&mut house, operator(), &spki(&key)).unwrap_err();
        assert!(error.to_string().contains("sabotage"), "{table}: {error}");
        house.sql("DROP TRIGGER sabotage").unwrap();
        assert!(matches!(status(&mut house, &certificate), CertificateStatus::Good { .. }), "{table}");
        assert_eq!(compromised_keys::table.count().get_result::<i64>(&mut house.db).unwrap(), 0);
    }
    record_as(&mut house, operator(), &spki(&key)).unwrap();
}
