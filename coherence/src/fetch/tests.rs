//! The client, against servers that misbehave.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;

/// Answers one connection with these octets; what it was asked.
fn server(answer: &'static [u8]) -> (Fetcher, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let fetcher = Fetcher::at(listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let (mut asked, mut octets) = (String::new(), [0; 1024]);
        while !asked.contains("\r\n\r\n") {
            let read = connection.read(&mut octets).unwrap();
            asked += &String::from_utf8_lossy(&octets[..read]);
        }
        connection.write_all(answer).unwrap();
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
