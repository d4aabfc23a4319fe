//! P8: from the acknowledgement of a revocation until another process answers *revoked*, under the load of P1.

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crl_publisher::PublicationPolicy;
use crl_publisher::ocsp::response::CertStatus;
use crl_publisher::policy::ANSWER_CACHE_MIB;
use store::DatabaseRole;

use super::connection::Connection;
use super::draw::{Draw, Spread};
use super::load::{self, CONNECTIONS, Run, percentile};
use super::requests::{Method, Requests};
use super::responder::{Responder, tell};
use super::store::{ISSUER, TO_BE_REVOKED, issuer, revoke_one, with_certificates};
use crate::child::{Child, Role};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::register::place::{Place, Postgresql};
use crate::stored::{Order, Stored, serial_tail};

const CERTIFICATES: u64 = 1_000_000;
const REVOCATIONS: u64 = 200;
/// What an opposition may take where ten forced writes take less.
const ALWAYS_ALLOWED: Duration = Duration::from_millis(10);
/// The name of its database on PostgreSQL, and of the folder beside it.
const DATABASE: &str = "opposition";
/// What its process says after its figures.
const END: &str = "end";

/// The process of the same on PostgreSQL: an installation of its own, whose ceremony needs tokens of its own.
pub const ON_POSTGRESQL: Role = Role { word: "opposition-on-postgresql", run: on_postgresql };

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
    let mut outcomes = on_both_nodes(&with_certificates(installation, CERTIFICATES), "SQLite");
    let postgresql = Postgresql::of_the_environment();
    postgresql.database(DATABASE);
    let url = postgresql.url(DATABASE);
    let mut child = Child::start_in(ON_POSTGRESQL.word, &[&url], &installation.another(DATABASE));
    let lines = std::iter::repeat_with(|| child.hear()).take_while(|line| line != END);
    outcomes.extend(lines.map(|line| serde_json::from_str::<Outcome>(&line).expect("it says figures")));
    outcomes.extend(worst_at_a_relying_party());
    outcomes
}

fn on_postgresql(arguments: &[String]) {
    let installation = Installation::make_on(&arguments[0]);
    Stored { certificates: CERTIFICATES, revoked: 0, issuer: ISSUER, order: Order::Packed, shards: 0 }
        .fill(&mut installation.database_as(DatabaseRole::Owner));
    for outcome in on_both_nodes(&installation, "PostgreSQL") {
        tell(&serde_json::to_string(&outcome).expect("figures are plain data"));
    }
    tell(END);
}

fn on_both_nodes(store: &Installation, database: &str) -> Vec<Outcome> {
    let mut responder = Responder::start(store, ANSWER_CACHE_MIB);
    let authority = issuer(store);
    let requests = [Method::Get, Method::Post].map(|method| Requests::about(&authority, method));
    let mut outcomes = Vec::new();
    // Half of those that may be: P1 has some of the last ones revoked on the same store.
    let mut numbers = (CERTIFICATES - TO_BE_REVOKED..CERTIFICATES - TO_BE_REVOKED / 2).rev();
    for node in [Node::Same, Node::Other] {
        let (mut waits, mut stale) = (Vec::new(), 0);
        let run = under_load(&mut responder, &requests, node, |responder| {
            for _ in 0..REVOCATIONS {
                let number = numbers.next().expect("there are more");
                let (wait, was_stale) = one(store, responder, &requests[0], number, node);
                waits.push(wait);
                stale += u64::from(was_stale);
            }
        });
        let forced = forced_write(store);
        outcomes.extend(told(node, &mut waits, stale, forced, &loaded(&run, database)));
    }
    outcomes
}

/// Runs `while_so` while relying parties ask as in P1, as fast as they are answered; what they were answered.
fn under_load(
    responder: &mut Responder,
    requests: &[Requests; 2],
    node: Node,
    while_so: impl FnOnce(&mut Responder),
) -> Run {
    let (over, address) = (AtomicBool::new(false), responder.address.clone());
    let server = load::Server { address: &address, ..responder.server() };
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            load::run_while(
                server,
                || !over.load(Ordering::Relaxed),
                |connection| {
                    let mut draw = Draw::new(Spread::Zipf, CERTIFICATES, (node as u64) << 8 | connection);
                    // By GET and by POST in turn.
                    let mut methods = requests.iter().cycle();
                    move |out: &mut Vec<u8>| {
                        methods.next().expect("a cycle has no end").write(draw.tail(), out);
                    }
                },
            )
        });
        while_so(responder);
        over.store(true, Ordering::Relaxed);
        asking.join().expect("a client does not panic")
    })
}

fn loaded(run: &Run, database: &str) -> String {
    format!(
        "{CERTIFICATES} certificates, under the load of P1 ({CONNECTIONS} connections asking by GET and POST, by Zipf, 1 % never \
         issued: {:.0} answers a second, {:.0} % of one core, p99 {:.1} ms), {database}",
        run.sample.rate(),
        100.0 * run.sample.cpu.as_secs_f64() / run.sample.wall.as_secs_f64(),
        run.p99_micros() / 1e3,
    )
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

fn told(node: Node, waits: &mut [Duration], stale: u64, forced: Duration, loaded: &str) -> Vec<Outcome> {
    let p99 = percentile(waits, 99);
    let allowed = ALWAYS_ALLOWED.max(forced * 10);
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    let what = format!(
        "a revocation committed until OCSP by another process says revoked, p99 of {REVOCATIONS} (p50 {:.2} ms), {}; \
         {loaded}; allowed: ten forced writes ({:.2} ms each), 10 ms at least",
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
    let what = format!("answers that still said good after \"published\", of {REVOCATIONS}; {loaded}");
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

/// The configuration that an installation begins with, of `igc init` as of `igc demo`.
const CONFIGURATION: &str = include_str!("../../../igc/src/config/demo.toml");

/// What no server shortens: an answer, a CRL or a delta that a relying party has kept, or a cache on the way.
fn worst_at_a_relying_party() -> [Outcome; 2] {
    let policy = PublicationPolicy::default();
    let row = |what: &str, key: &str, max_age: Duration| {
        let (lives, max_age) = (configured_hours(key) * 3600.0, max_age.as_secs_f64());
        let what = format!(
            "the longest a relying party may rely on a good {what}, by {key} of an installation as it begins: to its nextUpdate, \
             beside a shared cache's max-age"
        );
        Outcome::new("P8", what, "s", (lives, max_age), lives / max_age, Goal::None).measured(1)
    };
    [
        row("OCSP answer", "ocsp_lifetime_hours", policy.ocsp_max_age),
        row("CRL, or its delta", "crl_lifetime_hours", policy.file_max_age),
    ]
}

fn configured_hours(key: &str) -> f64 {
    let mut lines = CONFIGURATION.lines();
    let value =
        lines.find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim().parse().ok());
    value.expect("the configuration of the program has every lifetime")
}
