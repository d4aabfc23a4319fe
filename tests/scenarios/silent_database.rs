//! A database that neither answers nor refuses: monitoring hears of it all the same.

use std::time::{Duration, Instant};

use acceptance::harness::DatabaseKind;
use diesel::connection::SimpleConnection;
use store::DatabaseRole;

use super::standstill::until;
use super::status_service::status_service;
use super::workshop::workshop;

/// How long `/readyz` may take on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(12);

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
