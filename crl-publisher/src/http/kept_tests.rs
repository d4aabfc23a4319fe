//! OCSP over HTTP from memory, and the thread that keeps memory in step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ca_core::revocation::RevocationReason;

use store::{Database, DatabaseRole};

use super::SigningAhead;
use super::follower::Follower;
use super::tests::{Server, service};
use super::{ConnectionLimits, StatusService, StatusSettings, StreamLimits};
use crate::fixture::ISSUING;
use crate::ocsp::response::OcspResponseStatus;

#[test]
fn errors_of_ocsp_are_ocsp() {
    let server = Server::start();
    server.reachable.store(false, Ordering::SeqCst);
    let got = server.post("/ocsp", &server.ocsp_request("1D01"));
    assert_eq!(got.body, [0x30, 0x03, 0x0A, 0x01, 0x03], "try later");
    server.reachable.store(true, Ordering::SeqCst);
    assert!(server.post("/ocsp", &server.ocsp_request("1D01")).body.len() > 100, "and it heals");
    let malformed = [0x30, 0x03, 0x0A, 0x01, 0x01];
    assert_eq!(server.post("/ocsp", b"garbage").body, malformed);
    assert_eq!(server.post("/ocsp", b"").body, malformed);
    assert_eq!(server.get("/ocsp/garbage").body, malformed);
    assert_eq!(server.post("/ocsp", &[0x30; 100_000]).status, 413);
}

#[test]
fn what_is_kept_goes_out_without_database_and_signer_and_a_revocation_replaces_it() {
    let mut server = Server::start();
    let request = server.ocsp_request("1D01");
    let path = format!("/ocsp/{}", STANDARD.encode(&request).replace('=', "%3D"));
    let kept = server.post("/ocsp", &request).body;
    server.reachable.store(false, Ordering::SeqCst);
    let by_get = server.get(&path);
    assert!(server.post("/ocsp", &request).body == kept && by_get.body == kept, "the same octets");
    let etag = by_get.header("etag").unwrap();
    assert_eq!(server.get_with(&path, &format!("If-None-Match: {etag}")).status, 304);
    server.reachable.store(true, Ordering::SeqCst);
    server.world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    server.service.look();
    let after = server.get_with(&path, &format!("If-None-Match: {etag}"));
    assert!(after.status == 200 && after.body != kept);
    assert!(server.post("/ocsp", &request).body == after.body);
}

#[test]
fn the_metrics_tell_answers_from_memory_from_those_that_were_signed() {
    let server = Server::start();
    let request = server.ocsp_request("1D01");
    (0..3).for_each(|_| drop(server.post("/ocsp", &request)));
    let metrics = super::metrics::metrics(&server.service, server.service.now());
    for line in
        ["igc_ocsp_answers_total{from=\"memory\"} 2\n", "igc_ocsp_answers_total{from=\"signing\"} 1\n"]
    {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[test]
fn a_signer_that_fails_is_told_by_readyz_and_the_metrics_until_it_signs_again() {
    let server = Server::start();
    // Opens a connection, which stays open: what is away from here on is the signer.
    assert_eq!(server.operations("/readyz").0, 200);
    let request = server.ocsp_request("1D01");
    let says = |status: u16, word: &str, fails: u8| {
        let (got, text) = server.operations("/readyz?verbose");
        assert!(got == status && text.contains(word), "{text}");
        let metrics = super::metrics::metrics(&server.service, server.service.now());
        let line = format!("igc_ocsp_signing_fails{{issuer=\"{ISSUING}\"}} {fails}\n");
        assert!(metrics.contains(&line), "{metrics}");
    };
    server.reachable.store(false, Ordering::SeqCst);
    assert_eq!(server.post("/ocsp", &request).body, OcspResponseStatus::TryLater.bare_response());
    says(200, "[!] ocsp signing ACI-FO-PP: no signature since 20", 1);
    server.reachable.store(true, Ordering::SeqCst);
    assert!(server.post("/ocsp", &request).body.len() > 100);
    says(200, "\nready\n", 0);
    assert!(!server.operations("/readyz?verbose").1.contains("ocsp signing"));
}

#[test]
fn a_date_never_confirms_an_answer_that_a_revocation_of_the_same_second_replaced() {
    let mut server = Server::start();
    let path = format!("/ocsp/{}", STANDARD.encode(server.ocsp_request("1D01")).replace('=', "%3D"));
    let good = server.get(&path);
    let modified = good.header("last-modified").unwrap();
    server.world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    server.service.look();
    let after = server.get_with(&path, &format!("If-Modified-Since: {modified}"));
    assert_eq!(after.header("last-modified"), Some(modified), "the clock of this test stands still");
    assert!(after.status == 200 && after.body != good.body);
}

#[test]
fn an_answer_that_is_bound_to_a_nonce_is_kept_by_nobody() {
    let server = Server::start();
    let plain = server.ocsp_request("1D01");
    let arguments = ["ocsp", "-issuer", "ACI-FO-PP.pem", "-serial", "0x1D01", "-reqout", "bound.der"];
    let (ok, text) = server.world.openssl(&arguments);
    assert!(ok, "{text}");
    let bound = std::fs::read(server.world.path("bound.der")).unwrap();
    assert!(bound.len() > plain.len(), "openssl adds a nonce");
    let path = format!("/ocsp/{}", STANDARD.encode(&bound).replace('/', "%2F").replace('=', "%3D"));
    let (first, second) = (server.get(&path), server.get(&path));
    let words = "private, max-age=0, no-transform, must-revalidate";
    assert_eq!(first.header("cache-control").as_deref(), Some(words));
    assert_eq!(first.header("etag"), None);
    assert_ne!(first.body, second.body, "each is signed for itself");
}

#[test]
fn the_thread_that_follows_the_log_and_its_connection_have_ended_when_it_is_told_to_end() {
    let server = Server::start();
    let service =
        service(&server.world, Arc::clone(&server.reachable), server.world.start, StreamLimits::default());
    let following = service.follow().unwrap();
    let began = std::time::Instant::now();
    while service.answers().statuses.view().is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never looked");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(Arc::strong_count(service.shared()), 2);
    drop(following);
    assert_eq!(Arc::strong_count(service.shared()), 1);
}

#[test]
fn a_look_at_the_log_that_panics_is_followed_by_others() {
    let server = Server::start();
    let (looks, url) = (AtomicUsize::new(0), format!("sqlite:{}", server.world.path("igc.sqlite").display()));
    let service = StatusService::new(StatusSettings {
        folder: server.world.folder.clone(),
        policy: server.world.policy.clone(),
        answer_cache_octets: 0,
        ahead: SigningAhead::default(),
        workers: 1,
        open_database: Box::new(move || {
            assert!(looks.fetch_add(1, Ordering::SeqCst) > 0, "the first one panics");
            Ok(Database::open(&url, DatabaseRole::Status)?)
        }),
        open_signer: Box::new(|| Err("none is needed".into())),
        signer_figures: Arc::new(|| None),
        answers_ledger: "nowhere/answers.ledger".into(),
        clock: Arc::new({
            let now = server.world.start;
            move || now
        }),
        streams: StreamLimits::default(),
        connections: ConnectionLimits::default(),
    });
    let _following = service.follow().unwrap();
    let began = std::time::Instant::now();
    while service.answers().statuses.view().is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "its thread ended");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_database_file_that_takes_the_place_of_another_is_read_from_the_next_look_on_and_by_every_lookup() {
    let mut server = Server::start();
    let shared = Arc::clone(server.service.shared());
    let mut follower = Follower::default();
    follower.look(&shared);
    let never_issued = server.ocsp_request("1D77");
    server.post("/ocsp", &never_issued);

    let (stands, next) = (server.world.path("igc.sqlite"), server.world.path("next.sqlite"));
    server.world.db.copy_into(&next).unwrap();
    std::fs::rename(&next, &stands).unwrap();
    for beside in ["igc.sqlite-wal", "igc.sqlite-shm"] {
        std::fs::remove_file(server.world.path(beside)).unwrap();
    }
    let url = format!("sqlite:{}", stands.display());
    server.world.db = Database::open(&url, DatabaseRole::Owner).unwrap();
    server.world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    server.world.issue(ISSUING, "1D09", server.world.start.plus(Duration::from_secs(86_400)));
    follower.look(&shared);
    assert!(server.says("1D01").contains("revoked"), "the follower reads the file that stands");
    assert!(server.says("1D09").contains("good"), "whoever looks up does too");
}

impl Server {
    /// What `openssl ocsp` reads in the answer.
    fn says(&self, serial: &str) -> String {
        let answer = self.post("/ocsp", &self.ocsp_request(serial)).body;
        assert_ne!(answer, OcspResponseStatus::TryLater.bare_response());
        std::fs::write(self.world.path("answer.der"), answer).unwrap();
        let serial = format!("0x{serial}");
        let arguments = ["ocsp", "-issuer", "ACI-FO-PP.pem", "-serial", &serial, "-noverify", "-respin"];
        self.world.openssl(&[&arguments[..], &["answer.der"]].concat()).1
    }
}
