//! The API over HTTP, as a program meets it: certificates that our authority gave and two administrators enrolled, passkeys that
//! sign. TLS alone is left out: what it proves is put where it puts it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registration_authority::enrolment::{self, NewCredential, NewEnrolment};
use registration_authority::officers::{Role, Scope};
use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::house::{House, person};
use crate::Peer;
use crate::api::{BASE, document, mounted};

mod acts;
mod bulk;
mod confined;
mod decided;
mod decisions;
mod delegations;
mod dossiers;
mod late;
mod proposals;
mod retrieval;
mod rights;
mod scopes;
mod staff;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/api/openapi.json");

/// The pages and the API, served; and the certificate that the next connection is opened with.
pub(super) struct Served {
    pub(super) house: House,
    address: SocketAddr,
    peer: Arc<Mutex<Option<Vec<u8>>>>,
    handle: ServerHandle,
}

/// An answer of the API.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    body: Value,
    /// The same as text.
    pub(super) text: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> String {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(its, _)| its.eq_ignore_ascii_case(name))
            .map_or(String::new(), |(_, value)| value.to_owned())
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Served {
    pub(super) fn start() -> Self {
        let house = House::in_production();
        let peer = Arc::new(Mutex::new(None::<Vec<u8>>));
        let (state, shown) = (house.state.clone(), Arc::clone(&peer));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server =
                    HttpServer::new(move || App::new().app_data(state.clone()).configure(crate::configure))
                        .workers(1)
                        .disable_signals()
                        .on_connect(move |_, data| {
                            if let Some(der) = shown.lock().unwrap().clone() {
                                data.insert(Peer(der));
                            }
                        })
                        .listen(listener)
                        .unwrap()
                        .run();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { house, address, peer, handle: told.recv().unwrap() }
    }

    /// The certificate of an officer, for which two administrators have signed.
    fn certificate_of(&mut self, login: &str, name: &str, role: Role) -> Vec<u8> {
        let der = self.house.certify(login);
        let act = self.house.officer("admin");
        let roster = self.house.verifier.roster(&mut self.house.db).unwrap();
        let new = NewEnrolment {
            email: None,
            scope: Scope::default(),
            login: login.to_owned(),
            display_name: name.to_owned(),
            role,
            credential: NewCredential::Certificate(der.clone()),
        };
        let House { db, rng, verifier, .. } = &mut self.house;
        let number = db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap().number;
        self.house.signed_by_both(&number);
        der
    }

    fn alice(&mut self) -> Vec<u8> {
        self.certificate_of("alice", "Alice MARTIN", Role::RegistrationOfficer)
    }

    fn bob(&mut self) -> (Vec<u8>, Authenticator) {
        let key = self.house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
        (self.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer), key)
    }

    /// One request over a connection that was opened with this certificate.
    fn ask(
        &self,
        certificate: Option<&[u8]>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        self.ask_at(certificate, method, &format!("{BASE}{path}"), headers, body)
    }

    /// The same of any address.
    pub(super) fn ask_at(
        &self,
        certificate: Option<&[u8]>,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        *self.peer.lock().unwrap() = certificate.map(<[u8]>::to_vec);
        exchange(self.address, &request(method, address, headers, body))
    }

    /// The same request twice at once.
    fn post_twice(
        &self,
        certificate: &[u8],
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> [Answer; 2] {
        *self.peer.lock().unwrap() = Some(certificate.to_vec());
        let (at, request) = (self.address, request("POST", &format!("{BASE}{path}"), headers, Some(body)));
        let ask = || exchange(at, &request);
        std::thread::scope(|scope| [scope.spawn(ask), scope.spawn(ask)].map(|asked| asked.join().unwrap()))
    }

    fn get(&self, certificate: &[u8], path: &str) -> Answer {
        self.ask(Some(certificate), "GET", path, &[], None)
    }

    fn post(&self, certificate: &[u8], path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.ask(Some(certificate), "POST", path, headers, Some(body))
    }
}

fn request(method: &str, address: &str, headers: &[(&str, &str)], body: Option<&Value>) -> String {
    let mut request = format!("{method} {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        request.push_str("Content-Type: application/json\r\n");
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    request
}

fn exchange(at: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let value = serde_json::from_str(body).unwrap_or(Value::Null);
    Answer { status, head: head.to_owned(), body: value, text: body.to_owned() }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// An order for a nurse.
fn wanted(number: u32) -> Value {
    json!({"kind": "CPS", "holder": person(number).to_string(), "profession": "60"})
}

/// The authenticator's answer to a challenge, as a program sends it.
fn signed(challenge: &Value, key: &Authenticator) -> Value {
    let octets = |name: &str| URL_SAFE_NO_PAD.decode(challenge[name].as_str().unwrap()).unwrap();
    let assertion = key.assert(&octets("challenge").try_into().unwrap());
    let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    json!({
        "statement": challenge["statement"],
        "credential_id": text(&assertion.credential_id),
        "authenticator_data": text(&assertion.authenticator_data),
        "client_data": text(&assertion.client_data),
        "signature": text(&assertion.signature),
    })
}

#[actix_web::test]
async fn the_description_is_read_without_knowing_the_version() {
    let mut house = House::new();
    let there = house.browser("bob").await.get("/api/openapi.json").await;
    assert_eq!((there.status, there.body), (200, document()));
}

/// What is served is what is described, and the description is what it was: another one is read in the diff, then written with
/// `UPDATE_GOLDEN=1`.
#[test]
fn the_description_is_the_one_that_is_written_down_and_names_every_address() {
    let written = document();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(GOLDEN).unwrap());
    let described: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
    let mut named: Vec<(String, String)> = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        named.extend(methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    }
    let mut mounted: Vec<(String, String)> =
        mounted().into_iter().map(|(method, path, _)| (method.to_owned(), path)).collect();
    let operations =
        described["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut identifiers = std::collections::BTreeSet::new();
    for operation in operations {
        assert!(identifiers.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        for answer in operation["responses"].as_object().unwrap().values() {
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{operation}");
        }
    }
    named.sort();
    mounted.sort();
    assert_eq!(named, mounted);
}
