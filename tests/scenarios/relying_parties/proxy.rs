//! The nginx of docs/reverse-proxy.md stands before the status role: what it passes on is what was asked, and what it
//! keeps is what may be kept.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Running, chance, free_port, start, wait_for_port};
use coherence::fetch::Fetcher;
use coherence::{Face, Kind, Sample, look};
use openssl::asn1::Asn1Integer;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspCertStatus, OcspRequest, OcspResponse, OcspResponseStatus};
use openssl::x509::X509;
use store::{Act, Actor, DatabaseRole, RequestId};

use super::{AUTHORITY, Scene, scene};

/// The documented server, at a port of this test.
struct Proxy {
    port: u16,
    log: std::path::PathBuf,
    _process: Running,
}

impl Proxy {
    /// With lines of the document replaced, which it must have.
    fn start(scene: &Scene, altered: &[(&str, &str)]) -> Self {
        let document = include_str!("../../../docs/reverse-proxy.md");
        let (_, block) = document.split_once("```nginx\n").unwrap();
        let (block, _) = block.split_once("```").unwrap();
        let port = free_port();
        let folder = tempfile::Builder::new().prefix("proxy").tempdir_in(scene.folder.path()).unwrap().keep();
        let mut block = block.to_owned();
        let mut replace = |from: &str, to: &str| {
            assert!(block.contains(from), "the document no longer has {from:?}");
            block = block.replace(from, to);
        };
        altered.iter().for_each(|(from, to)| replace(from, to));
        replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
        replace("http://127.0.0.1:8080", &format!("http://127.0.0.1:{}", scene.service.port()));
        replace("/var/cache/nginx/igc", &folder.join("cache").display().to_string());
        let elsewhere = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {};", folder.join(what).display()))
            .join("\n");
        let log = folder.join("error.log");
        let configuration = folder.join("nginx.conf");
        let text = format!(
            "daemon off; master_process off; pid {}; error_log {} info;
             events {{ worker_connections 64; }}
             http {{ access_log off; {elsewhere}\n{block} }}",
            folder.join("nginx.pid").display(),
            log.display(),
        );
        fs::write(&configuration, text).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "/usr/sbin/nginx", "-p"]).arg(&folder);
        command.arg("-e").arg(&log).arg("-c").arg(configuration);
        let process = start(&mut command);
        wait_for_port(port, Duration::from_secs(20));
        Self { port, log, _process: process }
    }

    /// The answer to a GET whose path ends with this text, as it is.
    fn get(&self, path: &str) -> OcspResponse {
        let url = format!("http://127.0.0.1:{}/ocsp/{path}", self.port);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--path-as-is", "--globoff", "--output", "-", &url]);
        let answer = curl.output().unwrap();
        assert!(answer.status.success(), "{url}: {}", fs::read_to_string(&self.log).unwrap());
        OcspResponse::from_der(&answer.stdout)
            .unwrap_or_else(|_| panic!("{url}: {:?}", String::from_utf8_lossy(&answer.stdout)))
    }
}

/// An OCSP request about a serial number.
struct Question {
    base64: String,
    subject: X509,
    issuer: X509,
}

impl Question {
    fn of(issuer: &X509, serial: &BigNum) -> Self {
        let mut subject = X509::builder().unwrap();
        subject.set_issuer_name(issuer.subject_name()).unwrap();
        subject.set_serial_number(&Asn1Integer::from_bn(serial).unwrap()).unwrap();
        let mut question = Self { base64: String::new(), subject: subject.build(), issuer: issuer.clone() };
        let mut request = OcspRequest::new().unwrap();
        request.add_id(question.id()).unwrap();
        question.base64 = openssl::base64::encode_block(&request.to_der().unwrap());
        question
    }

    /// About a number that was never given, and with everything in its base64 that a path may suffer from.
    fn with_slashes(issuer: &X509) -> Self {
        (0_u32..=u32::MAX)
            .map(|n| {
                BigNum::from_slice(&[&[0x1D, 0xFB, 0xEF, 0xFF, 0xFF], &n.to_be_bytes()[..]].concat()).unwrap()
            })
            .map(|serial| Self::of(issuer, &serial))
            .find(|one| one.base64.contains("//") && one.base64.contains('+') && one.base64.ends_with('='))
            .unwrap()
    }

    fn id(&self) -> OcspCertId {
        OcspCertId::from_cert(MessageDigest::sha1(), &self.subject, &self.issuer).unwrap()
    }

    /// As clients write it: as it is, and with what has a meaning in addresses escaped.
    fn written(&self) -> [String; 2] {
        let escaped = self.base64.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        [self.base64.clone(), escaped]
    }

    fn status_in(&self, answer: &OcspResponse) -> OcspCertStatus {
        assert_eq!(answer.status(), OcspResponseStatus::SUCCESSFUL);
        answer.basic().unwrap().find_status(&self.id()).expect("an answer to this question").status
    }
}

fn issuer(scene: &Scene) -> X509 {
    let path = scene.workshop.dir().join(format!("public/ca/{AUTHORITY}.cer"));
    X509::from_der(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_request_with_two_slashes_comes_through_the_documented_proxy_and_not_through_one_that_cleans_paths() {
    let scene = scene();
    let question = Question::with_slashes(&issuer(&scene));
    let proxy = Proxy::start(&scene, &[]);
    for written in question.written() {
        // The second comes from the cache.
        for _ in 0..2 {
            assert_eq!(question.status_in(&proxy.get(&written)), OcspCertStatus::UNKNOWN, "{written}");
        }
    }
    let serial = BigNum::from_hex_str(&scene.good.certificate.serial.to_string()).unwrap();
    let of_card = Question::of(&issuer(&scene), &serial);
    for written in of_card.written() {
        assert_eq!(of_card.status_in(&proxy.get(&written)), OcspCertStatus::GOOD, "{written}");
    }
    let cleaning = [
        ("merge_slashes off;", ""),
        ("proxy_pass http://127.0.0.1:8080;", "proxy_pass http://127.0.0.1:8080/;"),
    ];
    let answer = Proxy::start(&scene, &cleaning).get(&question.base64);
    assert_eq!(
        answer.status(),
        OcspResponseStatus::MALFORMED_REQUEST,
        "nothing else than the slash was lost"
    );
}

#[test]
fn an_opposition_goes_through_the_documented_proxy_as_it_comes() {
    let scene = scene();
    let proxy = Proxy::start(&scene, &[]);
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET /oppositions/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    scene.declare_lost();
    let card = scene.lost.card.to_string();
    let mut lines = BufReader::new(stream).lines();
    assert!(lines.any(|line| line.unwrap().contains(&card)), "the stream ended without it");
    // And whoever asks is told so once what a cache may keep has ended, and no later.
    let serial = BigNum::from_hex_str(&scene.lost.certificate.serial.to_string()).unwrap();
    let question = Question::of(&issuer(&scene), &serial);
    scene.service.comes_to_say(&scene.workshop, &scene.lost.certificate, "revoked");
    assert_eq!(question.status_in(&proxy.get(&question.base64)), OcspCertStatus::REVOKED);
}

/// Whoever looks through the proxy meets what its cache kept: that is under way as long as the files say, and no longer.
#[test]
fn what_a_cache_may_keep_is_no_difference_of_coherence_and_what_it_keeps_longer_is_one() {
    let scene = scene();
    let proxy = Proxy::start(&scene, &[]);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, proxy.port));
    let differences = |seconds_later| {
        let mut db = scene.workshop.open(DatabaseRole::Owner);
        let at = db.now().unwrap().plus(Duration::from_secs(seconds_later));
        let act = Act { at, actor: Actor::Job("coherence"), request: RequestId("test".into()) };
        let sample = Sample::draw(&mut db, &mut chance(), at).unwrap();
        let looked = look(&mut db, &Fetcher::at(address), &sample, &act).unwrap();
        // Of the hours that are said here the cache knows nothing: an answer of OCSP that it kept a moment ago is no minute old.
        let of_files = looked.differences.into_iter().filter(|one| one.face != Face::Ocsp);
        of_files.map(|one| (one.kind, one.place)).collect::<BTreeSet<_>>()
    };
    assert_eq!(differences(0), BTreeSet::new());
    scene.declare_lost();
    scene.service.comes_to_say(&scene.workshop, &scene.lost.certificate, "revoked");
    // Two minutes would be enough where nothing is kept.
    assert_eq!(differences(240), BTreeSet::new());
    let later = differences(600);
    let stale = (Kind::Stale, format!("/crl/{AUTHORITY}.crl"));
    assert!(later.contains(&stale), "{later:?}");
}

#[test]
fn nobody_takes_all_streams_of_oppositions_behind_the_documented_proxy() {
    let scene = scene();
    let proxy = Proxy::start(&scene, &[]);
    let open = || {
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(b"GET /oppositions/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut status = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut status).unwrap();
        (status.trim_end().to_owned(), stream)
    };
    let streams: Vec<_> = (0..8).map(|_| open()).collect();
    assert!(streams.iter().all(|(status, _)| status == "HTTP/1.1 200 OK"), "{streams:?}");
    assert_eq!(open().0, "HTTP/1.1 429 Too Many Requests");
    // It is the streams that are counted, and nothing else.
    let question = Question::with_slashes(&issuer(&scene));
    assert_eq!(question.status_in(&proxy.get(&question.base64)), OcspCertStatus::UNKNOWN);
}

#[test]
fn who_asks_more_than_the_documented_proxy_allows_is_told_so_and_who_is_known_to_it_is_not() {
    let scene = scene();
    let question = Question::with_slashes(&issuer(&scene));
    let answered = |proxy: &Proxy| {
        let status = |_| {
            let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            write!(stream, "GET /ocsp/{} HTTP/1.1\r\nHost: localhost\r\n\r\n", question.base64).unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).unwrap();
            line.split(' ').nth(1).unwrap().to_owned()
        };
        (0..4).map(status).collect::<Vec<_>>()
    };
    let narrow = [("rate=50r/s", "rate=1r/m"), ("burst=500", "burst=2")];
    assert_eq!(answered(&Proxy::start(&scene, &narrow)), ["200"; 4]);
    let unknown = [&narrow[..], &[("127.0.0.1 1;", "127.0.0.2 1;")]].concat();
    assert_eq!(answered(&Proxy::start(&scene, &unknown)), ["200", "200", "200", "429"]);
}
