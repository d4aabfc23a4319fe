//! OCSP responders that ask for their successors: the status role and the worker as processes that share nothing
//! but the database, a clock that is ahead, and who writes into the inbox without being asked.

mod accounted;
mod apart;
mod forged;
mod nodes;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use ca_core::responder;
use card::{CardStatus, KeyUsage};
use diesel::prelude::*;
use openssl::x509::X509;
use store::schema::{responder_request_proofs, service_keys};
use store::{Database, DatabaseRole, Timestamp};

use super::invariants::of_card;
use super::workshop::Workshop;

/// How far ahead the clock is: the responders, of 90 days, end in 25.
const DAYS_AHEAD: i64 = 65;

const PATIENCE: Duration = Duration::from_secs(90);

/// A workshop whose responders are due.
pub fn due(workshop: &Workshop) {
    workshop.configure("demo", "clock_offset_days", DAYS_AHEAD);
}

/// Responders on record.
fn recorded(db: &mut Database) -> i64 {
    service_keys::table.filter(service_keys::purpose.eq("ocsp")).count().get_result(db).unwrap()
}

/// Requests that were signed.
fn signed(db: &mut Database) -> i64 {
    responder_request_proofs::table.count().get_result(db).unwrap()
}

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// An OCSP answer as it was sent, judged by openssl at a moment of the clock that is ahead.
struct Answer {
    file: PathBuf,
    signer: String,
}

/// The status role of a workshop, with a configuration of its own.
struct Status {
    process: Running,
    port: u16,
    operations: u16,
}

impl Status {
    fn start(workshop: &Workshop, config: &str) -> Self {
        let (port, operations) = (free_port(), free_port());
        let path = workshop.dir().join(config);
        let mut text: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        text["listen"]["status"] = format!("127.0.0.1:{port}").into();
        text["listen"]["operations"] = format!("127.0.0.1:{operations}").into();
        fs::write(&path, text.to_string()).unwrap();
        let process = start(&mut serving(workshop, "status", config));
        wait_for_port(port, Duration::from_secs(20));
        Self { process, port, operations }
    }

    /// Asks about a certificate; the answer, which openssl has verified.
    #[track_caller]
    fn answer(&self, workshop: &Workshop, certificate: &Certificate, name: &str) -> Answer {
        let file = workshop.dir().join(name);
        let url = format!("http://127.0.0.1:{}/ocsp", self.port);
        let asked = ["-url", &url, "-respout", file.to_str().unwrap()];
        let said = ocsp(workshop, certificate, &asked, workshop.now()).expect_exit(0).said();
        assert!(verifies(&said), "{said}");
        let signer = said
            .split("Certificate:")
            .skip(1)
            .find_map(|part| part.split_once("Serial Number:"))
            .map(|(_, after)| after.split_whitespace().next().unwrap().to_owned());
        Answer { file, signer: signer.unwrap_or_else(|| panic!("{said}")) }
    }

    fn readiness(&self) -> String {
        let url = format!("http://127.0.0.1:{}/readyz?verbose", self.operations);
        run(Command::new("curl").args(["--silent", "--max-time", "20", &url])).expect_exit(0).stdout
    }
}

fn serving(workshop: &Workshop, role: &str, config: &str) -> Command {
    let config = workshop.dir().join(config).display().to_string();
    workshop.command(&["--config", &config, "serve", "--role", role])
}

/// What openssl says of an answer, with the chain judged at `at`.
fn ocsp(workshop: &Workshop, certificate: &Certificate, from: &[&str], at: Timestamp) -> Finished {
    let ca = workshop.dir().join("public/ca");
    let mut command = Command::new("openssl");
    command
        .args(["ocsp", "-no_nonce", "-resp_text", "-issuer"])
        .arg(ca.join(format!("{}.cer", certificate.issuer)));
    command.args(["-serial", &format!("0x{}", certificate.serial)]).arg("-CAfile").arg(ca.join("chain.pem"));
    // For thisUpdate and nextUpdate openssl has only the machine's clock, and a tolerance.
    let tolerance = ((DAYS_AHEAD + 40) * 86_400).to_string();
    run(command.args(["-attime", &at.seconds().to_string(), "-validity_period", &tolerance]).args(from))
}

fn verifies(said: &str) -> bool {
    said.contains("Response verify OK") && said.contains(": good") && !said.contains("WARNING")
}

fn days(count: i64) -> Duration {
    Duration::from_secs(count.cast_unsigned() * 86_400)
}

/// A certificate of a card in somebody's pocket.
fn certificate(workshop: &Workshop) -> Certificate {
    let card = workshop.cards(CardStatus::Active)[0];
    let carried = of_card(&mut workshop.open(DatabaseRole::Owner), &card);
    carried.into_iter().find(|(usage, _)| *usage == KeyUsage::Authentication).unwrap().1
}

/// The status role answers about a certificate by the newest responder of its authority.
#[track_caller]
pub fn answered_by_the_newest(workshop: &Workshop, db: &mut Database) {
    let certificate = certificate(workshop);
    let newest = responder::newest(db, &certificate.issuer).unwrap().expect("its authority has a responder");
    let mut status = Status::start(workshop, "igc.toml");
    let answer = status.answer(workshop, &certificate, "answer.der");
    let serial = X509::from_der(newest.status.der().unwrap()).unwrap().serial_number().to_bn().unwrap();
    assert_eq!(answer.signer.replace(':', "").to_uppercase(), serial.to_hex_str().unwrap().to_string());
    assert!(status.process.stop(Duration::from_secs(30)).success());
}

/// Runs the status role until every responder has asked.
pub fn let_the_responders_ask(workshop: &Workshop) {
    let mut status = Status::start(workshop, "igc.toml");
    let mut db = workshop.open(DatabaseRole::Owner);
    until("six requests", || signed(&mut db) == 6);
    assert!(status.process.stop(Duration::from_secs(30)).success());
}
