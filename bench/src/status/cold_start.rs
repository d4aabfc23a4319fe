//! P10: from the start of the responder's process with a million certificates until ten thousand answers about any
//! of them are right, beside `openssl ocsp`, which reads the same certificates from its index. Good ones, some that are revoked and some
//! numbers that nobody was given; each answer's status is held against what it must be, and one in a hundred is verified as a relying
//! party does. The clients ask as fast as they are answered: P1's rate is not what is kept to.

use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::ocsp::response::CertStatus;
use crl_publisher::policy::ANSWER_CACHE_MIB;
use openssl::error::ErrorStack;
use openssl::ocsp::{OcspFlag, OcspResponse};
use openssl::stack::Stack;
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::CONNECTIONS;
use super::openssl_ocsp::OpensslOcsp;
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{TO_BE_REVOKED, issuer, revoke_one, with_certificates};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};
use crate::stored::{never_issued_tail, serial_tail};

const CERTIFICATES: u64 = 1_000_000;
const ANSWERS: u64 = 10_000;

/// How many are revoked before.
const REVOKED: u64 = 100;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let asked = Asked::about(&store);
    let folder = installation.folder().join("openssl-cold");
    let openssl = OpensslOcsp::in_folder(&folder, &issuer(&store), CERTIFICATES);
    let row = |what: &str, answers: u64| {
        let pairs = measure(|| ours(&store, &asked, answers), || openssl.first_answer());
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
        "cold start until 10 000 answers are right, each signed, one in ten about a revoked or never issued one, one in a hundred \
         verified, to openssl ocsp until its first",
        ANSWERS,
    ));
    outcomes
}

/// What is asked, and who verifies what comes.
struct Asked {
    requests: Requests,
    authority: X509,
    /// Numbers of certificates that are revoked.
    revoked: Range<u64>,
}

impl Asked {
    /// Revokes some certificates of the store, of those that no other figure asks about.
    fn about(store: &Installation) -> Self {
        let authority = issuer(store);
        let revoked = CERTIFICATES - TO_BE_REVOKED..CERTIFICATES - TO_BE_REVOKED + REVOKED;
        let mut db = store.database();
        revoked.clone().for_each(|number| {
            revoke_one(&mut db, &authority, number);
        });
        let certificate = X509::from_der(&authority.certificate).expect("its certificate reads");
        Self { requests: Requests::about(&authority, Method::Post), authority: certificate, revoked }
    }

    /// Asks about the next one that is drawn, and holds the answer against what it must be; how many were asked before decides about what,
    /// and whether its signature is verified.
    fn next(&self, draw: &mut Draw, before: u64, connection: &mut Connection, request: &mut Vec<u8>) {
        let (tail, right): (u64, fn(&CertStatus) -> bool) = match before % 20 {
            7 => {
                let number = self.revoked.start + draw.next() % (self.revoked.end - self.revoked.start);
                (serial_tail(number), |status| matches!(status, CertStatus::Revoked(_)))
            }
            13 => (never_issued_tail(draw.certificate()), |status| matches!(status, CertStatus::Unknown(_))),
            _ => (serial_tail(draw.certificate()), |status| matches!(status, CertStatus::Good(_))),
        };
        self.requests.write(tail, request);
        // Answers before everything is read are looked up; none is ever wrong.
        let status = connection.status(request);
        assert!(status.as_ref().is_some_and(right), "{tail:016X}: {status:?}");
        if before.is_multiple_of(100) {
            self.verify(connection.body());
        }
    }

    /// As `openssl` does: the responder's certificate came with the answer, and is the authority's.
    fn verify(&self, answer: &[u8]) {
        let verified = || -> Result<(), ErrorStack> {
            let mut store = X509StoreBuilder::new()?;
            store.add_cert(self.authority.clone())?;
            store.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
            let mut known = Stack::new()?;
            known.push(self.authority.clone())?;
            let basic = OcspResponse::from_der(answer)?.basic()?;
            basic.verify(&known, &store.build(), OcspFlag::empty())
        };
        verified().expect("the answer verifies");
    }
}

/// The start, and `answers` right ones.
fn ours(store: &Installation, asked: &Asked, answers: u64) -> Sample {
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
                for before in 0..each {
                    asked.next(&mut draw, before, &mut connection, &mut request);
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
