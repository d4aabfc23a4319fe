use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use openssl::ssl::SslAcceptor;
use serde_json::Value;

/// How a question is answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// 200 and this resource.
    Resource(Value),
    /// A status, a header, a body.
    Status(u16, &'static str, &'static str),
    /// 200 and so many octets less than announced.
    Cut(Value, usize),
    /// 200 and octets that nobody counts before.
    Octets(Vec<u8>),
    /// After a while.
    Slow(Duration, Value),
}

/// A question as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Path and query.
    pub(super) target: String,
    /// The header of the key.
    pub(super) key: Option<String>,
}

/// A server that answers until the test is over, one connection at a time.
pub(super) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers each question by its number, from 0, and its target.
    pub(super) fn answering(answer: impl Fn(usize, &str) -> Answer + Send + 'static) -> Self {
        Self::start(None, move |_, number, target| answer(number, target))
    }

    /// The same, told its own address first.
    pub(super) fn paging(answer: impl Fn(&str, usize, &str) -> Answer + Send + 'static) -> Self {
        Self::start(None, answer)
    }

    /// The same under TLS.
    pub(super) fn under_tls(
        acceptor: SslAcceptor,
        answer: impl Fn(usize, &str) -> Answer + Send + 'static,
    ) -> Self {
        Self::start(Some(acceptor), move |_, number, target| answer(number, target))
    }

    fn start(
        acceptor: Option<SslAcceptor>,
        answer: impl Fn(&str, usize, &str) -> Answer + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let server = Self { address, scheme, asked: Arc::clone(&asked) };
        let base = server.base();
        let answer = move |number: usize, target: &str| answer(&base, number, target);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                match &acceptor {
                    None => serve(stream, &asked, &answer),
                    // Whoever does not trust the certificate hangs up.
                    Some(acceptor) => {
                        drop(acceptor.accept(stream).map(|stream| serve(stream, &asked, &answer)))
                    }
                }
            }
        });
        server
    }

    pub(super) fn base(&self) -> String {
        let host =
            if self.scheme == "https" { "localhost".to_owned() } else { self.address.ip().to_string() };
        format!("{}://{host}:{}/fhir/v2", self.scheme, self.address.port())
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve<S: Read + Write>(mut stream: S, asked: &Mutex<Vec<Asked>>, answer: &dyn Fn(usize, &str) -> Answer) {
    let (mut target, mut key) = (String::new(), None);
    for line in BufReader::new(&mut stream).lines() {
        // Whoever gives up in between is gone.
        let Ok(line) = line else { return };
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("GET ") {
            target = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("esante-api-key")
        {
            key = Some(value.to_owned());
        }
    }
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(Asked { target: target.clone(), key });
        asked.len() - 1
    };
    let (status, header, body, announced) = match answer(number, &target) {
        Answer::Resource(value) => (200, "", octets(&value), 0),
        Answer::Status(status, header, body) => (status, header, body.into(), 0),
        Answer::Cut(value, missing) => {
            let mut body = octets(&value);
            body.truncate(body.len() - missing);
            (200, "", body, missing)
        }
        Answer::Octets(body) => (200, "", body, 0),
        Answer::Slow(time, value) => {
            thread::sleep(time);
            (200, "", octets(&value), 0)
        }
    };
    let length = body.len() + announced;
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/fhir+json\r\n{header}Connection: close\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&body))
        .and_then(|()| stream.flush());
}

fn octets(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}
