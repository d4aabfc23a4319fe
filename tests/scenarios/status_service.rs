//! The status role of a workshop, as another process, and what `openssl ocsp` makes of its answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspCertStatus, OcspRequest, OcspResponse, OcspResponseStatus};
use openssl::x509::X509;

use super::standstill::until;
use super::workshop::Workshop;

/// The status role, running until dropped.
pub struct StatusService {
    port: u16,
    operations: u16,
    process: Running,
}

/// Starts the status role of a workshop, on ports of its own.
pub fn status_service(workshop: &Workshop) -> StatusService {
    let port = free_port();
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    let operations = free_port();
    workshop.configure("listen", "operations", format!("127.0.0.1:{operations}"));
    let mut process = start(&mut workshop.command(&["serve", "--role", "status"]));
    wait_for_port(port, Duration::from_secs(20));
    assert_eq!(process.ended(), None, "somebody else listens there: {}", process.stderr());
    StatusService { port, operations, process }
}

impl StatusService {
    /// What `openssl ocsp` prints of a certificate, once it has verified the answer.
    #[track_caller]
    pub fn says(&self, workshop: &Workshop, certificate: &Certificate) -> String {
        let serial = format!("0x{}", certificate.serial);
        let answer = self.ask(workshop, certificate).expect_exit(0);
        assert!(answer.said().contains("Response verify OK"), "{}", answer.said());
        let line = answer.stdout.lines().find_map(|line| line.strip_prefix(&format!("{serial}: ")));
        line.unwrap_or_else(|| panic!("{}", answer.said())).to_owned()
    }

    /// Waits until it says so: what was committed a moment ago is answered a moment later.
    #[track_caller]
    pub fn comes_to_say(&self, workshop: &Workshop, certificate: &Certificate, word: &str) {
        until(&format!("the status role says {word}"), || self.says(workshop, certificate) == word);
    }

    /// The status that it answers, without another process: for what is asked often.
    #[track_caller]
    pub fn status_of(&self, workshop: &Workshop, certificate: &Certificate) -> OcspCertStatus {
        let issuer = workshop.dir().join(format!("public/ca/{}.cer", certificate.issuer));
        let issuer = X509::from_der(&std::fs::read(issuer).unwrap()).unwrap();
        let subject = X509::from_der(certificate.status.der().unwrap()).unwrap();
        let id = || OcspCertId::from_cert(MessageDigest::sha256(), &subject, &issuer).unwrap();
        let mut request = OcspRequest::new().unwrap();
        request.add_id(id()).unwrap();
        let request = request.to_der().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = request.len();
        let head = format!(
            "POST /ocsp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), &request].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        let answer = OcspResponse::from_der(&answer[end + 4..]).unwrap();
        assert_eq!(answer.status(), OcspResponseStatus::SUCCESSFUL, "{}", self.process.stderr());
        answer.basic().unwrap().find_status(&id()).expect("its own certificate").status
    }

    /// What `/readyz` says, and whether it is ready.
    pub fn readiness(&self) -> (bool, String) {
        let url = format!("http://127.0.0.1:{}/readyz?verbose", self.operations);
        let said = run(Command::new("curl").args(["--silent", "--write-out", "%{http_code}", &url]));
        (said.stdout.ends_with("200"), said.stdout)
    }

    /// What `/metrics` says.
    pub fn metrics(&self) -> String {
        run(Command::new("curl").args(["--silent", &format!("http://127.0.0.1:{}/metrics", self.operations)]))
            .stdout
    }

    /// All that `openssl ocsp` has to say of one answer.
    pub fn ask(&self, workshop: &Workshop, certificate: &Certificate) -> Finished {
        self.ask_keeping(workshop, certificate, Path::new("/dev/null"))
    }

    /// The same, and the answer is kept in a file.
    pub fn ask_keeping(&self, workshop: &Workshop, certificate: &Certificate, kept: &Path) -> Finished {
        let public = workshop.dir().join("public/ca");
        let issuer = public.join(format!("{}.cer", certificate.issuer)).display().to_string();
        let chain = public.join("chain.pem").display().to_string();
        let url = format!("http://127.0.0.1:{}/ocsp", self.port);
        let serial = format!("0x{}", certificate.serial);
        let arguments = ["ocsp", "-no_nonce", "-url", &url, "-issuer", &issuer, "-serial", &serial];
        run(Command::new("openssl").args(arguments).args(["-CAfile", &chain]).arg("-respout").arg(kept))
    }

    /// Sends a GET and gives the connection, from which the answer is to be read.
    pub fn get(&self, path: &str, headers: &str) -> TcpStream {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").unwrap();
        connection
    }

    /// The body of an answer that must be good.
    #[track_caller]
    pub fn body(&self, path: &str) -> String {
        let mut answer = String::new();
        self.get(path, "Connection: close\r\n").read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        body.to_owned()
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same, as octets.
    #[track_caller]
    pub fn octets(&self, path: &str) -> Vec<u8> {
        let mut answer = Vec::new();
        self.get(path, "Connection: close\r\n").read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer[..end]));
        answer.split_off(end + 4)
    }

    /// The process.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}
