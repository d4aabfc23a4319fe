//! The status role of a workshop, as another process, and what `openssl ocsp` makes of its answers.

use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Finished, Running, free_port, run, start, wait_for_port};
use ca_core::certificate::Certificate;

use super::workshop::Workshop;

/// The status role, running until dropped.
pub struct StatusService {
    port: u16,
    process: Running,
}

/// Starts the status role of a workshop, on ports of its own.
pub fn status_service(workshop: &Workshop) -> StatusService {
    let port = free_port();
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    workshop.configure("listen", "operations", format!("127.0.0.1:{}", free_port()));
    let process = start(&mut workshop.command(&["serve", "--role", "status"]));
    wait_for_port(port, Duration::from_secs(20));
    StatusService { port, process }
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

    /// All that `openssl ocsp` has to say of one answer.
    pub fn ask(&self, workshop: &Workshop, certificate: &Certificate) -> Finished {
        let public = workshop.dir().join("public/ca");
        let issuer = public.join(format!("{}.cer", certificate.issuer)).display().to_string();
        let chain = public.join("chain.pem").display().to_string();
        let url = format!("http://127.0.0.1:{}/ocsp", self.port);
        let serial = format!("0x{}", certificate.serial);
        let arguments = ["ocsp", "-no_nonce", "-url", &url, "-issuer", &issuer, "-serial", &serial];
        run(Command::new("openssl").args(arguments).args(["-CAfile", &chain]))
    }

    /// The process.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}
