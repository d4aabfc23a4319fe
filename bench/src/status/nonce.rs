//! P2: answers bound to a nonce, each signed for itself, beside a bare signature and a bare answer of its length.

use std::time::Duration;

use super::bare::Bare;
use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{self, CONNECTIONS};
use super::requests::{Method, Requests};
use super::responder::{Responder, THREADS};
use super::store::{issuer, with_certificates};
use crate::installation::{Hsm, Installation};
use crate::issuance::yardstick::sign_alone;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};

const CERTIFICATES: u64 = 1_000;
const LASTING: Duration = Duration::from_secs(3);
const SIGNATURES: usize = 10_000;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let (authority, module) = (issuer(&store), installation.module(Hsm::Soft));
    let responder = Responder::start(&store, 0);
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
    let mut first = Vec::new();
    client(0)(&mut first);
    let length = Connection::open(&responder.address).exchange(&first).len();
    let bare = Bare::start(length);
    let pairs = measure(
        || load::run(&responder.child, &responder.address, LASTING, client).sample,
        || {
            let signing = sign_alone(&module, &authority, SIGNATURES);
            let sending = load::run(&bare.child, &bare.address, LASTING / 3, client).sample;
            one_of_each(&signing, &sending)
        },
    );
    let what = format!(
        "OCSP with a nonce of 32 octets by POST, {} in SoftHSM, verified before it leaves, to a bare signature and a \
         bare answer of {length} octets, the server's CPU; {THREADS} threads, {CONNECTIONS} connections",
        authority.algorithm
    );
    let (costs, ratio) = (pairs.medians(Sample::cpu_micros), pairs.ratio(Sample::cpu_micros));
    let rates = pairs.medians(Sample::rate);
    vec![
        Outcome::new("P2", what.clone(), "us CPU", costs, ratio, Goal::AtMost(1.40)),
        Outcome::new(
            "P2",
            format!("the same, rate; {what}"),
            "1/s",
            rates,
            pairs.ratio(Sample::rate),
            Goal::None,
        ),
    ]
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
