//! P12: five hundred requests a second, with and without five hundred idle and fifty slow connections beside them.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::http::ConnectionLimits;
use crl_publisher::policy::ANSWER_CACHE_MIB;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{CONNECTIONS, percentile};
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{issuer, with_certificates};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::measure;

const CERTIFICATES: u64 = 1_000;
const IDLE: usize = 500;
const SLOW: usize = 50;
const RATE: u32 = 500;
const LASTING: Duration = Duration::from_secs(4);

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_certificates(installation, CERTIFICATES);
    let responder = Responder::start(&store, ANSWER_CACHE_MIB);
    let requests = Requests::about(&issuer(&store), Method::Post);
    let ask = || waits(&responder.address, &requests);
    let pairs = measure(|| beside_a_crowd(&responder.address, ask), ask);
    let row = |what: &str, of: fn(&(Duration, Duration)) -> f64, goal| {
        let what = format!(
            "{what} of {RATE} requests a second beside {IDLE} idle and {SLOW} slow connections, to the same without; {}",
            limits()
        );
        Outcome::new("P12", what, "ms", pairs.medians(of), pairs.ratio(of), goal)
    };
    vec![
        row("p99", |(p99, _)| p99.as_secs_f64() * 1e3, Goal::AtMost(2.0)),
        row("longest wait", |(_, longest)| longest.as_secs_f64() * 1e3, Goal::None),
    ]
}

/// What a connection may cost the server that is measured: it is the status role's own.
fn limits() -> String {
    let ConnectionLimits { connections, header, body, idle } = ConnectionLimits::default();
    format!(
        "{connections} connections at most, a head within {} s, a body within {} s, {} s between requests",
        header.as_secs(),
        body.as_secs(),
        idle.as_secs()
    )
}

/// The p99 and the longest, from the moment a request was due: what waited in line behind a stall counts too.
fn waits(address: &str, requests: &Requests) -> (Duration, Duration) {
    let pause = Duration::from_secs(1) * CONNECTIONS as u32 / RATE;
    let client = |number: u64| {
        let mut draw = Draw::new(Spread::Zipf, CERTIFICATES, number);
        let (mut connection, mut request, mut waits) = (Connection::open(address), Vec::new(), Vec::new());
        let began = Instant::now();
        let mut due = began;
        while due < began + LASTING {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            requests.write(draw.tail(), &mut request);
            connection.exchange(&request);
            waits.push(due.elapsed());
            due += pause;
        }
        waits
    };
    let mut waits: Vec<Duration> = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CONNECTIONS as u64).map(|number| scope.spawn(move || client(number))).collect();
        clients.into_iter().flat_map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    (percentile(&mut waits, 99), percentile(&mut waits, 100))
}

fn beside_a_crowd<T>(address: &str, ask: impl FnOnce() -> T) -> T {
    let open = || TcpStream::connect(address).expect("the server takes it up");
    let _idle: Vec<TcpStream> = (0..IDLE).map(|_| open()).collect();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut slow: Vec<TcpStream> = (0..SLOW).map(|_| open()).collect();
            for octet in std::iter::repeat_n(SLOWLY.as_bytes(), 1_000).flatten() {
                // One octet each, ten times a second; those that the server has given up are opened again.
                for stream in &mut slow {
                    if stream.write_all(&[*octet]).is_err() {
                        *stream = open();
                    }
                }
                if over.load(Ordering::Relaxed) {
                    return;
                }
                thread::sleep(Duration::from_millis(100));
            }
        });
        let asked = ask();
        over.store(true, Ordering::Relaxed);
        asked
    })
}

/// A request that never comes to its end in time.
const SLOWLY: &str = "POST /ocsp HTTP/1.1\r\nHost: ocsp\r\nContent-Length: 8000\r\n\r\n0123456789";
