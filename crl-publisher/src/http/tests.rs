//! A real server on a real socket: routers and clients are where paths get lost.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{App, HttpServer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ca_core::revocation::RevocationReason;
use store::Timestamp;

use super::*;
use crate::crl::CrlKind;
use crate::fixture::{ISSUING, World, rng};
use crate::pool::OpenError;
use crate::publish::publish_certificates;

pub(super) struct Server {
    pub(super) world: World,
    /// False: no worker can be opened, as when the database is away.
    pub(super) reachable: Arc<AtomicBool>,
    pub(super) service: StatusService,
    pub(super) public: String,
    operations: String,
}

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(super) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

impl Server {
    pub(super) fn start() -> Self {
        Self::with(StreamLimits::default())
    }

    pub(super) fn with(streams: StreamLimits) -> Self {
        let mut world = World::new();
        world.issue(ISSUING, "1D01", world.start.plus(Duration::from_secs(86_400 * 300)));
        world.issue(ISSUING, "1D02", world.start.plus(Duration::from_secs(86_400 * 300)));
        world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
        world.oppose(1, "2600000017");
        world.oppose(2, "2600000025");
        let act = world.act(Duration::from_secs(1));
        world.publish_crls_and_list(&act);
        world.sign_root_crl(&act);
        publish_certificates(&mut world.db, &world.folder).unwrap();
        let reachable = Arc::new(AtomicBool::new(true));
        let now = act.at.plus(Duration::from_secs(1));
        let service = service(&world, Arc::clone(&reachable), now, streams);
        service.look();
        let (public, operations) = serve(service.clone());
        Self { world, reachable, service, public, operations }
    }

    pub(super) fn get(&self, path: &str) -> Got {
        exchange(&self.public, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), b"")
    }

    pub(super) fn get_with(&self, path: &str, header: &str) -> Got {
        exchange(
            &self.public,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n"),
            b"",
        )
    }

    pub(super) fn post(&self, path: &str, body: &[u8]) -> Got {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        exchange(&self.public, &head, body)
    }

    pub(super) fn operations(&self, path: &str) -> (u16, String) {
        let got = exchange(
            &self.operations,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            b"",
        );
        (got.status, String::from_utf8(got.body).unwrap())
    }

    pub(super) fn ocsp_request(&self, serial: &str) -> Vec<u8> {
        let serial = format!("0x{serial}");
        let (ok, text) = self.world.openssl(&[
            "ocsp",
            "-issuer",
            "ACI-FO-PP.pem",
            "-serial",
            &serial,
            "-no_nonce",
            "-reqout",
            "request.der",
        ]);
        assert!(ok, "{text}");
        std::fs::read(self.world.path("request.der")).unwrap()
    }
}

pub(crate) fn service(
    world: &World,
    reachable: Arc<AtomicBool>,
    now: Timestamp,
    streams: StreamLimits,
) -> StatusService {
    service_within(world, reachable, now, (streams, ConnectionLimits::default()))
}

pub(super) fn service_within(
    world: &World,
    reachable: Arc<AtomicBool>,
    now: Timestamp,
    (streams, connections): (StreamLimits, ConnectionLimits),
) -> StatusService {
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    let signer = world.signer.clone();
    let signing = Arc::clone(&reachable);
    StatusService::new(StatusSettings {
        folder: world.folder.clone(),
        policy: world.policy.clone(),
        answer_cache_octets: 1024 * 1024,
        ahead: SigningAhead::default(),
        workers: 2,
        open_database: Box::new(move || {
            is_here(&reachable)?;
            Ok(store::Database::open(&url, store::DatabaseRole::Status)?)
        }),
        open_signer: Box::new(move || {
            is_here(&signing)?;
            Ok(Box::new(signer.clone()))
        }),
        signer_figures: Arc::new(|| None),
        answers_ledger: "nowhere/answers.ledger".into(),
        clock: Arc::new(move || now),
        streams,
        connections,
    })
}

fn is_here(reachable: &AtomicBool) -> Result<(), OpenError> {
    if reachable.load(Ordering::SeqCst) { Ok(()) } else { Err("it is away".into()) }
}

/// Serves on two free ports from a thread of its own.
pub(crate) fn serve(service: StatusService) -> (String, String) {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let operations = service.clone();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let public = public_server(&service, listener, 1).unwrap();
            let operations =
                HttpServer::new(move || App::new().configure(configure_operations(operations.clone())))
                    .workers(1)
                    .disable_signals()
                    .bind("127.0.0.1:0")
                    .unwrap();
            sender.send((address, operations.addrs()[0].to_string())).unwrap();
            actix_web::rt::spawn(operations.run());
            public.await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

pub(crate) fn exchange(address: &str, head: &str, body: &[u8]) -> Got {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses a long body may answer, and close, before it has read all of it.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
    let headers = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, headers, body: bytes[end + 4..].to_vec() }
}

#[test]
fn ocsp_is_answered_by_post_on_any_path_and_by_get_in_any_form() {
    let server = Server::start();
    let request = server.ocsp_request("1D02");
    let first = server.post("/ocsp", &request);
    assert_eq!(
        (first.status, first.header("content-type").unwrap().as_str()),
        (200, "application/ocsp-response")
    );
    // RFC 9919 §6: nothing in an answer that is signed forbids to keep it.
    let words = "max-age=60, public, no-transform, must-revalidate";
    assert_eq!(first.header("cache-control").unwrap(), words);
    assert_eq!(
        (first.header("etag"), first.header("expires")),
        (None, None),
        "caches keep no answers to POST"
    );
    std::fs::write(server.world.path("answer.der"), &first.body).unwrap();
    let (_, text) = server.world.openssl(&[
        "ocsp",
        "-issuer",
        "ACI-FO-PP.pem",
        "-serial",
        "0x1D02",
        "-respin",
        "answer.der",
        "-CAfile",
        "ACR-FO.pem",
        "-verify_other",
        "ACI-FO-PP.pem",
    ]);
    assert!(text.contains("Response verify OK") && text.contains("0x1D02: revoked"), "{text}");
    for path in ["/", "/ocsp/", "/any/where"] {
        // Two ECDSA signatures differ by an octet or two in length.
        assert!(server.post(path, &request).body.len().abs_diff(first.body.len()) < 5, "{path}");
    }

    // Three octets of ones are `//` in base64, wherever they stand: here in the issuer's key hash,
    // so that a request which is read whole is unauthorized, and one that is not is malformed.
    let mut altered = request.clone();
    let hash = altered.windows(2).rposition(|window| window == [0x04, 0x14]).unwrap() + 2;
    altered[hash + 8..hash + 11].copy_from_slice(&[0xFF; 3]);
    let text = STANDARD.encode(&altered);
    assert!(text.contains("//"), "{text}");
    for form in [text.clone(), text.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D")] {
        for prefix in ["/ocsp/", "/", "/some/prefix/"] {
            let got = server.get(&format!("{prefix}{form}"));
            assert_eq!(got.body, [0x30, 0x03, 0x0A, 0x01, 0x06], "{prefix}{form}");
            assert_eq!(got.header("cache-control").unwrap(), "no-store");
        }
    }
}

#[test]
fn published_files_have_their_types_and_are_not_sent_twice() {
    let server = Server::start();
    let crl = std::fs::read(server.world.folder.crl_path(ISSUING, CrlKind::Full)).unwrap();
    for (path, content_type) in [
        ("/crl/ACI-FO-PP.crl", "application/pkix-crl"),
        ("/CRL/ACI-FO-PP.crl", "application/pkix-crl"),
        ("/crl/ACI-FO-PP-delta.crl", "application/pkix-crl"),
        ("/crl/ACR-FO.crl", "application/pkix-crl"),
        ("/ca/ACI-FO-PP.cer", "application/pkix-cert"),
        ("/AC/ACI-FO-PP.cer", "application/pkix-cert"),
        ("/ca/chain.p7b", "application/x-pkcs7-certificates"),
        ("/AC/Chaine_de_certification-IGC-Sante.p7b", "application/x-pkcs7-certificates"),
        ("/ca/chain.pem", "application/x-pem-file"),
        ("/oppositions/full.csv", "text/csv; charset=utf-8; header=present"),
        ("/oppositions/full.json", "application/json"),
        ("/oppositions/full.csv.p7s", "application/pkcs7-signature"),
        ("/oppositions/full.bin", "application/octet-stream"),
        ("/oppositions/full.bin.p7s", "application/pkcs7-signature"),
        ("/oppositions/changes/0.csv", "text/csv; charset=utf-8; header=present"),
        ("/oppositions/changes/0.json", "application/json"),
        ("/oppositions/changes/0.json.p7s", "application/pkcs7-signature"),
        ("/pc/", "text/html; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
    ] {
        let got = server.get(path);
        assert_eq!((got.status, got.header("content-type").as_deref()), (200, Some(content_type)), "{path}");
        let etag = got.header("etag").unwrap();
        let again = server.get_with(path, &format!("If-None-Match: W/\"other\", {etag}"));
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let modified = got.header("last-modified").unwrap();
        assert_eq!(server.get_with(path, &format!("If-Modified-Since: {modified}")).status, 304, "{path}");
        assert_eq!(server.get_with(path, "If-None-Match: \"other\"").status, 200, "{path}");
    }
    assert_eq!(server.get("/crl/ACI-FO-PP.crl").body, crl);
    let head = exchange(
        &server.public,
        "HEAD /crl/ACI-FO-PP.crl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"",
    );
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length").unwrap(), crl.len().to_string());
}

#[test]
fn a_crl_is_served_without_the_database_and_a_new_one_at_once() {
    let mut server = Server::start();
    server.reachable.store(false, Ordering::SeqCst);
    let before = server.get("/crl/ACI-FO-PP.crl").body;
    let act = server.world.act(Duration::from_secs(2));
    let world = &mut server.world;
    crate::publish::publish_crls_now(
        &mut world.db,
        &mut world.signer,
        &world.folder,
        &world.policy,
        &mut rng(),
        &act,
    )
    .unwrap();
    assert_ne!(server.get("/crl/ACI-FO-PP.crl").body, before);
}

#[test]
fn nothing_else_is_served() {
    let server = Server::start();
    for path in [
        "/crl/NO-SUCH.crl",
        "/igc.sqlite",
        "/../igc.sqlite",
        "/crl/..%2f..%2figc.sqlite",
        "/x",
        "/%",
        "/ca/",
        "/crl",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    let delete = exchange(
        &server.public,
        "DELETE /crl/ACR-FO.crl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"",
    );
    assert_eq!(delete.status, 405);
    assert_eq!(delete.header("allow").unwrap(), "GET, HEAD, POST");
}

#[test]
fn readiness_names_what_is_wrong_and_metrics_come_from_the_rows() {
    let server = Server::start();
    assert_eq!(server.operations("/livez"), (200, "ok\n".to_owned()));
    assert_eq!(server.operations("/readyz"), (200, "ready\n".to_owned()));
    let (_, verbose) = server.operations("/readyz?verbose");
    for check in [
        "[+] database: ok",
        "[+] crl ACR-FO full: ok, lasts 36",
        "[+] crl ACI-FO-PP delta: ok",
        "[+] ocsp ACI-FO-PP: ok",
        "[+] oppositions full.bin: ok",
        "[+] status log: ok, in step, ",
    ] {
        assert!(verbose.contains(check), "{verbose}");
    }
    let (_, metrics) = server.operations("/metrics");
    for line in [
        "igc_database_up 1",
        "igc_status_certificates 8",
        "igc_crl_entries{issuer=\"ACI-FO-PP\",kind=\"full\"} 1",
        "igc_root_crl_unlisted_revocations{issuer=\"ACR-FO\"} 0",
        "igc_certificates_revoked_total 1",
        "igc_cards_opposed_total 2",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert!(metrics.contains("igc_crl_number{issuer=\"ACR-FO\",kind=\"full\"} 1"), "{metrics}");
    let remaining = "igc_root_crl_remaining_seconds{issuer=\"ACR-FO\"} ";
    let remaining = metrics.lines().find_map(|line| line.strip_prefix(remaining)).unwrap();
    assert!((31_500_000..=31_536_000).contains(&remaining.parse().unwrap()), "{remaining}");
    std::fs::remove_file(server.world.folder.crl_path(ISSUING, CrlKind::Delta)).unwrap();
    let (status, text) = server.operations("/readyz");
    assert_eq!((status, text.as_str()), (503, "[-] crl ACI-FO-PP delta: not published\nnot ready\n"));
    std::fs::write(server.world.folder.oppositions_path("full.csv"), "sequence;card_number;opposed_at\n")
        .unwrap();
    let service = service(
        &server.world,
        Arc::clone(&server.reachable),
        server.world.start.plus(Duration::from_secs(86_400 * 2)),
        StreamLimits::default(),
    );
    let later =
        exchange(&serve(service).1, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"");
    let later = String::from_utf8(later.body).unwrap();
    for why in [
        "[-] oppositions full.csv: not a file that the list signer has signed",
        "[-] oppositions full.json: its next update was ",
        "[-] oppositions full.bin: its next update was ",
    ] {
        assert!(later.contains(why), "{later}");
    }
}

#[test]
fn readiness_fails_and_metrics_say_so_while_the_database_is_away() {
    let server = Server::start();
    server.reachable.store(false, Ordering::SeqCst);
    assert_eq!(server.operations("/readyz").0, 503);
    assert!(server.operations("/metrics").1.contains("igc_database_up 0"));
    assert_eq!(server.operations("/livez").0, 200);
}
