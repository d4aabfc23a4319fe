//! P10: from the start of the responder's process with a million certificates until ten thousand answers about any
//! of them are right, beside `openssl ocsp`, which reads the same certificates from its index.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::ocsp::response::CertStatus;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::CONNECTIONS;
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{issuer, with_certificates};
use crate::cpu;
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};
use crate::stored::serial_tail;

const CERTIFICATES: u64 = 1_000_000;
const ANSWERS: u64 = 10_000;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let requests = Requests::about(&issuer(&store), Method::Post);
    let folder = installation.folder().join("openssl-ocsp");
    openssl_responder(&folder, &prefix(&store));
    let index = || openssl_reads_its_index(&folder);
    let row = |what: &str, answers: u64| {
        let pairs = measure(|| ours(&store, &requests, answers), index);
        let outcome = |unit, of: fn(&Sample) -> f64, goal| {
            let what = format!("{what}; {CERTIFICATES} certificates, SQLite, SoftHSM");
            Outcome::new("P10", what, unit, pairs.medians(of), pairs.ratio(of), goal)
        };
        [
            outcome("s CPU", |sample| sample.cpu.as_secs_f64(), Goal::AtMost(0.5)),
            outcome("s", |sample| sample.wall.as_secs_f64(), Goal::None),
        ]
    };
    let mut outcomes =
        Vec::from(row("cold start until the first answer is right, to openssl ocsp until its first", 1));
    outcomes.extend(row(
        "cold start until 10 000 answers are right, each signed, to openssl ocsp until its first",
        ANSWERS,
    ));
    outcomes
}

/// The start, and `answers` right ones.
fn ours(store: &Installation, requests: &Requests, answers: u64) -> Sample {
    let began = Instant::now();
    let responder = Responder::begin(store, 64);
    let seed = began.elapsed().as_nanos() as u64;
    let each = answers.div_ceil(CONNECTIONS as u64);
    thread::scope(|scope| {
        for number in 0..CONNECTIONS.min(answers as usize) as u64 {
            let address = &responder.address;
            scope.spawn(move || {
                let mut draw = Draw::new(Spread::Uniform, CERTIFICATES, seed ^ number);
                let (mut connection, mut request) = (Connection::open(address), Vec::new());
                for _ in 0..each {
                    requests.write(serial_tail(draw.certificate()), &mut request);
                    // Answers before everything is read are looked up; none is ever wrong.
                    assert!(matches!(connection.status(&request), Some(CertStatus::Good(_))), "it is good");
                }
            });
        }
    });
    let mut responder = responder;
    while !responder.has_applied(0) {
        thread::sleep(Duration::from_millis(1));
    }
    Sample { operations: 1, wall: began.elapsed(), cpu: responder.child.cpu() }
}

fn prefix(store: &Installation) -> String {
    let prefix = issuer(store).serial_prefix.expect("an issuing authority has one");
    prefix.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02X}").expect("a string takes all");
        text
    })
}

/// A responder of OpenSSL's with the same serial numbers, and a request for it.
fn openssl_responder(folder: &Path, prefix: &str) {
    std::fs::create_dir_all(folder).expect("the folder can be written");
    let mut index = String::new();
    for n in 0..CERTIFICATES {
        writeln!(index, "V\t400101000000Z\t\t{prefix}{:016X}\tunknown\t/CN={n}", serial_tail(n))
            .expect("a string takes all");
    }
    std::fs::write(folder.join("index.txt"), index).expect("the folder can be written");
    std::fs::write(folder.join("index.txt.attr"), "unique_subject = no\n")
        .expect("the folder can be written");
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=yardstick",
            "-keyout",
            "key.pem",
            "-out",
            "ca.pem",
        ],
    );
    let serial = format!("0x{prefix}{:016X}", serial_tail(CERTIFICATES / 2));
    openssl(
        folder,
        &["ocsp", "-issuer", "ca.pem", "-serial", &serial, "-no_nonce", "-reqout", "request.der"],
    );
}

fn openssl_reads_its_index(folder: &Path) -> Sample {
    let (before, began) = (cpu::used(), Instant::now());
    openssl(
        folder,
        &[
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "ca.pem",
            "-rsigner",
            "ca.pem",
            "-rkey",
            "key.pem",
            "-reqin",
            "request.der",
            "-respout",
            "answer.der",
        ],
    );
    Sample { operations: 1, wall: began.elapsed(), cpu: cpu::used().saturating_sub(before) }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let status = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("openssl is installed");
    assert!(status.success(), "openssl {}", arguments.join(" "));
}
