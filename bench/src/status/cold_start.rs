//! P10: from the start of the responder's process with a million certificates until ten thousand answers about any
//! of them are right, beside `openssl ocsp`, which reads the same certificates from its index.

use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::ocsp::response::CertStatus;
use crl_publisher::policy::ANSWER_CACHE_MIB;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::CONNECTIONS;
use super::openssl_ocsp::OpensslOcsp;
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{TO_BE_REVOKED, issuer, with_certificates};
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
    let folder = installation.folder().join("openssl-cold");
    let openssl = OpensslOcsp::in_folder(&folder, &issuer(&store), CERTIFICATES);
    let row = |what: &str, answers: u64| {
        let pairs = measure(|| ours(&store, &requests, answers), || openssl.first_answer());
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
    let responder = Responder::begin(store, ANSWER_CACHE_MIB);
    let seed = began.elapsed().as_nanos() as u64;
    let each = answers.div_ceil(CONNECTIONS as u64);
    thread::scope(|scope| {
        for number in 0..CONNECTIONS.min(answers as usize) as u64 {
            let address = &responder.address;
            scope.spawn(move || {
                let mut draw = Draw::new(Spread::Uniform, CERTIFICATES - TO_BE_REVOKED, seed ^ number);
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
