//! The status role in a process of its own, put together as `igc serve --role status` does, on real keys: those of
//! the responders are in SoftHSM, behind the signer's process.

use std::io::{BufRead, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer};
use crl_publisher::PublicationPolicy;
use crl_publisher::http::{
    CertIdHash, ConnectionLimits, SigningAhead, StatusService, StatusSettings, StreamLimits,
    configure_operations, public_server,
};
use store::DatabaseRole;

use super::connection::Connection;
use super::load::{Keeping, Server};
use crate::child::{Child, Role};
use crate::installation::{Installation, now};

/// Threads that answer, connections and signers, as the status role has them.
pub const THREADS: usize = 4;

/// Its process.
pub const RESPONDER: Role = Role { word: "responder", run: serve };

/// It, running.
pub struct Responder {
    /// Its process.
    pub child: Child,
    /// Where relying parties ask.
    pub address: String,
    operations: String,
}

impl Responder {
    /// Starts it on the database of `installation`, with so much room for kept signatures; it may not yet know
    /// anything when this returns.
    pub fn begin(installation: &Installation, cache_mib: usize) -> Self {
        Self::begin_ahead(installation, cache_mib, 0)
    }

    /// The same, which signs so many answers a second before anybody asks.
    pub fn begin_ahead(installation: &Installation, cache_mib: usize, per_second: u32) -> Self {
        let numbers = [cache_mib.to_string(), per_second.to_string()];
        let mut child = Child::start(RESPONDER.word, &[installation.url(), &numbers[0], &numbers[1]]);
        let (address, operations) = (child.hear(), child.hear());
        Self { child, address, operations }
    }

    /// One that has read everything.
    pub fn start(installation: &Installation, cache_mib: usize) -> Self {
        Self::begin(installation, cache_mib).ready()
    }

    /// It, once it has read everything.
    pub fn ready(mut self) -> Self {
        let began = Instant::now();
        while !self.has_applied(0) {
            assert!(began.elapsed() < Duration::from_secs(120), "the status log is read");
        }
        self
    }

    /// It, as it is asked on connections that are kept.
    pub fn server(&self) -> Server<'_> {
        Server { pid: self.child.pid(), address: &self.address, keeping: Keeping::Kept }
    }

    /// Whether it has applied this event of the status log, or does in a moment: the hint, over a pipe here.
    pub fn has_applied(&mut self, sequence: i64) -> bool {
        self.child.ask(&sequence.to_string()) == "yes"
    }

    /// A figure of its `/metrics`.
    pub fn metric(&self, name: &str) -> f64 {
        let mut connection = Connection::open(&self.operations);
        let text = connection.exchange(b"GET /metrics HTTP/1.1\r\nHost: operations\r\n\r\n");
        let text = str::from_utf8(text).expect("it is text");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or_else(|| panic!("no metric {name} in: {text}"))
    }
}

fn serve(arguments: &[String]) {
    let [database, cache_mib, per_second] = arguments else {
        panic!("its parent writes an address and two numbers")
    };
    let installation = Installation::standing(database);
    let cache_mib: usize = cache_mib.parse().expect("its parent writes a number");
    let per_second = per_second.parse().expect("its parent writes a number");
    let process = installation.answers_process(THREADS);
    let folder = installation.public_folder();
    let service = StatusService::new(StatusSettings {
        folder,
        policy: PublicationPolicy::default(),
        answer_cache_octets: cache_mib << 20,
        ahead: SigningAhead { hashes: vec![CertIdHash::Sha1], per_second },
        workers: THREADS,
        open_database: Box::new(move || Ok(installation.database_as(DatabaseRole::Status))),
        open_signer: Box::new(move || Ok(Box::new(process.signer()))),
        signer_figures: Arc::new(|| None),
        answers_ledger: "nowhere/answers.ledger".into(),
        clock: Arc::new(now),
        streams: StreamLimits::default(),
        connections: ConnectionLimits::default(),
    });
    let _following = service.follow().expect("a thread can be started");
    let hints = service.clone();
    std::thread::spawn(move || answer_hints(&hints));
    actix_web::rt::System::new().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let public = public_server(&service, listener, THREADS).expect("it listens");
        let operations = service.clone();
        let operations =
            HttpServer::new(move || App::new().configure(configure_operations(operations.clone())))
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .expect("a port is free");
        tell(&address.to_string());
        tell(&operations.addrs()[0].to_string());
        let both = (actix_web::rt::spawn(operations.run()), public.await);
        both.1.expect("it serves until it is ended");
    });
}

/// Each line is a number of an event of the status log.
fn answer_hints(service: &StatusService) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let sequence = line.parse().expect("its parent writes a number");
        tell(if service.has_applied(sequence, Duration::from_millis(200)) { "yes" } else { "no" });
    }
}

/// Says a line to whoever started this process.
pub fn tell(line: &str) {
    let mut output = std::io::stdout();
    // Where its parent is gone it is ended too.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}
