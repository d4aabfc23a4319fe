//! The client, against servers that misbehave.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;

/// Answers one connection with these octets, and waits until the other end goes; what it was asked.
fn stays_open(answer: Vec<u8>) -> (Fetcher, JoinHandle<String>) {
    answers(move |connection| {
        connection.write_all(&answer).unwrap();
        let _ = connection.read(&mut [0; 1]);
    })
}

/// Answers one connection with these octets; what it was asked.
fn server(answer: &'static [u8]) -> (Fetcher, JoinHandle<String>) {
    answers(move |connection| connection.write_all(answer).unwrap())
}

fn answers(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> (Fetcher, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let fetcher = Fetcher::at(listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let (mut asked, mut octets) = (String::new(), [0; 1024]);
        while !asked.contains("\r\n\r\n") {
            let read = connection.read(&mut octets).unwrap();
            asked += &String::from_utf8_lossy(&octets[..read]);
        }
        answer(&mut connection);
        asked
    });
    (fetcher, asked)
}

#[test]
fn a_url_of_another_host_is_asked_of_our_address_under_its_own_name() {
    let (fetcher, asked) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let url = HttpUrl::parse("http://igc.example:81/crl/ACI.crl").unwrap();
    assert_eq!(fetcher.get_url(&url, 10).unwrap(), b"ok");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("GET /crl/ACI.crl HTTP/1.1\r\n"), "{asked}");
    assert_eq!(asked.to_lowercase().matches("host: igc.example:81\r\n").count(), 1, "{asked}");
    assert_eq!(asked.to_lowercase().matches("host:").count(), 1, "{asked}");
}

#[test]
fn a_host_that_is_followed_is_connected_to_by_its_name_and_port_and_no_other_is() {
    let (elsewhere, asked) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nelsewhere");
    let there = format!("localhost:{}", elsewhere.address.port());
    let (here, _asked) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere");
    let fetcher = here.following(std::slice::from_ref(&there));
    let url = |host: &str| HttpUrl::parse(&format!("http://{host}/crl/ACI.crl")).unwrap();
    assert_eq!(fetcher.get_url(&url(&there), 10).unwrap(), b"elsewhere");
    let asked = asked.join().unwrap();
    assert!(asked.to_lowercase().contains(&format!("host: {there}\r\n")), "{asked}");
    assert_eq!(fetcher.get_url(&url("igc.example"), 10).unwrap(), b"here");
    for (host, connects) in [
        (there.as_str(), true),
        ("igc.example", false),
        (&format!("localhost:{}", fetcher.address.port()), true),
        (&format!("127.0.0.1:{}", fetcher.address.port()), true),
        ("localhost", false),
    ] {
        assert_eq!(fetcher.connects_to(host), connects, "{host}");
    }
    let spelt =
        Fetcher::at(fetcher.address).following(&["IGC.example:80".to_owned(), "b.example".to_owned()]);
    for (host, connects) in [
        ("igc.example", true),
        ("Igc.Example:80", true),
        ("b.EXAMPLE:80", true),
        ("b.example:8080", false),
        ("igc.example:8", false),
    ] {
        assert_eq!(spelt.connects_to(host), connects, "{host}");
    }
    // Nobody answers there any more, and what the other one serves does not hide it.
    assert!(matches!(fetcher.get_url(&url(&there), 10), Err(FetchError::Http(_))));
}

#[test]
fn a_redirect_is_not_followed() {
    let (fetcher, _) =
        server(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    assert!(matches!(fetcher.get("/a", 10), Err(FetchError::Status(302))));
}

#[test]
fn what_is_larger_than_it_may_be_or_breaks_off_is_refused() {
    let (fetcher, _) = server(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345678901");
    assert!(matches!(fetcher.get("/a", 10), Err(FetchError::TooLarge(10))));
    let (fetcher, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n1234567890");
    assert!(matches!(fetcher.get("/a", 100), Err(FetchError::BrokeOff(_) | FetchError::Http(_))));
}

fn wanted(patience_ms: u64) -> Stream<'static> {
    Stream { path: "/e", last_event_id: 7, limit: 20, patience: Duration::from_millis(patience_ms) }
}

#[test]
fn of_a_stream_is_read_what_is_enough_and_no_longer_or_larger_than_it_may_be() {
    let events = |text: &'static str| {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec();
        answer.extend_from_slice(text.as_bytes());
        stays_open(answer)
    };
    let (fetcher, asked) = events("one two");
    assert_eq!(fetcher.stream(&wanted(20_000), |octets| octets.ends_with(b"two")).unwrap(), b"one two");
    assert!(asked.join().unwrap().to_lowercase().contains("last-event-id: 7\r\n"));
    // Three is still to come when the time is over.
    let (fetcher, _asked) = events("one two");
    assert_eq!(fetcher.stream(&wanted(300), |octets| octets.ends_with(b"three")).unwrap(), b"one two");
    let (fetcher, _asked) = events("one two three four five");
    assert!(matches!(fetcher.stream(&wanted(20_000), |_| false), Err(FetchError::TooLarge(20))));
    let (fetcher, _asked) = stays_open(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\none".to_vec());
    assert!(matches!(fetcher.stream(&wanted(20_000), |_| false), Err(FetchError::NoStream)));
    let (fetcher, _asked) = stays_open(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_vec());
    assert!(matches!(fetcher.stream(&wanted(20_000), |_| false), Err(FetchError::Status(503))));
}

#[test]
fn an_address_of_every_interface_is_asked_on_the_loopback() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    assert_eq!(
        Fetcher::at(SocketAddr::from(([0, 0, 0, 0], port))).address.to_string(),
        format!("127.0.0.1:{port}")
    );
}

#[test]
fn an_answer_says_how_long_a_cache_may_have_kept_it() {
    for (header, seconds) in [
        ("public, max-age=60, no-transform", 60),
        ("s-maxage=90,max-age=60", 90),
        ("no-store", 0),
        ("max-age=x, max-age=-1", 0),
    ] {
        assert_eq!(max_age(header), Duration::from_secs(seconds), "{header}");
    }
}

#[test]
fn only_http_urls_of_a_plain_form_are_read() {
    let url = |host: &str, path: &str| Some(HttpUrl { host: host.to_owned(), path: path.to_owned() });
    assert_eq!(HttpUrl::parse("http://a:8080/crl/x.crl"), url("a:8080", "/crl/x.crl"));
    assert_eq!(HttpUrl::parse("http://a"), url("a", "/"));
    for refused in
        ["https://a/b", "ldap://a/b", "http:///b", "http://u@a/b", "http://a/b c", "http://a/\r\nx: y"]
    {
        assert_eq!(HttpUrl::parse(refused), None, "{refused}");
    }
}
