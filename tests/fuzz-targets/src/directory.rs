//! The directory's answers: JSON of a service of others, over HTTP, by the client that the program asks with.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use professional_registry::IdNatPs;
use professional_registry::fhir::{AnnuaireSante, FhirSettings};
use store::Timestamp;

use crate::scratch;

const AT: Timestamp = Timestamp::from_seconds(1_795_665_600);
/// Who is asked for.
const WHO: &str = "899700000013";

/// A server of this machine that answers a question about practitioners with the octets before the first NUL, one about
/// their roles with those between the first and the second, and one about places with the rest.
struct Service {
    client: AnnuaireSante,
    octets: Arc<Mutex<Vec<u8>>>,
}

thread_local! {
    static SERVICE: RefCell<Service> = RefCell::new(Service::start());
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine is free");
        let address = listener.local_addr().expect("a listener has an address");
        let octets: Arc<Mutex<Vec<u8>>> = Arc::default();
        let shared = Arc::clone(&octets);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up in between is gone.
                let _ = serve(stream, &shared);
            }
        });
        let folder = scratch::folder();
        let key = folder.path().join("fhir.key");
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key);
        let written = file.as_mut().map(|file| file.write_all(b"test-only-key\n"));
        written.expect("a temporary folder can be opened").expect("and written");
        let settings = FhirSettings {
            base: format!("http://{address}/fhir").parse().expect("an address of this machine"),
            key,
            roots: None,
            requests_a_second: 1000,
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(2),
        };
        Self { client: AnnuaireSante::new(&settings).expect("the settings are right"), octets }
    }
}

fn serve(mut stream: TcpStream, octets: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut target = String::new();
    for line in BufReader::new(&mut stream).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if target.is_empty() {
            target = line;
        }
    }
    let octets = octets.lock().expect("nobody panics while he holds this").clone();
    let mut parts = octets.splitn(3, |octet| *octet == 0);
    let part = match &target {
        roles if roles.contains("/PractitionerRole?") => parts.nth(1),
        places if places.contains("/Organization?") => parts.nth(2),
        _ => parts.next(),
    };
    let body = part.unwrap_or_default();
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// Whatever comes is refused, or says something of whoever was asked for; and the same again.
pub(crate) fn answer(octets: &[u8]) -> bool {
    let who: IdNatPs = WHO.parse().expect("a number of the test range");
    SERVICE.with_borrow_mut(|service| {
        *service.octets.lock().expect("nobody panics while he holds this") = octets.to_vec();
        let mut read = || service.client.read(&who, AT);
        let Ok(first) = read() else { return false };
        let second = read().expect("what was read once is read again");
        assert_eq!(first, second);
        assert_eq!(first.digest.len(), 64);
        if let Some(record) = &first.record {
            assert_eq!(record.id, who);
            assert!(
                record.ceased_at.is_some() || !record.exercises.is_empty(),
                "nothing said is nothing known"
            );
        }
        true
    })
}
