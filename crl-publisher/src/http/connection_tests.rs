//! Connections of strangers: each costs what the limits say, and no more.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::StreamLimits;
use super::public_server::ConnectionLimits;
use super::tests::{Server, serve, service_within};

/// Longer than any test lasts.
const LONG: Duration = Duration::from_secs(300);

/// Longer than a machine that does other things needs, and shorter than [`LONG`].
const PATIENCE: Duration = Duration::from_secs(60);

const UNLIMITED: ConnectionLimits =
    ConnectionLimits { connections: 1000, header: LONG, body: LONG, idle: LONG };

const GET: &str = "GET /pc/ HTTP/1.1\r\nHost: x\r\n\r\n";

/// Where the world of `server` is served within limits, besides.
fn within(server: &Server, limits: ConnectionLimits) -> String {
    let limits = (StreamLimits::default(), limits);
    let now = server.world.start.plus(Duration::from_secs(2));
    serve(service_within(&server.world, Arc::clone(&server.reachable), now, limits)).0
}

/// A connection over which this much was said.
fn say(address: &str, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(text.as_bytes()).unwrap();
    connection
}

/// The head of the next answer; its body is read over.
fn answer(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut octet = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut octet).unwrap();
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    connection.read_exact(&mut vec![0; length.parse().unwrap()]).unwrap();
    head
}

/// Everything until the server closes; nothing where it does not.
fn until_closed(connection: &mut TcpStream) -> Option<String> {
    let mut said = Vec::new();
    match connection.read_to_end(&mut said) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
        // What was not read of a request is answered with a reset.
        _ => Some(String::from_utf8(said).unwrap()),
    }
}

/// Goes on saying one more octet until nobody listens; a hundred seconds at most.
fn drip(connection: &TcpStream) -> thread::JoinHandle<()> {
    let mut connection = connection.try_clone().unwrap();
    thread::spawn(move || {
        for _ in 0..1000 {
            thread::sleep(Duration::from_millis(100));
            if connection.write_all(b"x").is_err() {
                return;
            }
        }
    })
}

#[test]
fn whoever_is_slow_loses_his_connection_at_the_bound_that_is_set() {
    let server = Server::start();
    let second = Duration::from_secs(1);
    // The order in which they end tells one bound from another, however slow the machine is.
    let limits = ConnectionLimits { header: second, idle: second, body: 4 * second, ..UNLIMITED };
    let address = within(&server, limits);
    let post = "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n";
    let mut stops = say(&address, &format!("{post}the first of it"));
    let mut slow = say(&address, post);
    let mut silent = say(&address, "");
    let mut slow_head = say(&address, "GET /pc/ HTTP/1.1\r\nX-Slow: ");
    let mut idle = say(&address, GET);
    assert!(answer(&mut idle).starts_with("HTTP/1.1 200"));
    let drips = [drip(&slow), drip(&slow_head)];

    let told =
        [&mut stops, &mut slow].map(|connection| until_closed(connection).expect("its body has a bound"));
    for told in told {
        assert!(told.starts_with("HTTP/1.1 408"), "{told}");
        assert!(told.contains("the body took more than 4 s"), "{told}");
    }
    for (what, connection) in [("silent", &mut silent), ("slow head", &mut slow_head), ("idle", &mut idle)] {
        connection.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let told =
            until_closed(connection).unwrap_or_else(|| panic!("{what}: open after four of its bounds"));
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{what}: {told}");
    }
    drips.into_iter().for_each(|drip| drip.join().unwrap());
}

#[test]
fn an_octet_of_the_next_request_keeps_no_place() {
    let server = Server::start();
    let second = Duration::from_secs(1);
    let address = within(&server, ConnectionLimits { header: second, idle: second, ..UNLIMITED });
    let mut active = say(&address, GET);
    let [mut silent, mut drips] = [(); 2].map(|()| {
        let mut begun = say(&address, GET);
        assert!(answer(&mut begun).starts_with("HTTP/1.1 200"));
        begun.write_all(b"GET /").unwrap();
        begun
    });
    let dripping = drip(&drips);
    let began = Instant::now();
    while began.elapsed() < 4 * second {
        assert!(answer(&mut active).starts_with("HTTP/1.1 200"), "whoever goes on asking is answered");
        thread::sleep(Duration::from_millis(300));
        active.write_all(GET.as_bytes()).unwrap();
    }
    for (what, connection) in [("silent", &mut silent), ("slow", &mut drips)] {
        assert!(until_closed(connection).is_some(), "a {what} second head keeps its connection");
    }
    dripping.join().unwrap();
}

#[test]
fn a_body_is_refused_for_its_length_before_it_is_there() {
    let server = Server::start();
    let address = within(&server, UNLIMITED);
    let head = "POST /ocsp HTTP/1.1\r\nHost: x\r\n";
    let mut huge = say(&address, &format!("{head}Content-Length: 10000000000\r\n\r\n"));
    let told = until_closed(&mut huge).expect("what is announced is not waited for");
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");

    let mut endless = say(&address, &format!("{head}Transfer-Encoding: chunked\r\n\r\n"));
    for _ in 0..16 {
        // It may have been refused already.
        let _ = endless.write_all(format!("400\r\n{}\r\n", "x".repeat(0x400)).as_bytes());
    }
    let told = until_closed(&mut endless).expect("nothing is collected without end");
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
}

#[test]
fn a_head_has_a_bound() {
    let server = Server::start();
    let mut endless = say(&within(&server, UNLIMITED), "GET /pc/ HTTP/1.1\r\nX-Long: ");
    let line = [b'x'; 64 * 1024];
    let refused = (0..1024).any(|_| endless.write_all(&line).is_err());
    assert!(refused, "64 MiB of a head were taken");
}

#[test]
fn a_body_that_nobody_asked_for_is_not_read_without_end() {
    let server = Server::start();
    let address = within(&server, UNLIMITED);
    for method in ["GET", "HEAD", "DELETE"] {
        let head = format!("{method} /pc/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        let mut endless = say(&address, &head);
        let began = Instant::now();
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        while endless.write_all(chunk.as_bytes()).is_ok() {
            assert!(began.elapsed() < PATIENCE, "{method}: a body that is nobody's is read without end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn one_connection_more_than_the_bound_waits_until_another_ends() {
    let server = Server::start();
    let address = within(&server, ConnectionLimits { connections: 3, ..UNLIMITED });
    let mut held: Vec<TcpStream> = (0..3).map(|_| say(&address, GET)).collect();
    for connection in &mut held {
        assert!(answer(connection).starts_with("HTTP/1.1 200"));
    }
    let mut waits = say(&address, GET);
    waits.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
    assert!(waits.read(&mut [0]).is_err(), "a fourth connection was answered");
    drop(held.pop());
    waits.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(answer(&mut waits).starts_with("HTTP/1.1 200"));
}
