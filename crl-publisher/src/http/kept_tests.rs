//! OCSP over HTTP from memory, and the thread that keeps memory in step.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ca_core::revocation::RevocationReason;

use super::StreamLimits;
use super::tests::{Server, service};
use crate::fixture::ISSUING;

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
    assert_eq!(first.header("cache-control").as_deref(), Some("no-store"));
    assert_ne!(first.body, second.body, "each is signed for itself");
}

#[test]
fn the_thread_that_follows_the_log_ends_with_the_service() {
    let server = Server::start();
    let service =
        service(&server.world, Arc::clone(&server.reachable), server.world.start, StreamLimits::default());
    service.follow().unwrap();
    let began = std::time::Instant::now();
    while service.answers().statuses.view().is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never looked");
        std::thread::sleep(Duration::from_millis(5));
    }
    let left = service.shared();
    drop(service);
    while left.strong_count() > 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "it goes on for ever");
        std::thread::sleep(Duration::from_millis(5));
    }
}
