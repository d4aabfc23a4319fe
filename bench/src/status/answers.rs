//! P1: OCSP by GET and POST at a thousand, a million and 3.6 million certificates, beside a handler that only sends
//! as many octets.

use std::cell::Cell;
use std::time::Duration;

use super::bare::Bare;
use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{self, CONNECTIONS, Run};
use super::requests::{Method, Requests};
use super::responder::{Responder, THREADS};
use super::store::{issuer, with_a_revocation_a_second, with_certificates};
use crate::child::Child;
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Pairs, measure};

/// How many certificates there are.
const STORES: [u64; 3] = [1_000, 1_000_000, 3_600_000];
const LASTING: Duration = Duration::from_millis(700);
/// As the configuration has it where nobody says otherwise.
const CACHE_MIB: usize = 64;
const SPREADS: [Spread; 2] = [Spread::Uniform, Spread::Zipf];
const METHODS: [Method; 2] = [Method::Get, Method::Post];

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    // Of the smallest store, in the order in which the others are measured.
    let mut smallest: Vec<f64> = Vec::new();
    for certificates in STORES {
        let store = with_certificates(installation, certificates);
        let responder = Responder::start(&store, CACHE_MIB);
        let against = with_a_revocation_a_second(&store, certificates, || {
            let each = SPREADS.iter().flat_map(|spread| METHODS.map(|method| (*spread, method)));
            each.map(|(spread, method)| compare(&store, &responder, certificates, spread, method))
                .collect::<Vec<_>>()
        });
        for (place, compared) in against.into_iter().enumerate() {
            outcomes.extend(compared.outcomes());
            match smallest.get(place) {
                None => smallest.push(compared.own_cpu()),
                Some(small) => outcomes.push(compared.beside_the_smallest(*small)),
            }
        }
    }
    outcomes
}

/// One row: what was asked how, and what both took.
struct Compared {
    what: String,
    pairs: Pairs<Run>,
}

fn compare(
    store: &Installation,
    responder: &Responder,
    certificates: u64,
    spread: Spread,
    method: Method,
) -> Compared {
    let requests = Requests::about(&issuer(store), method);
    let mut first = Vec::new();
    requests.write(Draw::new(spread, certificates, 0).tail(), &mut first);
    let length = Connection::open(&responder.address).exchange(&first).len();
    let bare = Bare::start(length);
    // No two runs draw the same, of whichever row: what one asked for is kept for the next.
    let runs = Cell::new((method as u64) << 32 | (spread as u64) << 40);
    let ask = |server: &Child, address: &str| {
        runs.set(runs.get() + 1);
        let seed = runs.get() << 8;
        load::run(server, address, LASTING, |connection| {
            let mut draw = Draw::new(spread, certificates, seed | connection);
            let requests = &requests;
            move |out: &mut Vec<u8>| requests.write(draw.tail(), out)
        })
    };
    let count = || ["memory", "signing"].map(|from| responder.metric(&given(from)));
    let before = count();
    let pairs = measure(|| ask(&responder.child, &responder.address), || ask(&bare.child, &bare.address));
    let after = count();
    let [kept, signed] = [0, 1].map(|from| after[from] - before[from]);
    let what = format!(
        "OCSP by {}, {certificates} certificates drawn {}, 1 % never issued, a revocation a second, {:.1} % from \
         memory, {length} octets; {THREADS} threads, {CONNECTIONS} connections, SoftHSM, SQLite",
        method.name(),
        spread.name(),
        100.0 * kept / (kept + signed),
    );
    Compared { what, pairs }
}

fn given(from: &str) -> String {
    format!("igc_ocsp_answers_total{{from=\"{from}\"}}")
}

impl Compared {
    fn outcomes(&self) -> [Outcome; 3] {
        let row = |unit, of: fn(&Run) -> f64, goal| {
            Outcome::new("P1", self.what.clone(), unit, self.pairs.medians(of), self.pairs.ratio(of), goal)
        };
        [
            row("1/s", |run| run.sample.rate(), Goal::AtLeast(0.80)),
            row("us CPU", |run| run.sample.cpu_micros(), Goal::AtMost(1.30)),
            row("us p99", Run::p99_micros, Goal::AtMost(1.50)),
        ]
    }

    fn own_cpu(&self) -> f64 {
        self.pairs.medians(|run| run.sample.cpu_micros()).0
    }

    fn beside_the_smallest(&self, smallest: f64) -> Outcome {
        let what =
            format!("the server's CPU, to that of the same with {} certificates; {}", STORES[0], self.what);
        let own = self.own_cpu();
        Outcome::new("P1", what, "us CPU", (own, smallest), own / smallest, Goal::AtMost(1.10))
    }
}
