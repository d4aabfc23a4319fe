mod card_batch;
mod card_keys;
mod staff;

use ca_core::certificate::{self, CertificateStatus};
use ca_core::issuance::{EvidenceKind, Preparation};
use card::{CardKind, CardNumber, CardStatus, KeyUsage};
use openssl::x509::X509;
use professional_registry::ImportedRegister;
use store::{Database, DatabaseRole, Fault};

use super::*;
use crate::approval::PROOF_VALIDITY;
use crate::opposition::{self, Ground};
use crate::testing::*;

fn status(house: &mut House, card: &CardNumber) -> CardStatus {
    card::get(&mut house.db, card).unwrap().life.status()
}

#[test]
fn an_approved_card_gets_both_certificates_of_its_holder() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let certified = house.certify(&mut worker, &card).unwrap();
    assert_eq!(certified.card.life.status(), CardStatus::Certified);
    assert_eq!(certified.certificates.len(), 2);
    let mut ends = Vec::new();
    for (usage, issuer, serial) in &certified.certificates {
        assert_eq!(issuer, "ACI-FO-PP");
        let found = certificate::find(&mut house.db, issuer, serial).unwrap().unwrap();
        let expected = if *usage == KeyUsage::Signature { "fo-pp-cps-sign" } else { "fo-pp-cps-auth" };
        assert_eq!(found.profile, expected);
        let x509 = X509::from_der(found.status.der().unwrap()).unwrap();
        let subject: Vec<String> =
            x509.subject_name().entries().map(|e| e.data().to_string().unwrap()).collect();
        for text in ["FR", "Infirmier", "ÉLISE", "DURAND", &nurse().to_string()] {
            assert!(subject.iter().any(|found| found == text), "{text} in {subject:?}");
        }
        ends.push(found.not_after);
    }
    assert_eq!(certified.card.life.expires_at(), ends.into_iter().min());
}

#[test]
fn a_student_is_certified_as_what_he_will_be() {
    let mut house = House::new();
    let mut worker = house.worker();
    let number =
        house.submit("alice", card_for(CardKind::Cpf, &student(), "10")).unwrap().number().to_owned();
    house.approve("bob", &number).unwrap();
    let card = house.personalise()[0];
    let certified = house.certify(&mut worker, &card).unwrap();
    let mut profiles = Vec::new();
    for (_, issuer, serial) in &certified.certificates {
        let found = certificate::find(&mut house.db, issuer, serial).unwrap().unwrap();
        let text = X509::from_der(found.status.der().unwrap()).unwrap().to_text().unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("en formation"), "{text}");
        assert!(text.contains("1.2.250.1.71.1.2.8:") && !text.contains("1.2.250.1.71.1.2.7:"), "{text}");
        profiles.push(found.profile);
    }
    profiles.sort();
    assert_eq!(profiles, ["fo-pp-cpf-auth", "fo-pp-cpf-sign"]);
}

#[test]
fn certifying_again_answers_with_what_stands() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let first = house.certify(&mut worker, &card).unwrap();
    let again = house.certify(&mut worker, &card).unwrap();
    assert_eq!(first.certificates, again.certificates);
    assert_eq!(card::certificates::of_card(&mut house.db, &card).unwrap().len(), 2);
}

#[test]
fn after_a_failure_the_good_certificate_is_kept_and_the_missing_one_is_made() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    worker.signer.fail_after = Some(1);
    house.certify(&mut worker, &card).unwrap_err();
    assert_eq!(status(&mut house, &card), CardStatus::Personalised);
    let before = card::certificates::of_card(&mut house.db, &card).unwrap();
    worker.signer.fail_after = None;
    let certified = house.certify(&mut worker, &card).unwrap();
    assert_eq!(certified.certificates[0].2.to_string(), before[0].serial, "the first one is kept");
    let attached = card::certificates::of_card(&mut house.db, &card).unwrap();
    assert_eq!(attached.len(), 3, "and the failed attempt stays on the card, revoked");
}

#[test]
fn an_attempt_under_way_is_left_alone() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let act = house.job();
    let House { db, rng, verifier, .. } = &mut house;
    let register = &mut ImportedRegister;
    let mut context = worker.context(verifier, register);
    let prepared = db
        .write(|db| {
            let mut preparation = Preparation::begin(db, context.issuance, context.epoch)?;
            card_preparation::prepare(db, &mut context, &mut preparation, &card, rng, &act)
        })
        .unwrap();
    assert_eq!(prepared.len(), KeyUsage::ALL.len());
    assert_eq!(code(house.certify(&mut worker, &card)), "certification-under-way");
}

#[test]
fn a_row_that_was_altered_after_the_approval_has_no_approval_left() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.approve("bob", &number).unwrap();
    let at = house.at;
    assert!(verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).is_ok());
    // What the triggers keep is kept for everyone: an attacker with more rights takes them away first.
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    let other = other_nurse();
    for alteration in [
        "family_name = 'MALLORY'".to_owned(),
        format!("holder = '{other}'"),
        "profession = '10'".to_owned(),
        "register_record = '{}'".to_owned(),
        "submitted_by = 'agent'".to_owned(),
        "version = 2".to_owned(),
        "replaces = '2600000001'".to_owned(),
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE card_orders SET {alteration} WHERE number = '{number}'")).unwrap();
        let error =
            verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap_err();
        let code = error.code().name;
        assert!(code.starts_with("approval-"), "{alteration}: {error}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
    assert!(verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).is_ok());
}

#[test]
fn an_approval_that_only_the_database_knows_is_none() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let forged = format!(
        "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
         proof_kind, proof) VALUES ('card-order', '{number}', 1, 'bob', 'approve', {}, 'demo', x'3000');
         UPDATE card_orders SET status = 'approved' WHERE number = '{number}'",
        house.at.millis()
    );
    house.sql(&forged).unwrap();
    let at = house.at;
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at);
    assert_eq!(code(outcome), "approval-proof-invalid");
}

#[test]
fn a_proof_replayed_from_another_order_is_no_evidence() {
    let mut house = House::new();
    let first = house.approved(&nurse());
    let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    let replayed = format!(
        "INSERT INTO decisions SELECT subject_kind, '{second}', subject_version, decided_by, decision, reason_code, \
         reason_text, decided_at, proof_kind, proof FROM decisions WHERE subject_number = '{}';
         UPDATE card_orders SET status = 'approved' WHERE number = '{second}'",
        first.number
    );
    house.sql(&replayed).unwrap();
    let at = house.at;
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &second, at);
    assert_eq!(code(outcome), "approval-proof-invalid");
}

#[test]
fn a_decision_of_somebody_who_could_not_decide_is_no_evidence() {
    let mut house = House::new();
    let order = house.approved(&nurse());
    let at = house.at;
    house.sql("DROP TRIGGER officers_keep_who_they_are").unwrap();
    for alteration in ["role = 'auditor'", "ended_at = 0", "enrolled_at = enrolled_at + 1"] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE officers SET {alteration} WHERE login = 'bob'")).unwrap();
        let outcome =
            verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &order.number, at);
        assert_eq!(code(outcome), "approval-evidence-missing", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
    let production = ApprovalVerifier::production();
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &production, &order.number, at);
    assert_eq!(code(outcome), "approval-proof-kind-refused");
    let expired = at.plus(PROOF_VALIDITY);
    let outcome =
        verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &order.number, expired);
    assert_eq!(code(outcome), "approval-proof-expired");
}

#[test]
fn what_is_not_approved_has_no_evidence() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let at = house.at;
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at);
    assert_eq!(code(outcome), "approval-evidence-missing");
    house.approve("bob", &number).unwrap();
    let approved =
        verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap();
    assert_eq!(approved.evidence().kind(), EvidenceKind::Officer);
}

#[test]
fn nothing_is_signed_for_a_card_whose_order_or_row_was_altered() {
    let mut house = House::new();
    let mut worker = house.worker();
    let order = house.approved(&nurse());
    let card = house.personalise()[0];
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    house
        .sql(&format!("UPDATE card_orders SET given_name = 'Eve' WHERE number = '{}'", order.number))
        .unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "approval-proof-invalid");
    house
        .sql(&format!("UPDATE card_orders SET given_name = 'Élise' WHERE number = '{}'", order.number))
        .unwrap();
    house.sql("DROP TRIGGER cards_keep_what_was_ordered").unwrap();
    house.sql(&format!("UPDATE cards SET holder = '{}' WHERE number = '{card}'", other_nurse())).unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "certification-card-altered");
    assert_eq!(card::certificates::of_card(&mut house.db, &card).unwrap(), []);
}

#[test]
fn nothing_is_signed_over_a_key_whose_chip_did_not_prove_it() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    house.sql("DROP TRIGGER card_keys_are_never_changed").unwrap();
    house
        .sql(
            "UPDATE card_keys SET proof = (SELECT k.proof FROM card_keys k WHERE k.key_usage = 'signature') \
             WHERE key_usage = 'authentication'",
        )
        .unwrap();
    assert_eq!(code(house.certify(&mut worker, &card)), "certification-key-unproven");
}

#[test]
fn nothing_is_signed_for_a_holder_who_left_the_register_meanwhile() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    house.import_day(2, &without(second_day(), &nurse()));
    assert_eq!(code(house.certify(&mut worker, &card)), "order-holder-ceased");
}

#[test]
fn a_card_opposed_before_or_between_its_certificates_never_has_a_good_one() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    worker.signer.fail_after = Some(1);
    house.certify(&mut worker, &card).unwrap_err();
    worker.signer.fail_after = None;
    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &act).unwrap();
    house.certify(&mut worker, &card).unwrap_err();
    for attached in card::certificates::of_card(&mut house.db, &card).unwrap() {
        let serial = attached.serial.parse().unwrap();
        let found = certificate::find(&mut house.db, &attached.issuer, &serial).unwrap().unwrap();
        assert!(matches!(found.status, CertificateStatus::Revoked { .. }), "{found:?}");
    }
}

#[test]
fn a_card_opposed_while_the_token_works_has_no_good_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
    let mut house = House::on(&url);
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    let act = house.officer("rita");
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    worker.signer.meanwhile = Some(Box::new(move || {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        opposition::oppose(&mut db, &card, Ground::Stolen, &mut rng, &act).unwrap();
    }));
    assert_eq!(code(house.certify(&mut worker, &card)), "certificate-issuance-overtaken");
    assert_eq!(status(&mut house, &card), CardStatus::Opposed);
    for attached in card::certificates::of_card(&mut house.db, &card).unwrap() {
        let serial = attached.serial.parse().unwrap();
        let found = certificate::find(&mut house.db, &attached.issuer, &serial).unwrap().unwrap();
        assert!(matches!(found.status, CertificateStatus::Revoked { der: None, .. }), "{found:?}");
    }
}

/// The main thread on PostgreSQL, each step under the database role of its process.
#[test]
fn the_life_of_a_card_on_postgresql_under_the_least_rights() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let mut worker = house.worker();
    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(code(house.approve("alice", &number)), "order-self-approval");
    house.approve("bob", &number).unwrap();

    house.db = Database::open(&url, DatabaseRole::Worker).unwrap();
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    house.activate(&card);
    let horizon = house.at.plus_years(4);
    let act = house.act(store::Actor::Job("renewal"));
    let House { db, rng, .. } = &mut house;
    let plan = crate::renewal::plan(db, &mut ImportedRegister, horizon, rng, &act).unwrap().unwrap();

    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    let proof = house.proof("bob", &plan.decidable());
    let bob = house.officer("bob");
    let House { db, rng, verifier, .. } = &mut house;
    db.write(|db| crate::renewal::approve(db, verifier, &plan.id, &proof, rng, &bob)).unwrap();

    house.db = Database::open(&url, DatabaseRole::Worker).unwrap();
    let House { db, rng, verifier, .. } = &mut house;
    let register = &mut ImportedRegister;
    let applied = crate::renewal::apply(db, register, verifier, &plan.id, rng, &act).unwrap();
    assert_eq!(applied.ordered.len(), 1);
    let successor = house.personalise()[0];

    // The web role opposes the successor while the token works for the worker: no good certificate.
    let rita = house.officer("rita");
    let web_url = url.clone();
    worker.signer.meanwhile = Some(Box::new(move || {
        let mut db = Database::open(&web_url, DatabaseRole::Web).unwrap();
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        opposition::oppose(&mut db, &successor, Ground::Stolen, &mut rng, &rita).unwrap();
    }));
    assert_eq!(code(house.certify(&mut worker, &successor)), "certificate-issuance-overtaken");
    assert_eq!(status(&mut house, &successor), CardStatus::Opposed);
    assert_eq!(status(&mut house, &card), CardStatus::Active);
}
