//! A server that stands before the status role, as a proxy does, and answers some paths with something else.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is answered in the place of what the status role would say.
#[derive(Clone, Debug)]
pub enum Plant {
    /// These octets.
    Octets(Vec<u8>),
    /// A stream that says this and stays open.
    Stream(String),
    /// What another status role says, on this port.
    From(u16),
    /// What the status role says, to be kept by caches for a day.
    KeptForADay,
    /// 404.
    Nothing,
}

/// Plants by path, without its query; the questions of OCSP by GET, which are paths of their own, by `/ocsp/`.
pub type Plants = BTreeMap<String, Plant>;

/// The server; its threads end with the process.
pub struct Server {
    pub address: SocketAddr,
    plants: Arc<Mutex<Plants>>,
}

impl Server {
    /// Passes everything on to the status role on this port.
    pub fn before(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let plants = Arc::new(Mutex::new(Plants::new()));
        let shared = Arc::clone(&plants);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let plants = shared.lock().unwrap().clone();
                thread::spawn(move || answer(connection, &plants, status));
            }
        });
        Self { address, plants }
    }

    /// From now on these, and no other.
    pub fn plant(&self, plants: Plants) {
        *self.plants.lock().unwrap() = plants;
    }
}

/// Whoever asked may go at any time: then there is nobody to tell.
fn answer(mut asker: TcpStream, plants: &Plants, status: u16) -> io::Result<()> {
    let (mut request, mut octets) = (Vec::new(), [0; 4096]);
    let head = loop {
        if let Some(at) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let read = asker.read(&mut octets)?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&octets[..read]);
    };
    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    while request.len() < head + length.unwrap_or(0) {
        let read = asker.read(&mut octets)?;
        request.extend_from_slice(&octets[..read]);
    }
    let line = String::from_utf8_lossy(&request[..head]).lines().next().unwrap_or_default().to_owned();
    let path = line.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let path = if path.starts_with("/ocsp/") { "/ocsp/".to_owned() } else { path };
    match plants.get(&path) {
        Some(Plant::Octets(octets)) => {
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", octets.len());
            asker.write_all(&[head.as_bytes(), octets].concat())
        }
        Some(Plant::Stream(text)) => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            asker.write_all(format!("{head}{text}").as_bytes())?;
            asker.read(&mut octets).map(drop)
        }
        Some(Plant::Nothing) => {
            asker.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Some(Plant::KeptForADay) => {
            let mut said = Vec::new();
            pass_on(&mut said, &line, &request, status)?;
            let end = said.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(said.len());
            let head = String::from_utf8_lossy(&said[..end]).replace("max-age=", "max-age=86400, s-maxage=");
            asker.write_all(&[head.as_bytes(), &said[end..]].concat())
        }
        Some(Plant::From(port)) => pass_on(&mut asker, &line, &request, *port),
        None => pass_on(&mut asker, &line, &request, status),
    }
}

fn pass_on(asker: &mut impl Write, line: &str, request: &[u8], port: u16) -> io::Result<()> {
    let mut upstream = TcpStream::connect(("127.0.0.1", port))?;
    upstream.set_read_timeout(Some(Duration::from_secs(40)))?;
    upstream.write_all(line.as_bytes())?;
    upstream.write_all(b"\r\nConnection: close")?;
    upstream.write_all(&request[line.len()..])?;
    io::copy(&mut upstream, asker).map(drop)
}
