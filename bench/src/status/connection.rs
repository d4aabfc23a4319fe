//! One connection of a client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crl_publisher::ocsp::response::{BasicOcspResponse, CertStatus, OcspResponse};
use der::Decode;

/// Kept open, one request after the other.
pub struct Connection {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    line: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    /// Opens it.
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP connection has the option");
        let answers = BufReader::new(stream.try_clone().expect("there are descriptors left"));
        Self { stream, answers, line: Vec::new(), body: Vec::new() }
    }

    /// Sends a request and reads its whole answer, whose HTTP status is 200; its body.
    pub fn exchange(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).expect("the server listens");
        let (mut length, mut first) = (0, true);
        loop {
            self.line.clear();
            self.answers.read_until(b'\n', &mut self.line).expect("the server answers");
            if std::mem::take(&mut first) {
                // OpenSSL's server speaks HTTP/1.0.
                let ok = self.line.starts_with(b"HTTP/1.1 200") || self.line.starts_with(b"HTTP/1.0 200");
                assert!(ok, "{}", String::from_utf8_lossy(&self.line));
            }
            match self.line.as_slice() {
                b"\r\n" => break,
                line => {
                    let name = b"content-length: ";
                    if line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name) {
                        let value = str::from_utf8(&line[name.len()..]).expect("a number");
                        length = value.trim().parse().expect("a number");
                    }
                }
            }
        }
        self.body.resize(length, 0);
        self.answers.read_exact(&mut self.body).expect("the server answers");
        &self.body
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What an OCSP answer says; nothing where it is an error.
    pub fn status(&mut self, request: &[u8]) -> Option<CertStatus> {
        let answer = OcspResponse::from_der(self.exchange(request)).expect("an OCSP answer");
        let basic =
            BasicOcspResponse::from_der(answer.response_bytes?.response.as_bytes()).expect("it reads");
        Some(basic.tbs_response_data.responses.into_iter().next()?.cert_status)
    }
}
