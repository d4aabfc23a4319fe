//! P1: OCSP by GET and POST at a thousand, a million and 3.6 million certificates, beside a handler that only sends
//! as many octets.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crl_publisher::policy::ANSWER_CACHE_MIB;

use super::bare::Bare;
use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{self, CONNECTIONS, Run, Server};
use super::requests::{Method, Requests};
use super::responder::{Responder, THREADS};
use super::store::{issuer, with_a_revocation_a_second, with_certificates};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Pairs, measure};
use crate::stored::serial_tail;

/// How many certificates there are.
const STORES: [u64; 3] = [1_000, 1_000_000, 3_600_000];
const LASTING: Duration = Duration::from_millis(700);
/// Of how many certificates all answers are signed before anybody asks, and in how much memory: twice what they take.
const AHEAD: u64 = 250_000;
const AHEAD_MIB: usize = 200;
/// As fast as it can.
const AHEAD_PER_SECOND: u32 = 100_000;
/// What is asked, in which order.
const WAYS: [(Spread, Method); 4] = [
    (Spread::Uniform, Method::Get),
    (Spread::Uniform, Method::Post),
    (Spread::Zipf, Method::Get),
    (Spread::Zipf, Method::Post),
];

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let [smallest, .., largest] = STORES;
    let mut outcomes = Vec::new();
    for certificates in STORES {
        let asked = Asked::start(installation, certificates);
        // Beside the largest the smallest, in the same minutes.
        let small = (certificates == largest).then(|| Asked::start(installation, smallest));
        let rows = with_a_revocation_a_second(&asked.store, certificates, || {
            let rows = WAYS.iter().flat_map(|way| {
                let mut rows = asked.beside_the_bare_handler(*way).to_vec();
                rows.extend(small.iter().flat_map(|small| asked.beside_the_smallest(small, *way)));
                rows
            });
            rows.collect::<Vec<_>>()
        });
        outcomes.extend(rows);
    }
    outcomes
}

/// The same, where every answer was signed before anybody asked; by itself, for the signing takes its time.
pub fn run_ahead(installation: &Installation) -> Vec<Outcome> {
    let ahead = Asked::signed_ahead(installation, AHEAD);
    with_a_revocation_a_second(&ahead.store, AHEAD, || {
        WAYS.iter().flat_map(|way| ahead.beside_the_bare_handler(*way)).collect()
    })
}

/// A store with its responder.
struct Asked {
    store: Installation,
    certificates: u64,
    responder: Responder,
    /// How the answers came into memory, if not by being asked for.
    ahead: String,
    /// How many runs there were. No two draw the same, of whichever row: what one asked for is kept for the next.
    runs: Cell<u64>,
}

/// How many answers were given from memory, and how many were signed.
type Given = [f64; 2];

impl Asked {
    fn start(installation: &Installation, certificates: u64) -> Self {
        let store = with_certificates(installation, certificates);
        let responder = Responder::start(&store, ANSWER_CACHE_MIB);
        Self { store, certificates, responder, ahead: String::new(), runs: Cell::new(0) }
    }

    /// One that has signed every answer before anybody asks.
    fn signed_ahead(installation: &Installation, certificates: u64) -> Self {
        let store = with_certificates(installation, certificates);
        let began = Instant::now();
        let responder = Responder::begin_ahead(&store, AHEAD_MIB, AHEAD_PER_SECOND).ready();
        while responder.metric("igc_ocsp_signed_ahead_total") < certificates as f64 {
            assert!(began.elapsed() < Duration::from_secs(280), "all answers are signed ahead");
            std::thread::sleep(Duration::from_millis(100));
        }
        let ahead = format!(", all signed ahead in {:.0} s", began.elapsed().as_secs_f64());
        Self { store, certificates, responder, ahead, runs: Cell::new(0) }
    }

    /// Asks `server`, which is this one or the yardstick, about these certificates.
    fn ask(&self, server: Server<'_>, (spread, method): (Spread, Method)) -> Run {
        let requests = Requests::about(&issuer(&self.store), method);
        self.runs.set(self.runs.get() + 1);
        let seed = self.runs.get() << 8;
        load::run(server, LASTING, |connection| {
            let mut draw = Draw::new(spread, self.certificates, seed | connection);
            let requests = &requests;
            move |out: &mut Vec<u8>| requests.write(draw.tail(), out)
        })
    }

    /// The length of an answer.
    fn length(&self, method: Method) -> usize {
        let mut first = Vec::new();
        Requests::about(&issuer(&self.store), method).write(serial_tail(0), &mut first);
        Connection::open(&self.responder.address).exchange(&first).len()
    }

    fn given(&self) -> Given {
        let metric = |from| self.responder.metric(&format!("igc_ocsp_answers_total{{from=\"{from}\"}}"));
        ["memory", "signing"].map(metric)
    }

    /// How many in a hundred came from memory since.
    fn kept_since(&self, before: Given) -> f64 {
        let after = self.given();
        let [kept, signed] = [0, 1].map(|from| after[from] - before[from]);
        100.0 * kept / (kept + signed)
    }

    fn beside_the_bare_handler(&self, way: (Spread, Method)) -> [Outcome; 3] {
        let length = self.length(way.1);
        let (bare, before) = (Bare::start(length), self.given());
        let pairs = measure(|| self.ask(self.responder.server(), way), || self.ask(bare.server(), way));
        let what = format!(
            "OCSP by {}, {} certificates{} drawn {}, 1 % never issued, a revocation a second, {:.1} % from memory, {length} \
             octets; {THREADS} threads, {CONNECTIONS} connections, SoftHSM, SQLite",
            way.1.name(),
            self.certificates,
            self.ahead,
            way.0.name(),
            self.kept_since(before),
        );
        let id = if self.ahead.is_empty() { "P1" } else { "AHEAD" };
        rows(id, &what, &pairs, [Goal::AtLeast(0.80), Goal::AtMost(1.30), Goal::AtMost(1.50)])
    }

    /// What goals.md asks of the largest store: within a tenth of the smallest.
    fn beside_the_smallest(&self, small: &Self, way: (Spread, Method)) -> [Outcome; 3] {
        let before = [self, small].map(Self::given);
        let pairs =
            measure(|| self.ask(self.responder.server(), way), || small.ask(small.responder.server(), way));
        let [ours, theirs] = [self.kept_since(before[0]), small.kept_since(before[1])];
        let what = format!(
            "{} certificates within 10 % of {}: OCSP by {}, drawn {}, {ours:.1} % from memory and {theirs:.1} %; {THREADS} \
             threads, {CONNECTIONS} connections, SoftHSM, SQLite",
            self.certificates,
            small.certificates,
            way.1.name(),
            way.0.name(),
        );
        rows("P1", &what, &pairs, [Goal::AtLeast(0.90), Goal::AtMost(1.10), Goal::None])
    }
}

/// Rate, CPU and p99, with their goals.
fn rows(id: &'static str, what: &str, pairs: &Pairs<Run>, goals: [Goal; 3]) -> [Outcome; 3] {
    let row = |unit, of: fn(&Run) -> f64, goal| {
        Outcome::new(id, what.to_owned(), unit, pairs.medians(of), pairs.ratio(of), goal)
    };
    let [rate, cpu, p99] = goals;
    [
        row("1/s", |run| run.sample.rate(), rate),
        row("us CPU", |run| run.sample.cpu_micros(), cpu),
        row("us p99", Run::p99_micros, p99),
    ]
}
