//! The status role of a workshop, as another process, and what `openssl ocsp` makes of its answers.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use openssl::bn::{BigNum, MsbOption};
use openssl::hash::MessageDigest;
use openssl::ocsp::{
    OcspBasicResponse, OcspCertId, OcspCertStatus, OcspFlag, OcspRequest, OcspResponse, OcspResponseStatus,
};
use openssl::stack::Stack;
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;

use super::standstill::until;
use super::workshop::Workshop;

/// Seconds by which thisUpdate and nextUpdate may miss the clock of who asks.
const CLOCKS_APART: u32 = 5;

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
    StatusService { port, operations, process: started(workshop, port) }
}

fn started(workshop: &Workshop, port: u16) -> Running {
    let mut process = start(&mut workshop.command(&["serve", "--role", "status"]));
    wait_for_port(port, Duration::from_secs(20));
    assert_eq!(process.ended(), None, "somebody else listens there: {}", process.stderr());
    process
}

/// What an OCSP client asks of one certificate, made once for many times.
pub struct Question {
    id: OcspCertId,
    request: Vec<u8>,
    issuer: X509,
}

impl Question {
    /// Of this certificate.
    pub fn about(workshop: &Workshop, certificate: &Certificate) -> Self {
        let subject = X509::from_der(certificate.status.der().unwrap()).unwrap();
        Self::of(&issuer_of(workshop, &certificate.issuer), &subject)
    }

    /// Of a serial number that this authority never gave.
    pub fn never_issued(workshop: &Workshop, issuer: &str) -> Self {
        let issuer = issuer_of(workshop, issuer);
        let mut nobody = X509::builder().unwrap();
        let mut serial = BigNum::new().unwrap();
        serial.pseudo_rand(120, MsbOption::ONE, false).unwrap();
        nobody.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
        nobody.set_issuer_name(issuer.subject_name()).unwrap();
        Self::of(&issuer, &nobody.build())
    }

    fn of(issuer: &X509, subject: &X509) -> Self {
        let id = || OcspCertId::from_cert(MessageDigest::sha256(), subject, issuer).unwrap();
        let mut request = OcspRequest::new().unwrap();
        request.add_id(id()).unwrap();
        Self { id: id(), request: request.to_der().unwrap(), issuer: issuer.clone() }
    }

    /// What an answer says of it.
    #[track_caller]
    pub fn status_in(&self, answered: &OcspBasicResponse) -> OcspCertStatus {
        answered.find_status(&self.id).expect("its own certificate").status
    }

    /// The same where a responder of the authority has signed the answer, and it is of now; what is wrong otherwise.
    pub fn verified_status_in(&self, answered: &OcspBasicResponse) -> Result<OcspCertStatus, String> {
        let mut trusted = X509StoreBuilder::new().unwrap();
        trusted.add_cert(self.issuer.clone()).unwrap();
        trusted.set_flags(X509VerifyFlags::PARTIAL_CHAIN).unwrap();
        let verified = answered.verify(&Stack::new().unwrap(), &trusted.build(), OcspFlag::empty());
        verified.map_err(|error| format!("its signature: {error}"))?;
        let found = answered.find_status(&self.id).ok_or("another certificate")?;
        found.check_validity(CLOCKS_APART, None).map_err(|error| format!("its times: {error}"))?;
        Ok(found.status)
    }
}

fn issuer_of(workshop: &Workshop, issuer: &str) -> X509 {
    let path = workshop.dir().join(format!("public/ca/{issuer}.cer"));
    X509::from_der(&std::fs::read(path).unwrap()).unwrap()
}

impl StatusService {
    /// Kills the role and starts it again where it listened.
    pub fn kill_and_start(&mut self, workshop: &Workshop) {
        self.process.kill();
        self.process = started(workshop, self.port);
    }

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
        let question = Question::about(workshop, certificate);
        match self.answer(&question).unwrap() {
            Ok(answered) => question.status_in(&answered),
            Err(status) => panic!("{}: {}", status.as_raw(), self.process.stderr()),
        }
    }

    /// What it answers: a signed response, or a word such as *try later* in its place; an error where no whole answer comes.
    pub fn answer(&self, question: &Question) -> io::Result<Result<OcspBasicResponse, OcspResponseStatus>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let length = question.request.len();
        let head = format!(
            "POST /ocsp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), &question.request].concat())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let cut_short = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(cut_short)?;
        let answer = OcspResponse::from_der(&answer[end + 4..]).map_err(|_| cut_short())?;
        if answer.status() != OcspResponseStatus::SUCCESSFUL {
            return Ok(Err(answer.status()));
        }
        Ok(Ok(answer.basic().unwrap()))
    }

    /// What `/readyz` says, and whether it is ready.
    pub fn readiness(&self) -> (bool, String) {
        let url = format!("http://127.0.0.1:{}/readyz?verbose", self.operations);
        let said = run(Command::new("curl").args(["--silent", "--write-out", "%{http_code}", &url]));
        (said.stdout.ends_with("200"), said.stdout)
    }

    /// What `/readyz` says once it is ready: the log is read a moment after the role listens.
    #[track_caller]
    pub fn comes_to_be_ready(&self) -> String {
        let mut said = String::new();
        until("the status role is ready", || {
            let (ready, text) = self.readiness();
            said = text;
            ready
        });
        said
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

    /// The process identifier of the role.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}
