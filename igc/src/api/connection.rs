//! One request over a TLS connection of its own: HTTP/1.1, nothing kept, everything bounded.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use openssl::ssl::{SslConnector, SslFiletype, SslMethod};

use crate::faults;
use crate::problem::Problem;
use crate::setup::refuse_shared_key;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest answer, in octets.
const LONGEST: u64 = 1024 * 1024;

/// As whom one connects, and what is trusted.
pub struct Identity<'a> {
    /// PEM chain, one's own certificate first.
    pub certificate: &'a Path,
    /// Its PEM key, mode 0600.
    pub key: &'a Path,
    /// PEM certificates that vouch for the server; those of the system where absent.
    pub trusted: Option<&'a Path>,
}

/// Where one connects, and how.
pub(super) struct Connection {
    host: String,
    port: u16,
    tls: SslConnector,
}

/// An answer, read whole.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn to(server: &str, identity: &Identity<'_>) -> Result<Self, Problem> {
        let (host, port) = authority(server).ok_or_else(|| {
            Problem::new(faults::ARGUMENT, format!("--server: {server:?} is not https://HOST[:PORT]"))
        })?;
        refuse_shared_key(identity.key)?;
        let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(|error| tls(&error))?;
        let read = |path: &Path, error: &openssl::error::ErrorStack| {
            Problem::new(faults::CERTIFICATE_MALFORMED, format!("{}: {error}", path.display()))
        };
        builder
            .set_certificate_chain_file(identity.certificate)
            .map_err(|error| read(identity.certificate, &error))?;
        builder
            .set_private_key_file(identity.key, SslFiletype::PEM)
            .and_then(|()| builder.check_private_key())
            .map_err(|error| read(identity.key, &error))?;
        if let Some(path) = identity.trusted {
            builder.set_ca_file(path).map_err(|error| read(path, &error))?;
        }
        Ok(Self { host, port, tls: builder.build() })
    }

    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Said, Problem> {
        let unreachable = |error: &dyn std::fmt::Display| {
            Problem::new(faults::API_UNREACHABLE, format!("https://{}:{}: {error}", self.host, self.port))
        };
        let stream = self.connect().map_err(|error| unreachable(&error))?;
        let mut stream = self.tls.connect(&self.host, stream).map_err(|error| unreachable(&error))?;
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n", self.host, self.port);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            request.push_str(&format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ));
        } else {
            request.push_str("\r\n");
        }
        stream.write_all(request.as_bytes()).map_err(|error| unreachable(&error))?;
        let mut octets = Vec::new();
        stream.take(LONGEST).read_to_end(&mut octets).map_err(|error| unreachable(&error))?;
        read(&octets).ok_or_else(|| {
            Problem::new(
                faults::API_UNREADABLE,
                format!("{path}: the answer is no HTTP/1.1 of a known length"),
            )
        })
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let mut last = std::io::Error::other("the host has no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(PATIENCE))?;
                    stream.set_write_timeout(Some(PATIENCE))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// `https://pki.home.arpa:8444` as host and port.
fn authority(server: &str) -> Option<(String, u16)> {
    let rest = server.strip_prefix("https://")?.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (rest, 443),
    };
    let plain = !host.is_empty() && !host.contains(['/', '@', '?', '#', ':', ' ', '\r', '\n']);
    plain.then(|| (host.to_owned(), port))
}

/// Status, entity tag and body; nothing where the body is not as long as it says.
fn read(octets: &[u8]) -> Option<Said> {
    let end = octets.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&octets[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let field = |name: &str| {
        let mut found = fields.iter().filter(|(its, _)| its.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    };
    let length: usize = field("content-length")?.parse().ok()?;
    let body = octets[end + 4..].to_vec();
    (body.len() == length).then(|| Said { status, etag: field("etag").unwrap_or_default().to_owned(), body })
}

fn tls(error: &openssl::error::ErrorStack) -> Problem {
    Problem::new(faults::TOOL, format!("TLS: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_over_https_and_perhaps_a_port() {
        assert_eq!(authority("https://pki.home.arpa:8444"), Some(("pki.home.arpa".to_owned(), 8444)));
        assert_eq!(authority("https://pki.home.arpa/"), Some(("pki.home.arpa".to_owned(), 443)));
        for wrong in
            ["http://pki.home.arpa", "https://", "https://a/b", "https://a:99999", "https://u@a", "a:1"]
        {
            assert_eq!(authority(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_answer_is_read_whole_or_not_at_all() {
        let whole =
            b"HTTP/1.1 412 Precondition Failed\r\nETag: \"1.submitted\"\r\ncontent-length: 2\r\n\r\n{}";
        let said = read(whole).unwrap();
        assert_eq!(
            (said.status, said.etag.as_str(), said.body.as_slice()),
            (412, "\"1.submitted\"", &b"{}"[..])
        );
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(read(b"HTTP/1.1 200 OK\r\n\r\n{}").is_none(), "of no known length");
    }
}
