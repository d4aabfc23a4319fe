//! The running status role keeps to the bounds of `[status]` in `igc.toml`. What each bound does to whom is tested where the
//! server is (`crl-publisher/src/http/connection_tests.rs`).

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, run};
use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode};

use super::serve::serve;
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

const PATIENCE: Duration = Duration::from_secs(60);

fn bounded(bounds: [(&str, i64); 4]) -> Workshop {
    let workshop = workshop(DatabaseKind::Sqlite);
    bounds.into_iter().for_each(|(key, value)| workshop.configure("status", key, value));
    workshop
}

fn say(port: u16, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(text.as_bytes()).unwrap();
    connection
}

/// Everything until the role closes the connection; nothing where it does not.
fn until_closed(connection: &mut TcpStream) -> Option<String> {
    let mut said = Vec::new();
    connection.read_to_end(&mut said).ok()?;
    Some(String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_status_role_takes_its_bounds_from_the_configuration() {
    let workshop =
        bounded([("connections", 64), ("header_seconds", 1), ("idle_seconds", 1), ("body_seconds", 4)]);
    let status = status_service(&workshop);
    let mut body = say(status.port(), "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n0");
    let mut head = say(status.port(), "GET /pc/ HTTP/1.1\r\n");
    let mut idle = say(status.port(), "GET /pc/ HTTP/1.1\r\nHost: x\r\n\r\n");
    let told = until_closed(&mut body).expect("a body has a bound");
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("more than 4 s"), "{told}");
    // What had a second has ended before what had four.
    for (connection, answer) in [(&mut head, "HTTP/1.1 408"), (&mut idle, "HTTP/1.1 200")] {
        connection.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let told = until_closed(connection).expect("its bound is shorter");
        assert!(told.starts_with(answer), "{told}");
    }
}

#[test]
fn the_status_role_answers_no_more_connections_at_a_time_than_it_may() {
    let workshop =
        bounded([("connections", 16), ("header_seconds", 300), ("idle_seconds", 300), ("body_seconds", 300)]);
    let status = status_service(&workshop);
    let mut held = Vec::new();
    let answered = |connection: &mut TcpStream, patience: Duration| {
        connection.set_read_timeout(Some(patience)).unwrap();
        connection.read(&mut [0; 12]).is_ok_and(|length| length > 0)
    };
    for _ in 0..16 {
        held.push(say(status.port(), "GET /pc/ HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(answered(held.last_mut().unwrap(), PATIENCE));
    }
    let mut waits = say(status.port(), "GET /pc/ HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(!answered(&mut waits, Duration::from_millis(700)), "one more than the bound was answered");
    held.clear();
    assert!(answered(&mut waits, PATIENCE), "it was kept waiting, and not forgotten");
}

#[test]
fn a_bound_out_of_its_range_and_more_connections_than_open_files_are_refused_at_the_start() {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.configure("status", "body_seconds", 0);
    let refused = run(&mut workshop.command(&["serve", "--role", "status"]));
    assert!(
        !refused.status.success() && refused.said().contains("status.body_seconds"),
        "{}",
        refused.said()
    );
    assert!(refused.said().contains("config-invalid"), "{}", refused.said());
    workshop.configure("status", "body_seconds", 10);
    let command = workshop.command(&["serve", "--role", "status"]);
    let mut limited = std::process::Command::new("prlimit");
    limited.args(["--nofile=512", "--"]).arg(command.get_program()).args(command.get_args());
    let refused = run(&mut limited);
    assert!(!refused.status.success() && refused.said().contains("status.connections"), "{}", refused.said());
}

#[test]
fn the_web_role_reads_no_body_without_end() {
    let serving = serve();
    for request in
        ["GET /pki", "POST /opposition", "POST /nowhere", "GET /api/v1/orders", "PUT /api/v1/nowhere"]
    {
        let mut endless = encrypted(serving.web());
        let form = "Content-Type: application/x-www-form-urlencoded";
        let head =
            format!("{request} HTTP/1.1\r\nHost: localhost\r\n{form}\r\nTransfer-Encoding: chunked\r\n\r\n");
        endless.write_all(head.as_bytes()).unwrap();
        let (began, chunk) = (Instant::now(), format!("1000\r\n{}\r\n", "x".repeat(0x1000)));
        while endless.write_all(chunk.as_bytes()).is_ok() {
            assert!(began.elapsed() < PATIENCE, "{request}: a body that is nobody's is read without end");
            thread::sleep(Duration::from_millis(10));
        }
    }
    let mut again = encrypted(serving.web());
    let asked = "GET /pki HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    again.write_all(asked.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server that ends TLS without its last word has said all that it has to say.
    let _ = again.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

/// Five seconds for a head and fifteen to the next request; whoever drips a second head keeps no place either.
#[test]
fn the_web_role_ends_connections_that_only_hold_their_place() {
    let serving = serve();
    let get = "GET /pki HTTP/1.1\r\nHost: localhost\r\n";
    let mut held: Vec<_> = [("no head", ""), ("half a head", "GET /pki HTTP/1.1\r\nX-Slow: ")]
        .into_iter()
        .map(|(what, said)| {
            let mut connection = encrypted(serving.web());
            connection.write_all(said.as_bytes()).unwrap();
            (what, connection)
        })
        .collect();
    for (what, next) in [("nothing more", ""), ("half a second head", "GET /pki HTTP/1.1\r\nX-Slow: ")] {
        let mut connection = encrypted(serving.web());
        write!(connection, "{get}\r\n").unwrap();
        let mut octet = [0; 12];
        connection.read_exact(&mut octet).unwrap();
        assert_eq!(&octet, b"HTTP/1.1 200", "{what}");
        connection.write_all(next.as_bytes()).unwrap();
        held.push((what, connection));
    }
    let began = Instant::now();
    while !held.is_empty() {
        let names: Vec<_> = held.iter().map(|(what, _)| *what).collect();
        assert!(began.elapsed() < PATIENCE, "still open: {names:?}");
        held.retain_mut(|(what, connection)| {
            connection.get_ref().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            if what.starts_with("half") && connection.write_all(b"x").is_err() {
                return false;
            }
            match connection.read(&mut [0; 4096]) {
                Ok(0) => false,
                Ok(_) => true,
                Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            }
        });
    }
    let mut active = encrypted(serving.web());
    for _ in 0..3 {
        write!(active, "{get}Connection: keep-alive\r\n\r\n").unwrap();
        thread::sleep(Duration::from_secs(1));
    }
    active.get_ref().set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut said = Vec::new();
    let _ = active.read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said);
    assert_eq!(said.matches("HTTP/1.1 200").count(), 3, "{said}");
}

/// A connection to the officers' pages.
fn encrypted(port: u16) -> SslStream<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
    // Whose certificate it is matters elsewhere.
    connector.set_verify(SslVerifyMode::NONE);
    connector.build().connect("localhost", stream).unwrap()
}
