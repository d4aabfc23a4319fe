//! P8: from the acknowledgement of a revocation until another process answers *revoked*, under load.

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::PublicationPolicy;
use crl_publisher::ocsp::response::CertStatus;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::percentile;
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{issuer, revoke_one, with_certificates};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::stored::serial_tail;

const CERTIFICATES: u64 = 100_000;
const REVOCATIONS: u64 = 200;
/// What an opposition may take where ten forced writes take less.
const ALWAYS_ALLOWED: Duration = Duration::from_millis(10);

/// How a node learns of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    /// The hint of the same node: "published" is said after it.
    Same,
    /// Another node, which hears of commits.
    Other,
}

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let mut responder = Responder::start(&store, 64);
    let requests = Requests::about(&issuer(&store), Method::Get);
    let address = responder.address.clone();
    let mut outcomes = Vec::new();
    let mut numbers = (0..CERTIFICATES).rev();
    for node in [Node::Same, Node::Other] {
        let (mut waits, mut stale) = (Vec::new(), 0);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let over = &over;
            let (requests, address) = (&requests, &address);
            scope.spawn(move || {
                let mut draw = Draw::new(Spread::Zipf, CERTIFICATES / 2, 1);
                let (mut connection, mut request) = (Connection::open(address), Vec::new());
                while !over.load(Ordering::Relaxed) {
                    requests.write(serial_tail(draw.certificate()), &mut request);
                    connection.exchange(&request);
                }
            });
            for _ in 0..REVOCATIONS {
                let number = numbers.next().expect("there are more");
                let (wait, was_stale) = one(&store, &mut responder, requests, number, node);
                waits.push(wait);
                stale += u64::from(was_stale);
            }
            over.store(true, Ordering::Relaxed);
        });
        outcomes.extend(told(node, &mut waits, stale, forced_write(installation)));
    }
    outcomes.push(worst_at_a_relying_party());
    outcomes
}

/// How long it took, and whether an answer after "published" still said *good*.
fn one(
    store: &Installation,
    responder: &mut Responder,
    requests: &Requests,
    number: u64,
    node: Node,
) -> (Duration, bool) {
    let (mut db, issuer) = (store.database(), issuer(store));
    let (mut connection, mut request) = (Connection::open(&responder.address), Vec::new());
    requests.write(serial_tail(number), &mut request);
    // What was asked before is kept, as *good*.
    assert!(matches!(connection.status(&request), Some(CertStatus::Good(_))), "it is good");
    let sequence = revoke_one(&mut db, &issuer, number);
    let acknowledged = Instant::now();
    if node == Node::Same {
        assert!(responder.has_applied(sequence), "it is applied within a fifth of a second");
    }
    let mut answers = 0;
    while !matches!(connection.status(&request), Some(CertStatus::Revoked(_))) {
        answers += 1;
        assert!(acknowledged.elapsed() < Duration::from_secs(10), "it is revoked");
    }
    (acknowledged.elapsed(), node == Node::Same && answers > 0)
}

fn told(node: Node, waits: &mut [Duration], stale: u64, forced: Duration) -> Vec<Outcome> {
    let p99 = percentile(waits, 99);
    let allowed = ALWAYS_ALLOWED.max(forced * 10);
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    let what = format!(
        "a revocation committed until OCSP by another process says revoked, p99 of {REVOCATIONS} (p50 {:.2} ms), {}, \
         {CERTIFICATES} certificates, another connection asking; allowed: ten forced writes ({:.2} ms each), 10 ms at least",
        millis(percentile(waits, 50)),
        if node == Node::Same {
            "same node, which is told"
        } else {
            "another node, which hears of the commit"
        },
        millis(forced),
    );
    let figures = (millis(p99), millis(allowed));
    let outcome =
        Outcome::new("P8", what, "ms", figures, figures.0 / figures.1, Goal::AtMost(1.0)).measured(1);
    if node == Node::Other {
        return vec![outcome];
    }
    let what = format!("answers that still said good after \"published\", of {REVOCATIONS}");
    let stale =
        Outcome::new("P8", what, "answers", (stale as f64, 0.0), stale as f64, Goal::AtMost(0.0)).measured(1);
    vec![outcome, stale]
}

/// The median of a forced write of four kibibytes, on the disk of the database.
fn forced_write(installation: &Installation) -> Duration {
    let mut file = File::create(installation.folder().join("forced")).expect("the folder can be written");
    let mut waits: Vec<Duration> = (0..200)
        .map(|_| {
            file.rewind().and_then(|()| file.write_all(&[7; 4096])).expect("the folder can be written");
            let began = Instant::now();
            file.sync_data().expect("the disk is there");
            began.elapsed()
        })
        .collect();
    percentile(&mut waits, 50)
}

/// What no server shortens: an answer that a relying party has kept, or a cache on the way.
fn worst_at_a_relying_party() -> Outcome {
    let policy = PublicationPolicy::default();
    let (next_update, max_age) = (policy.ocsp_validity.as_secs_f64(), policy.ocsp_max_age.as_secs_f64());
    let what = "the longest a relying party may rely on a good answer: to its nextUpdate, beside a shared cache's max-age";
    Outcome::new("P8", what.to_owned(), "s", (next_update, max_age), next_update / max_age, Goal::None)
        .measured(1)
}
