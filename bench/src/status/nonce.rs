//! P2: answers bound to a nonce, each signed for itself, beside a bare signature and a bare answer of its length; and
//! beside OpenSSL's own responder.

use std::time::Duration;

use super::bare::Bare;
use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{self, CONNECTIONS, Keeping, Server};
use super::openssl_ocsp::OpensslOcsp;
use super::requests::{Method, Requests};
use super::responder::{Responder, THREADS};
use super::store::{issuer, with_certificates};
use crate::installation::{Hsm, Installation};
use crate::issuance::yardstick::sign_alone;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Pairs, Sample, measure};

const CERTIFICATES: u64 = 1_000;
const LASTING: Duration = Duration::from_secs(3);
const SIGNATURES: usize = 10_000;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let (authority, module) = (issuer(&store), installation.module(Hsm::Soft));
    let responder = Responder::start(&store, 0);
    let folder = installation.folder().join("openssl-nonce");
    let openssl = OpensslOcsp::in_folder(&folder, &authority, CERTIFICATES).serve(THREADS);
    let requests = Requests::about(&authority, Method::Post);
    let client = |connection| {
        let requests = &requests;
        let mut draw = Draw::new(Spread::Uniform, CERTIFICATES, connection);
        move |out: &mut Vec<u8>| {
            let mut nonce = [0; 32];
            nonce.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&draw.next().to_be_bytes()));
            requests.write_with_nonce(draw.tail(), &nonce, out);
        }
    };
    let lengths = [&responder.address, &openssl.address].map(|address| length_with_nonce(address, &requests));
    let bare = Bare::start(lengths[0]);
    let kept = measure(
        || load::run(responder.server(), LASTING, client).sample,
        || {
            let signing = sign_alone(&module, &authority, SIGNATURES);
            let sending = load::run(bare.server(), LASTING / 3, client).sample;
            one_of_each(&signing, &sending)
        },
    );
    let anew = |pid, address| {
        let server = Server { pid, address, keeping: Keeping::Anew };
        load::run(server, LASTING, client).sample
    };
    let beside_openssl =
        measure(|| anew(responder.child.pid(), &responder.address), || anew(openssl.pid(), &openssl.address));
    let what = format!(
        "OCSP with a nonce of 32 octets by POST, {} in SoftHSM, verified before it leaves, to a bare signature and a \
         bare answer of {} octets, the server's CPU; {THREADS} threads, {CONNECTIONS} connections",
        authority.algorithm, lengths[0]
    );
    let [cpu, rate] = both(&what, &kept, Goal::AtMost(1.40));
    let what = format!(
        "OCSP with a nonce, a connection each, ours in SoftHSM behind the signer's process and verified ({} octets), to openssl \
         ocsp -multi {THREADS}, which signs with a key on P-256 in a file, in its own processes, and verifies nothing ({} octets); \
         {CERTIFICATES} certificates, {CONNECTIONS} connections at a time",
        lengths[0], lengths[1]
    );
    let [openssl_cpu, openssl_rate] = both(&what, &beside_openssl, Goal::AtMost(0.5));
    let figures = (kept.medians(Sample::cpu_micros).0, beside_openssl.medians(Sample::cpu_micros).1);
    let what =
        "ours on connections that are kept, which openssl ocsp cannot, to its own on a connection each";
    let note =
        Outcome::new("P2", what.to_owned(), "us CPU", figures, figures.0 / figures.1, Goal::None).measured(1);
    vec![cpu, rate, openssl_cpu, openssl_rate, note]
}

/// The CPU of an answer with its goal, and how many there were a second.
fn both(what: &str, pairs: &Pairs<Sample>, goal: Goal) -> [Outcome; 2] {
    let outcome = |what, unit, of: fn(&Sample) -> f64, goal| {
        Outcome::new("P2", what, unit, pairs.medians(of), pairs.ratio(of), goal)
    };
    [
        outcome(what.to_owned(), "us CPU", Sample::cpu_micros, goal),
        outcome(format!("the same, rate; {what}"), "1/s", Sample::rate, Goal::None),
    ]
}

/// How long an answer is, which holds the nonce it was asked with: signed for this request.
fn length_with_nonce(address: &str, requests: &Requests) -> usize {
    let (nonce, mut request) = ([0xA7; 32], Vec::new());
    requests.write_with_nonce(crate::stored::serial_tail(1), &nonce, &mut request);
    let mut connection = Connection::open(address);
    let answer = connection.exchange(&request);
    assert!(answer.windows(nonce.len()).any(|octets| octets == nonce), "the answer is bound to its nonce");
    answer.len()
}

/// Both after each other, once, as a sample of one operation.
fn one_of_each(signing: &Sample, sending: &Sample) -> Sample {
    let each = |whole: Duration, of: u64| whole.div_f64(of as f64);
    Sample {
        operations: 1,
        wall: each(signing.wall, signing.operations) + each(sending.wall, sending.operations),
        cpu: each(signing.cpu, signing.operations) + each(sending.cpu, sending.operations),
    }
}
