//! The running worker and its signer: what it does not load, what it survives, what it notices.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::service_key::{self, Purpose};
use ca_core::signer::ledger::{LedgerError, LedgerFault, follow};
use ca_core::signer::sign_verified;
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::{audit_events, audit_payloads, signing_alarms};

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
        match follow(&ledger, None, usize::MAX) {
            Ok(followed) => followed.map_or(0, |followed| followed.entries.len()),
            // A signer has just made it, and its first line is not written yet.
            Err(LedgerError { what: LedgerFault::NoHead, .. }) => 0,
            Err(error) => panic!("{error}"),
        }
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
        let answer = Command::new("curl").args(["--silent", "--max-time", "20", &url]).output();
        String::from_utf8(answer.unwrap().stdout).unwrap()
    }
}

#[test]
fn the_signers_end_with_the_worker_and_not_with_a_signal_to_all() {
    let mut serving = Serving::start();
    serving.signs_again();
    let signers = children(serving.running.id());
    assert!(!signers.is_empty());
    for signer in &signers {
        run(Command::new("kill").args(["-TERM", signer])).expect_exit(0);
    }
    serving.signs_again();
    assert_eq!(children(serving.running.id()), signers, "they wait for the end of their worker");
    serving.running.kill();
    let gone = |pid: &String| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    until("the signers are gone", || signers.iter().all(gone));
}

/// The children of a process, by number.
fn children(pid: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of_task = |task: std::io::Result<fs::DirEntry>| {
        fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default()
    };
    let mut children: Vec<String> = tasks
        .map(of_task)
        .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    children.sort();
    children
}

#[test]
fn a_signature_nobody_intended_is_an_alarm_within_seconds() {
    let serving = Serving::start();
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

#[test]
fn a_wrong_signature_that_a_second_attempt_heals_is_an_alarm_until_somebody_has_seen_to_it() {
    let serving = Serving::start();
    serving.signs_again();
    let workshop = &serving.token.workshop;
    serving.doctor().expect_exit(0);
    serving.token.hsm.ask("wrong-signature");
    serving.signs_again();
    until("the wrong signature was made", || serving.token.hsm.met());

    until("it is logged", || serving.running.stderr().contains("signer-signature-wrong"));
    until("it is counted", || serving.operations_say("/metrics").contains("\nigc_signing_alarms_open 1\n"));
    assert!(serving.operations_say("/readyz").contains("[!] signatures: 1 alarms"));
    let doctor = serving.doctor().expect_exit(1).stdout;
    assert!(
        doctor.contains("1 signatures were refused") && doctor.contains("they are not of key"),
        "{doctor}"
    );
    let mut db = workshop.open(DatabaseRole::Owner);
    let payload: String = audit_payloads::table
        .inner_join(audit_events::table)
        .filter(audit_events::action.eq("signing.alarm"))
        .select(audit_payloads::payload)
        .first(&mut db)
        .unwrap();
    assert!(payload.contains("signer-signature-wrong"), "{payload}");

    let (ledger, sequence): (String, i64) = signing_alarms::table
        .select((signing_alarms::ledger, signing_alarms::sequence))
        .first(&mut db)
        .unwrap();
    let sequence = sequence.to_string();
    workshop.igc(&["audit", "acknowledge", &ledger, &sequence, "--reason", "the HSM was exchanged"]);
    serving.doctor().expect_exit(0);
}
