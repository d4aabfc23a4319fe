//! Measurements, by hand: `cargo test --release -p crl-publisher load_tests -- --ignored --nocapture --test-threads 1`.
//! Nothing here fails on a time. What was measured stands in docs/performance.md.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ca_core::serial::SerialNumber;
use diesel::connection::SimpleConnection;

use super::StreamLimits;
use super::tests::{exchange, serve, service};
use crate::fixture::{ISSUING, World};
use crate::status::{Standing, StatusImage, Statuses};

/// The serial number of the n-th certificate of a measurement.
fn serial(n: u64) -> SerialNumber {
    format!("1E00000000000000{n:016X}").parse().unwrap()
}

/// A world with so many good certificates. Each row has half a kilobyte beside its serial number, which nobody
/// reads.
fn world_with(certificates: u64) -> World {
    let mut world = World::new();
    let end = world.start.plus(Duration::from_secs(300 * 86_400)).millis();
    let sql = format!(
        "DROP TRIGGER certificates_begin_as_intended;
         DROP TRIGGER certificates_are_never_replaced;
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {certificates})
         INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
             spki_sha256, tbs, der, not_before, not_after, prepared_at)
         SELECT '{ISSUING}', printf('1E00000000000000%016X', i), 'test', 'good', 1, 'ceremony', zeroblob(32),
             randomblob(32), zeroblob(200), zeroblob(200), 0, {end}, 0 FROM n;"
    );
    world.db.batch_execute(&sql).unwrap();
    world
}

/// Processor time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().map(|place| fields[*place].parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
#[ignore = "measures"]
fn memory_of_a_certificate() {
    let mut before = (0, 0);
    for certificates in [100_000, 1_000_000, 3_600_000] {
        let start = resident();
        let image = StatusImage::default();
        for n in 0..certificates {
            image.learn(ISSUING, &serial(n), Standing::GOOD);
        }
        let (octets, resident) = (image.octets() as u64, resident() - start);
        println!(
            "{certificates} certificates: {:.1} octets each in the maps, {:.1} resident; {:.1} for each more",
            octets as f64 / certificates as f64,
            resident as f64 / certificates as f64,
            (octets - before.1) as f64 / (certificates - before.0) as f64,
        );
        before = (certificates, octets);
    }
}

#[test]
#[ignore = "measures"]
fn a_cold_start() {
    let certificates = 1_000_000;
    let world = world_with(certificates);
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    for _ in 0..3 {
        let mut db = store::Database::open(&url, store::DatabaseRole::Status).unwrap();
        let (wall, processor, statuses) = (Instant::now(), cpu(), Statuses::default());
        statuses.synchronise(&mut db, world.start).unwrap();
        println!(
            "{certificates} certificates read in {:?}, {:?} of processor",
            wall.elapsed(),
            cpu() - processor
        );
        let wall = Instant::now();
        (0..1000).for_each(|_| drop(statuses.synchronise(&mut db, world.start).unwrap()));
        println!("one look at the log: {:?}", wall.elapsed() / 1000);
    }
}

/// Requests of four connections, each one after the other, for a second: how many a second, and processor time
/// of one, ours and the clients' together.
fn load(address: &str, requests: &[Vec<u8>]) -> (f64, f64) {
    let (over, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let (wall, processor) = (Instant::now(), cpu());
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (over, done) = (&over, &done);
            scope.spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut answers = BufReader::new(stream.try_clone().unwrap());
                let mut body = Vec::new();
                for request in requests.iter().skip(client * requests.len() / 4).cycle() {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    stream.write_all(request).unwrap();
                    let (mut length, mut line) = (0, String::new());
                    while line != "\r\n" {
                        line.clear();
                        answers.read_line(&mut line).unwrap();
                        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                            length = value.trim().parse().unwrap();
                        }
                    }
                    body.resize(length, 0);
                    answers.read_exact(&mut body).unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_secs(1));
        over.store(true, Ordering::Relaxed);
    });
    let done = done.load(Ordering::Relaxed) as f64;
    (done / wall.elapsed().as_secs_f64(), (cpu() - processor).as_secs_f64() * 1e6 / done)
}

/// A handler that does nothing but send a body of this length, on a free port.
fn bare(length: usize) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let body = web::Bytes::from(vec![0x30; length]);
            let server = HttpServer::new(move || {
                let body = body.clone();
                App::new().default_service(web::to(move |_: web::Bytes| {
                    let body = body.clone();
                    async { HttpResponse::Ok().content_type("application/ocsp-response").body(body) }
                }))
            })
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
            sender.send(server.addrs()[0].to_string()).unwrap();
            server.run().await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// Rate and processor time, ours and the yardstick's.
type Pair = ((f64, f64), (f64, f64));

fn compare(what: &str, ours: &str, bare: &str, requests: &[Vec<u8>]) {
    let pairs: Vec<Pair> = (0..7).map(|_| (load(ours, requests), load(bare, requests))).collect();
    let of = |value: fn(&Pair) -> f64| median(pairs.iter().map(value).collect());
    println!(
        "{what}: {:.0}/s against {:.0}/s: wall {:.2}; processor with the client's {:.1} against {:.1} µs: {:.2}",
        of(|pair| pair.0.0),
        of(|pair| pair.1.0),
        of(|pair| pair.0.0 / pair.1.0),
        of(|pair| pair.0.1),
        of(|pair| pair.1.1),
        of(|pair| pair.0.1 / pair.1.1),
    );
}

#[test]
#[ignore = "measures"]
fn answers_over_http() {
    for certificates in [1_000, 1_000_000] {
        let mut world = world_with(certificates);
        let (_, text) = world.openssl(&[
            "ocsp",
            "-issuer",
            "ACI-FO-PP.pem",
            "-serial",
            "0x1E000000000000000000000000000000",
            "-no_nonce",
            "-reqout",
            "request.der",
        ]);
        let model = std::fs::read(world.path("request.der")).unwrap_or_else(|_| panic!("{text}"));
        let place = model.len() - 8;
        let asks = |n: u64| {
            let mut request = model.clone();
            request[place..].copy_from_slice(&n.to_be_bytes());
            request
        };
        let now = world.act(Duration::from_secs(2)).at;
        let service = service(&world, Arc::new(AtomicBool::new(true)), now, StreamLimits::default());
        service.look();
        let (ours, _) = serve(service);
        // A kilobyte of different ones, spread over all of them.
        let asked: Vec<Vec<u8>> = (0..1000).map(|n| asks(n * (certificates / 1000))).collect();
        let post = |body: &Vec<u8>| {
            let head = format!("POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
            [head.as_bytes(), body].concat()
        };
        let get = |body: &Vec<u8>| {
            let path = STANDARD.encode(body).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            format!("GET /ocsp/{path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()
        };
        let head = format!(
            "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            model.len()
        );
        let length = asked.iter().map(|body| exchange(&ours, &head, body).body.len()).max().unwrap();
        assert!(length > 200, "signed answers");
        let bare = bare(length);
        let (posts, gets): (Vec<_>, Vec<_>) = asked.iter().map(|body| (post(body), get(body))).unzip();
        compare(&format!("POST, {certificates} certificates, {length} octets"), &ours, &bare, &posts);
        compare(&format!("GET, {certificates} certificates"), &ours, &bare, &gets);
    }
}
