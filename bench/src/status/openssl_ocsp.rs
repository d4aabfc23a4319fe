//! OpenSSL's own OCSP responder (`openssl ocsp`), as a yardstick: the same serial numbers in its index, its key on P-256
//! in a file, signing in its own process.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use ca_core::authority::Authority;
use openssl::x509::X509;
use rustix::process::{Pid, Signal, kill_process};

use crate::cpu;
use crate::pairs::Sample;
use crate::stored::serial_tail;

/// Its arguments, apart from how it is asked.
const RESPONDER: [&str; 9] =
    ["ocsp", "-index", "index.txt", "-CA", "authority.pem", "-rsigner", "responder.pem", "-rkey", "key.pem"];

/// What it reads, in a folder of its own.
pub struct OpensslOcsp(PathBuf);

impl OpensslOcsp {
    /// Writes it into `folder`: so many good certificates of `authority`.
    pub fn in_folder(folder: &Path, authority: &Authority, certificates: u64) -> Self {
        std::fs::create_dir_all(folder).expect("the folder can be written");
        let made = Self(folder.to_owned());
        let prefix = prefix(authority);
        let mut index = String::new();
        for n in 0..certificates {
            writeln!(index, "V\t400101000000Z\t\t{prefix}{:016X}\tunknown\t/CN={n}", serial_tail(n))
                .expect("a string takes all");
        }
        made.write("index.txt", index.as_bytes());
        made.write("index.txt.attr", b"unique_subject = no\n");
        let pem = X509::from_der(&authority.certificate).and_then(|certificate| certificate.to_pem());
        made.write("authority.pem", &pem.expect("an authority's certificate reads"));
        made.run(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=yardstick",
            "-keyout",
            "key.pem",
            "-out",
            "responder.pem",
        ]);
        let serial = format!("0x{prefix}{:016X}", serial_tail(certificates / 2));
        made.run(&[
            "ocsp",
            "-issuer",
            "authority.pem",
            "-serial",
            &serial,
            "-no_nonce",
            "-reqout",
            "request.der",
        ]);
        made
    }

    /// From its start until it has answered once.
    pub fn first_answer(&self) -> Sample {
        let (before, began) = (cpu::used(), Instant::now());
        self.run(&[&RESPONDER[..], &["-reqin", "request.der", "-respout", "answer.der"]].concat());
        Sample { operations: 1, wall: began.elapsed(), cpu: cpu::used().saturating_sub(before) }
    }

    /// Starts it as a server of so many processes.
    pub fn serve(&self, processes: usize) -> OpensslServer {
        let mut process = Command::new("openssl")
            .args(RESPONDER)
            .args(["-port", "0", "-multi", &processes.to_string()])
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        // `ACCEPT [::]:41435 PID=27025`
        let port = line.split(' ').nth(1).and_then(|place| place.rsplit_once(':')).map(|(_, port)| port);
        let address = format!("127.0.0.1:{}", port.expect("it says where it listens"));
        OpensslServer { process, address }
    }

    fn write(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.0.join(name), octets).expect("the folder can be written");
    }

    fn run(&self, arguments: &[&str]) {
        let status = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("openssl is installed");
        assert!(status.success(), "openssl {}", arguments.join(" "));
    }
}

fn prefix(authority: &Authority) -> String {
    let prefix = authority.serial_prefix.expect("an issuing authority has one");
    prefix.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02X}").expect("a string takes all");
        text
    })
}

/// It, listening; all its processes have ended once this is dropped.
pub struct OpensslServer {
    process: Child,
    /// Where it listens.
    pub address: String,
}

impl OpensslServer {
    /// The process whose children answer.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        let children = cpu::children_of(self.pid());
        // It first: it would start others in their place. SIGTERM does not end it (OpenSSL 3.0).
        let _ = self.process.kill();
        let _ = self.process.wait();
        for child in children {
            let pid = i32::try_from(child).ok().and_then(Pid::from_raw);
            // It may have ended by itself.
            let _ = kill_process(pid.expect("Linux numbers processes so"), Signal::KILL);
        }
    }
}
