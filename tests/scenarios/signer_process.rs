//! The running worker and its signer: what it does not load, what it survives, what it notices.

use std::fs;
use std::time::{Duration, Instant};

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::service_key::{self, Purpose};
use ca_core::signer::ledger::follow;
use ca_core::signer::sign_verified;
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::audit_events;

use super::signer_faults::Token;
use super::standstill::until;

/// Every role of an installation whose HSM fails on demand.
struct Serving {
    token: Token,
    running: Running,
    operations: u16,
}

impl Serving {
    fn start() -> Self {
        let token = Token::softhsm();
        token.workshop.configure("hsm", "deadline_seconds", 2);
        let operations = free_port();
        for (key, port) in [("web", free_port()), ("status", free_port()), ("operations", operations)] {
            token.workshop.configure("listen", key, format!("127.0.0.1:{port}"));
        }
        let running = start(token.hsm.steer(&mut token.workshop.command(&["serve"])));
        wait_for_port(operations, Duration::from_secs(30));
        Self { token, running, operations }
    }

    fn lines(&self) -> usize {
        let ledger = self.token.workshop.dir().join("signer/issuing.ledger");
        follow(&ledger, None, usize::MAX).unwrap().map_or(0, |followed| followed.entries.len())
    }

    /// Lets something happen, so that the worker must sign a checkpoint over it; the seconds until it has.
    fn signs_again(&self) -> Duration {
        let before = self.lines();
        let started = Instant::now();
        self.token.workshop.submit(1);
        until("a checkpoint is signed", || self.lines() > before);
        started.elapsed()
    }

    fn doctor(&self) -> Finished {
        run(self.token.hsm.steer(&mut self.token.workshop.command(&["doctor"])))
    }

    fn operations_say(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.operations);
        let answer = std::process::Command::new("curl").args(["--silent", "--max-time", "20", &url]).output();
        String::from_utf8(answer.unwrap().stdout).unwrap()
    }
}

#[test]
fn the_worker_loads_no_pkcs11_library_and_outlives_one_that_hangs_or_crashes() {
    let serving = Serving::start();
    let worker = serving.running.id();
    serving.signs_again();
    for fault in ["crash", "hang", "device-error"] {
        serving.token.hsm.ask(fault);
        let took = serving.signs_again();
        assert!(serving.token.hsm.met(), "{fault}");
        assert!(took < Duration::from_secs(10), "{fault}: {took:?}");
        serving.signs_again();
    }
    let maps = fs::read_to_string(format!("/proc/{worker}/maps")).expect("the worker is the same process");
    assert!(maps.contains("libcrypto"), "the maps are the program's");
    assert!(!maps.contains("hsm_fault") && !maps.contains("softhsm"), "{maps}");
    serving.doctor().expect_exit(0);
}

#[test]
fn a_signature_nobody_intended_is_an_alarm_within_seconds() {
    let mut serving = Serving::start();
    serving.signs_again();
    assert!(!serving.operations_say("/readyz").contains("signatures"));
    let workshop = &serving.token.workshop;
    serving.doctor().expect_exit(0);

    // Somebody who controls the worker has the audit key sign what he likes.
    let mut db = workshop.open(DatabaseRole::Owner);
    let key = service_key::of_purpose(&mut db, Purpose::Audit).unwrap().pop().unwrap();
    let process = serving.token.process(&workshop.dir().join("signer/issuing.ledger"));
    let subject = "crl ACI-FO-PP full 999";
    sign_verified(&mut process.signer(), &key.key, &key.public_key, subject, b"what he likes").unwrap();

    let started = Instant::now();
    until("the alarm is recorded", || {
        audit_events::table
            .filter(audit_events::action.eq("signing.alarm"))
            .count()
            .get_result::<i64>(&mut db)
            .unwrap()
            == 1
    });
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    until("it is logged", || serving.running.stderr().contains("signature-not-intended"));
    let readiness = serving.operations_say("/readyz");
    assert!(
        readiness.contains("[!] signatures: 1 alarms") && readiness.ends_with("\nready\n"),
        "{readiness}"
    );
    assert!(serving.operations_say("/metrics").contains("\nigc_signing_alarms_total 1\n"));
    assert!(serving.doctor().expect_exit(1).stdout.contains(subject));
}
