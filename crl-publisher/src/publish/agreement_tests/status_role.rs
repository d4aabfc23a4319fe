//! A status role of the world, on a socket, whose clock is the course's: every face is fetched from it as relying systems do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use ca_core::status_log;
use store::{Database, DatabaseRole, Timestamp};

use crate::fixture::World;
use crate::http::tests::{Got, exchange, serve};
use crate::http::{ConnectionLimits, Following, SigningAhead, StatusService, StatusSettings, StreamLimits};

/// How long it may take to see what was committed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct StatusRole {
    pub(super) public: String,
    operations: String,
    service: StatusService,
    clock: Arc<AtomicI64>,
    _following: Following,
}

impl StatusRole {
    pub(super) fn of(world: &World) -> Self {
        let clock = Arc::new(AtomicI64::new(world.start.millis()));
        let url = format!("sqlite:{}", world.path("igc.sqlite").display());
        let (signer, now) = (world.signer.clone(), Arc::clone(&clock));
        let service = StatusService::new(StatusSettings {
            folder: world.folder.clone(),
            answers_ledger: world.path("nowhere/answers.ledger"),
            policy: world.policy.clone(),
            answer_cache_octets: 1024 * 1024,
            ahead: SigningAhead::default(),
            workers: 2,
            open_database: Box::new(move || Ok(Database::open(&url, DatabaseRole::Status)?)),
            open_signer: Box::new(move || Ok(Box::new(signer.clone()))),
            signer_figures: Arc::new(|| None),
            clock: Arc::new(move || Timestamp::from_millis(now.load(Ordering::SeqCst))),
            streams: StreamLimits::default(),
            connections: ConnectionLimits::default(),
        });
        let following = service.follow().unwrap();
        let (public, operations) = serve(service.clone());
        Self { public, operations, service, clock, _following: following }
    }

    /// It is this moment, and the role has read all that was committed by then.
    pub(super) fn comes_to(&self, world: &mut World, now: Timestamp) {
        self.clock.store(now.millis(), Ordering::SeqCst);
        let newest = status_log::newest(&mut world.db).unwrap();
        let began = Instant::now();
        let is_in_step = || {
            let (_, said) = self.request(&self.operations, "/readyz?verbose");
            said.lines().any(|line| line.starts_with("[+] status log: ok, in step"))
        };
        while !self.service.has_applied(newest, PATIENCE) || !is_in_step() {
            assert!(began.elapsed() < PATIENCE, "{}", self.request(&self.operations, "/readyz?verbose").1);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What is served at a path; nothing where nothing is.
    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        let got = self.exchange(&self.public, path);
        assert!([200, 404].contains(&got.status), "{path}: {}", got.status);
        (got.status == 200).then_some(got.body)
    }

    /// The answer to an OCSP request, by POST.
    pub(super) fn ocsp(&self, request: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            request.len()
        );
        let got = exchange(&self.public, &head, request);
        assert_eq!(got.status, 200);
        got.body
    }

    fn request(&self, address: &str, path: &str) -> (u16, String) {
        let got = self.exchange(address, path);
        (got.status, String::from_utf8(got.body).unwrap())
    }

    fn exchange(&self, address: &str, path: &str) -> Got {
        exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), b"")
    }
}
