//! Processes that live on while their database fails: what was half done is settled by those that began it, and all
//! goes on by itself when the database is back.

use acceptance::harness::{DatabaseKind, Running, start};
use ca_core::certificate::{Certificate, CertificateStatus};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use store::DatabaseRole;

use super::desk::Desk;
use super::invariants::{of_card, states};
use super::standstill::{PATIENCE, Standstill, until};
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

/// Seconds of a lease that does not pass while a test waits: only its own worker can end that run.
const LONG_LEASE: i64 = 600;

const SIGNED: (&str, &str) = ("BEFORE UPDATE ON certificates FOR EACH ROW", "NEW.status = 'good'");

fn worker_of(workshop: &Workshop) -> Running {
    workshop.configure("jobs", "lease_seconds", LONG_LEASE);
    start(&mut workshop.command(&["serve", "--role", "worker"]))
}

/// Two good certificates, and nothing half made.
fn is_certified(states: &[&str]) -> bool {
    let count = |state: &str| states.iter().filter(|one| **one == state).count();
    count("good") == 2 && count("signing") == 0 && count("intended") == 0
}

#[test]
fn a_worker_whose_connection_breaks_with_the_signatures_in_its_hand_revokes_the_serials_and_goes_on() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    let mut db = workshop.open(DatabaseRole::Owner);
    let mut standstill = Standstill::before(workshop.url(), SIGNED.0, SIGNED.1);
    let mut worker = worker_of(&workshop);
    let connection = standstill.reached();
    assert_eq!(states(&mut db, &card), ["signing", "signing"], "where it stands");
    standstill.cut(connection);
    standstill.release();
    until("the same worker settles it and certifies anew", || {
        states(&mut db, &card) == ["good", "good", "revoked", "revoked"]
    });
    assert!(worker.stop(PATIENCE).success(), "{}", worker.stderr());
    workshop.check();
}

#[test]
fn a_worker_whose_last_statement_fails_revokes_the_serial_and_goes_on_its_connection_whole() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    let mut db = workshop.open(DatabaseRole::Owner);
    db.batch_execute(&format!(
        "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF {} THEN RAISE EXCEPTION 'the disk of this test is full' USING ERRCODE = 'disk_full'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER a_disk_is_full {} EXECUTE FUNCTION is_full();",
        SIGNED.1, SIGNED.0
    ))
    .unwrap();
    let mut worker = worker_of(&workshop);
    until("a certificate could not be recorded", || {
        worker.stderr().contains("the disk of this test is full")
    });
    assert!(states(&mut db, &card).contains(&"signing"), "the failure left it so");
    db.batch_execute("DROP TRIGGER a_disk_is_full ON certificates").unwrap();
    until("the same worker settles what it left", || is_certified(&states(&mut db, &card)));
    let revoked: Vec<_> = of_card(&mut db, &card)
        .into_iter()
        .filter(|(_, one)| matches!(one.status, CertificateStatus::Revoked { .. }))
        .collect();
    assert!(!revoked.is_empty());
    assert!(worker.stop(PATIENCE).success(), "{}", worker.stderr());
    workshop.check();
}

#[test]
fn every_role_goes_on_by_itself_when_the_database_comes_back() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let known = workshop.cards(CardStatus::Active)[0];
    let certificate = of_card(&mut workshop.open(DatabaseRole::Owner), &known)[0].1.clone();
    let card = workshop.personalise(1)[0];
    let mut status = status_service(&workshop);
    let mut desk = Desk::open(&workshop, "registration-officer");
    assert_eq!(status.says(&workshop, &certificate), "good");
    assert_eq!(desk.queue(), "200");
    // A server that is started again while nobody asks.
    workshop.database().take_away();
    workshop.database().give_back();
    assert_eq!(desk.queue(), "200", "the connections that were kept are not used");
    assert_eq!(status.says(&workshop, &certificate), "good", "nor those of the responder");

    let mut standstill = Standstill::before(workshop.url(), SIGNED.0, SIGNED.1);
    let mut worker = worker_of(&workshop);
    standstill.reached();

    workshop.database().take_away();
    assert_eq!(status.says(&workshop, &certificate), "good", "what is in memory is answered");
    let not_in_memory = Certificate { serial: "1DFF".parse().unwrap(), ..certificate.clone() };
    let trouble = status.ask(&workshop, &not_in_memory).said();
    assert!(trouble.contains("trylater"), "{trouble}");
    until("the status role says since when", || {
        let (ready, said) = status.readiness();
        !ready && said.contains("status log: not read since ") && said.contains(" is answered until ")
    });
    assert_eq!(desk.queue(), "503", "no page, and no crash");
    until("the worker has noticed", || worker.stderr().contains("cannot begin again yet"));
    workshop.database().give_back();

    assert_eq!(status.says(&workshop, &not_in_memory), "unknown", "the first question is answered");
    until("the status role is in step again", || status.readiness().1.contains("status log: ok, in step"));
    assert_eq!(desk.queue(), "200", "the first page is shown");
    let mut db = workshop.open(DatabaseRole::Owner);
    // Whether the signature was recorded in the very moment of the cut or not, nothing stays half made.
    until("the worker goes on", || is_certified(&states(&mut db, &card)));
    for process in [&mut worker, status.process(), desk.process()] {
        assert!(process.stop(PATIENCE).success(), "{}", process.stderr());
    }
    workshop.check();
}
