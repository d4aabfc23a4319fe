//! What caches may keep, and what is never served.

use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use actix_web::body::MessageBody;
use actix_web::http::header::HttpDate;
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::ocsp::{OcspResponse, OcspResponseStatus};
use store::Timestamp;

use super::StreamLimits;
use super::not_served::NotServed;
use super::reply::Reply;
use super::service::not_served;
use super::tests::{Server, exchange, serve, service};
use crate::crl::CrlKind;
use crate::fixture::ISSUING;

/// The cache-control of a GET at another moment.
fn cache_control(server: &Server, path: &str, now: Timestamp) -> String {
    let service = service(&server.world, Arc::clone(&server.reachable), now, StreamLimits::default());
    service.look();
    let (public, _) = serve(service);
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    exchange(&public, &head, b"").header("cache-control").unwrap()
}

#[test]
fn no_cache_keeps_a_crl_or_an_answer_past_its_next_update() {
    let mut server = Server::start();
    let crl = std::fs::read(server.world.folder.crl_path(ISSUING, CrlKind::Full)).unwrap();
    let end = crate::crl::read::Crl::read(&crl).unwrap().next_update;
    let path = "/crl/ACI-FO-PP.crl";
    let words = "public, no-transform, must-revalidate";
    for (before, left) in [(301, 300), (299, 299), (30, 30), (0, 0)] {
        let now = end.minus(Duration::from_secs(before));
        assert_eq!(cache_control(&server, path, now), format!("max-age={left}, {words}"));
    }
    let within_a_second = end.minus(Duration::from_millis(10_400));
    assert_eq!(cache_control(&server, path, within_a_second), format!("max-age=10, {words}"));
    assert_eq!(cache_control(&server, path, end.plus(Duration::from_secs(5))), format!("max-age=0, {words}"));
    server.world.policy.ocsp_validity = Duration::from_secs(40);
    let path = format!("/ocsp/{}", STANDARD.encode(server.ocsp_request("1D01")).replace('=', "%3D"));
    let now = server.world.start.whole_second().plus(Duration::from_secs(1));
    assert_eq!(cache_control(&server, &path, now), format!("max-age=40, {words}"));
    // thisUpdate has no fraction of a second, and neither has the end that counts from it.
    let now = now.plus(Duration::from_millis(600));
    assert_eq!(cache_control(&server, &path, now), format!("max-age=39, {words}"));
}

#[test]
fn an_answer_by_get_is_cached_for_a_moment() {
    let server = Server::start();
    let path = format!("/ocsp/{}", STANDARD.encode(server.ocsp_request("1D01")).replace('=', "%3D"));
    let got = server.get(&path);
    assert_eq!(got.status, 200);
    assert_eq!(got.header("cache-control").unwrap(), "max-age=60, public, no-transform, must-revalidate");
    let date = |header| SystemTime::from(got.header(header).unwrap().parse::<HttpDate>().unwrap());
    // It was known to be so at the moment of the request, by the clock of this server.
    let kept = date("expires").duration_since(date("last-modified")).unwrap();
    assert_eq!(kept, Duration::from_secs(60), "Expires says what max-age does, and no later");
    let etag = crate::entity_tag::entity_tag(&got.body);
    assert_eq!(got.header("etag").unwrap(), etag);
    let again =
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nIf-None-Match: {etag}\r\nConnection: close\r\n\r\n");
    assert_eq!(exchange(&server.public, &again, b"").status, 304);
}

#[test]
fn no_cache_keeps_an_error() {
    let server = Server::start();
    let delete = exchange(
        &server.public,
        "DELETE /crl/ACR-FO.crl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"",
    );
    for got in [
        delete,
        server.get("/x"),
        server.get("/ocsp/garbage"),
        server.get("/oppositions/changes?since=x"),
        server.post("/ocsp", &[0x30; 100_000]),
    ] {
        assert_eq!(got.header("cache-control").as_deref(), Some("no-store"), "{}", got.headers);
    }
}

/// RFC 9919 §6: an error is never cached, and *tryLater* is one although HTTP says 200.
#[test]
fn no_cache_keeps_that_there_is_no_answer_yet() {
    let server = Server::start();
    let path = format!("/ocsp/{}", STANDARD.encode(server.ocsp_request("1D01")).replace('=', "%3D"));
    server.reachable.store(false, Ordering::SeqCst);
    let ended = server.world.start.plus(server.world.policy.ocsp_validity * 2);
    let (public, _) =
        serve(service(&server.world, Arc::clone(&server.reachable), ended, StreamLimits::default()));
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let got = exchange(&public, &head, b"");
    let said = OcspResponse::from_der(&got.body).unwrap().status();
    assert_eq!((got.status, said), (200, OcspResponseStatus::TRY_LATER));
    assert_eq!(got.header("cache-control").as_deref(), Some("no-store"), "{}", got.headers);
    for validator in ["etag", "last-modified", "expires"] {
        assert_eq!(got.header(validator), None, "{}", got.headers);
    }
}

#[test]
fn what_is_no_crl_or_a_link_is_not_served_as_one() {
    let server = Server::start();
    let path = |kind| server.world.folder.crl_path(ISSUING, kind);
    let delta = std::fs::read(path(CrlKind::Delta)).unwrap();
    for bytes in [b"garbage".to_vec(), delta] {
        std::fs::write(path(CrlKind::Full), bytes).unwrap();
        let got = server.get("/crl/ACI-FO-PP.crl");
        assert_eq!((got.status, got.header("cache-control").as_deref()), (503, Some("no-store")));
    }
    std::fs::remove_file(path(CrlKind::Full)).unwrap();
    std::os::unix::fs::symlink(path(CrlKind::Delta), path(CrlKind::Full)).unwrap();
    std::os::unix::fs::symlink(server.world.path("igc.sqlite"), server.world.folder.ca_path("SECRET.cer"))
        .unwrap();
    assert_eq!(server.get("/crl/ACI-FO-PP.crl").status, 404);
    assert_eq!(server.get("/ca/SECRET.cer").status, 404);
}

/// Two versions may be written in one second, and fetched in between.
#[test]
fn a_file_has_no_date_to_ask_by_in_the_second_in_which_it_was_written() {
    let written = Timestamp::from_millis(1_800_000_000_300);
    let asked = |later: u64| {
        let reply =
            Reply::cached("text/plain", "x".into(), "\"1\"".into(), written, Duration::from_secs(300), None);
        let since = "Fri, 15 Jan 2027 08:00:00 GMT";
        let request = TestRequest::default().insert_header(("if-modified-since", since)).to_http_request();
        let response = reply.into_response(&request, written.plus(Duration::from_millis(later)));
        let dated = response.headers().get("last-modified").map(|date| date.to_str().unwrap().to_owned());
        (response.status().as_u16(), dated)
    };
    assert_eq!(asked(0), (200, None));
    assert_eq!(asked(699), (200, None));
    assert_eq!(asked(700), (304, Some("Fri, 15 Jan 2027 08:00:00 GMT".to_owned())));
}

#[test]
fn whoever_is_not_given_a_slow_file_is_told_why_and_when_to_come_back() {
    let request = TestRequest::default().to_http_request();
    // A file system on the network says that its time is over in the word that once stood for a crowd.
    let disk = NotServed::from(Error::from(ErrorKind::TimedOut));
    for (error, why) in [
        (NotServed::StillRead, "the file is being read"),
        (NotServed::Lost, "the file could not be read"),
        (disk, "the file could not be read"),
        (NotServed::Refused("damaged".to_owned()), "what stands there is not what should"),
    ] {
        let at = Timestamp::from_seconds(1_800_000_000);
        let response = not_served(&error, "crl/ACI-FO-PP.crl").into_response(&request, at);
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!((response.status().as_u16(), header("retry-after")), (503, Some("5")));
        assert_eq!(header("cache-control"), Some("no-store"));
        let body = response.into_body().try_into_bytes().unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "status-unavailable");
        assert!(problem["detail"].as_str().unwrap().starts_with(why), "{problem}");
    }
}
