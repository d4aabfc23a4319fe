//! A database that neither answers nor refuses: monitoring hears of it all the same, and relying parties hear what was known.

use std::thread;
use std::time::{Duration, Instant};

use acceptance::harness::DatabaseKind;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::ocsp::OcspCertStatus;
use store::DatabaseRole;
use store::schema::certificates;

use super::invariants::of_card;
use super::standstill::{Standstill, until};
use super::status_service::status_service;
use super::workshop::workshop;

/// How long `/readyz` may take: three seconds, and what a machine that has other things to do adds.
const SOON: Duration = Duration::from_secs(6);

#[test]
fn whether_traffic_may_come_is_answered_while_the_database_keeps_silent() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let status = status_service(&workshop);
    until("the status role has read the log", || status.readiness().1.contains("[+] status log: ok"));
    let mut holding = workshop.open(DatabaseRole::Owner);
    // Whoever asks for these waits for as long as this transaction stands.
    holding.batch_execute("BEGIN; LOCK TABLE authorities, certificate_status_events").unwrap();
    let asked = || {
        let began = Instant::now();
        let (is_ready, text) = status.readiness();
        assert!(began.elapsed() < SOON, "after {:?}: {text}", began.elapsed());
        assert!(!is_ready && text.contains("[-] database: it does not answer"), "{text}");
        assert!(text.contains("[+] oppositions full.json: ok"), "the public folder is well: {text}");
        text
    };
    // More often than there are connections: each that hangs keeps one.
    for _ in 0..6 {
        asked();
    }
    until("the age of what is known is told", || asked().contains("[-] status log: not read since"));
    holding.batch_execute("ROLLBACK").unwrap();
    until("it is ready again", || status.readiness().1.contains("[+] database: ok"));
}

/// Their transaction reads the time by which they become good, and commits seconds after it.
#[test]
fn certificates_issued_since_the_status_role_started_are_answered_while_the_database_keeps_silent() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1).remove(0);
    let status = status_service(&workshop);
    until("the status role has read the log", || status.readiness().1.contains("[+] status log: ok"));
    let event = "BEFORE UPDATE OF der ON certificates FOR EACH STATEMENT";
    let mut standstill = Standstill::before(workshop.url(), event, "current_user = 'igc_worker'");
    thread::scope(|scope| {
        let certified = scope.spawn(|| workshop.job("certification"));
        standstill.reached();
        // For longer than what is read again at each look.
        thread::sleep(Duration::from_secs(4));
        standstill.release();
        certified.join().unwrap();
    });
    let mut holding = workshop.open(DatabaseRole::Owner);
    let issued = of_card(&mut holding, &card);
    assert_eq!(issued.len(), 2);
    let ended_or_good = certificates::table.filter(certificates::status.eq_any(["good", "revoked"]));
    let all: i64 = ended_or_good.count().get_result(&mut holding).unwrap();
    let all_known = format!("in step, {all} certificates in memory");
    until("all are in memory", || status.readiness().1.contains(&all_known));
    holding.batch_execute("BEGIN; LOCK TABLE authorities, certificates, certificate_status_events").unwrap();
    for (_, certificate) in &issued {
        assert_eq!(status.status_of(&workshop, certificate), OcspCertStatus::GOOD);
    }
    holding.batch_execute("ROLLBACK").unwrap();
}
