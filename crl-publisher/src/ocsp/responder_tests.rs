//! Who signs: responders that follow each other, are revoked, or are not known yet.

use std::sync::Barrier;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::ID_SHA_1;
use der::Encode;
use diesel::connection::SimpleConnection;

use super::Answer;
use super::kept_tests::{DAY, about, desk, desk_that_takes, later, verified, world};
use super::response::OcspResponseStatus;
use super::tests::{cert_id, request};
use crate::fixture::{ISSUING, ROOT};

#[test]
fn each_answer_carries_the_certificate_of_the_key_that_signed_it() {
    let mut world = world();
    let act = world.act(DAY);
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    // The token of this node does not have the newest key: the one before signs, and is kept as its own.
    let mut without = world.signer.clone();
    let key = world.another_responder(ISSUING);
    std::mem::swap(&mut world.signer, &mut without);
    let old = desk(&world);
    std::mem::swap(&mut world.signer, &mut without);
    old.answers.synchronise(&mut world.db, &act).unwrap();
    let first = old.ask(&request, &act);
    assert_eq!(old.answers.at_once(&request, act.at).ok().as_ref(), Some(&first));
    let new = desk(&world);
    new.answers.synchronise(&mut world.db, &act).unwrap();
    let second = new.ask(&request, &act);
    let signer_of =
        |answer: &Answer| verified(answer).certs.unwrap()[0].tbs_certificate().serial_number().clone();
    assert_ne!(signer_of(&first), signer_of(&second), "{key}");
}

#[test]
fn a_newer_responder_signs_anew_what_the_one_before_had_signed() {
    let mut world = world();
    let act = world.act(DAY);
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    world.another_responder(ISSUING);
    let newest = "name LIKE '%-after'";
    let away = format!(
        "DROP TRIGGER service_keys_are_never_deleted;
         CREATE TABLE away AS SELECT * FROM service_keys WHERE {newest}; DELETE FROM service_keys WHERE {newest};"
    );
    world.db.batch_execute(&away).unwrap();
    let desk = desk(&world);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let first = desk.ask(&request, &act);
    world.db.batch_execute("INSERT INTO service_keys SELECT * FROM away").unwrap();
    let soon = later(&act, Duration::from_secs(30));
    desk.answers.synchronise(&mut world.db, &soon).unwrap();
    let second = desk.ask(&request, &soon);
    assert_ne!(verified(&first).certs, verified(&second).certs);
    assert_eq!(desk.answers.at_once(&request, soon.at).ok(), Some(second), "and is kept in its turn");
}

#[test]
fn a_responder_that_is_revoked_answers_no_more_from_the_moment_its_event_was_applied() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    let answer = desk.ask(&request, &act);
    let serial = verified(&answer).certs.unwrap()[0].tbs_certificate().serial_number().to_string();
    world.revoke(ISSUING, &serial.replace(':', ""), RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert_eq!(desk.ask(&request, &act), Answer::error(OcspResponseStatus::Unauthorized));
}

#[test]
fn a_responder_that_is_revoked_answers_no_more_where_the_others_cannot_be_loaded_either() {
    let mut world = world();
    world.another_responder(ISSUING);
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    world.db.batch_execute("ALTER TABLE service_keys RENAME TO away").unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    let signer_of = |answer: &Answer| {
        let serial = verified(answer).certs.unwrap()[0].tbs_certificate().serial_number().to_string();
        serial.replace(':', "")
    };
    let newest = signer_of(&desk.ask(&request, &act));
    world.revoke(ISSUING, &newest, RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let one_before = signer_of(&desk.ask(&request, &act));
    assert_ne!(one_before, newest);
    world.revoke(ISSUING, &one_before, RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert_eq!(desk.ask(&request, &act), Answer::error(OcspResponseStatus::Unauthorized));
}

#[test]
fn all_who_ask_about_an_issuer_that_is_not_known_have_it_looked_for_once() {
    let mut world = world();
    let act = world.act(DAY);
    let desk = desk_that_takes(&world, Duration::from_millis(300));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = request(vec![cert_id(&world, ROOT, ID_SHA_1, &[0x1D, 0x01])], vec![]).to_der().unwrap();
    let (together, soon) = (Barrier::new(24), later(&act, Duration::from_secs(1)));
    std::thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| {
                together.wait();
                assert_eq!(desk.ask(&request, &soon), Answer::error(OcspResponseStatus::Unauthorized));
            });
        }
    });
    assert_eq!(desk.opened.load(Ordering::SeqCst), 1);
}

#[test]
fn an_issuer_that_is_not_known_yet_is_looked_for_before_it_is_unauthorized() {
    let (mut world, here) = (world(), "purpose = 'ocsp'");
    let away = format!(
        "DROP TRIGGER service_keys_are_never_deleted;
         CREATE TABLE away AS SELECT * FROM service_keys WHERE {here}; DELETE FROM service_keys WHERE {here};"
    );
    world.db.batch_execute(&away).unwrap();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    let unauthorized = Answer::error(OcspResponseStatus::Unauthorized);
    assert_eq!(desk.ask(&request, &act), unauthorized);
    world.db.batch_execute("INSERT INTO service_keys SELECT * FROM away").unwrap();
    assert_eq!(desk.ask(&request, &act), unauthorized, "they were loaded in this very moment");
    verified(&desk.ask(&request, &later(&act, Duration::from_secs(1))));
}
