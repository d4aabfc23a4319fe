//! curl checks the server that it speaks with: by the CRLs that it was given, and by the OCSP answer that the server staples.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, Running, free_port, run, start, wait_for_port};
use ca_core::certificate::{self, Certificate};
use openssl::x509::X509;
use store::DatabaseRole;
use tempfile::TempDir;

use crate::scenarios::server_certificate::approve_server_certificate;
use crate::scenarios::status_service::{StatusService, status_service};
use crate::scenarios::workshop::{REVOKER, Workshop, workshop};

const HOST: &str = "teleservice.demo.home.arpa";

/// CURLE_PEER_FAILED_VERIFICATION: the certificate is not accepted.
const NOT_VERIFIED: i32 = 60;
/// CURLE_SSL_INVALIDCERTSTATUS: what was stapled is not accepted, or nothing was.
const INVALID_STATUS: i32 = 91;

/// A teleservice whose certificate is ours.
struct Site {
    workshop: Workshop,
    status: StatusService,
    certificate: Certificate,
    folder: TempDir,
}

/// The teleservice, served by `openssl s_server` until dropped.
struct Served {
    port: u16,
    _process: Running,
}

fn site() -> Site {
    let workshop = workshop(DatabaseKind::Sqlite);
    let key = approve_server_certificate(&workshop, HOST);
    workshop.job("certification");
    let spki = key.public_key_to_der().unwrap();
    let found = certificate::with_key(&mut workshop.open(DatabaseRole::Owner), &spki).unwrap();
    let certificate = found.into_iter().next().expect("it is certified");
    workshop.job("publication");
    let folder = acceptance::harness::folder();
    let pem = X509::from_der(certificate.status.der().unwrap()).unwrap().to_pem().unwrap();
    fs::write(folder.path().join("server.pem"), pem).unwrap();
    fs::write(folder.path().join("server.key"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let site = Site { status: status_service(&workshop), workshop, certificate, folder };
    let issuer = fs::read(site.public(&format!("ca/{}.cer", site.certificate.issuer))).unwrap();
    fs::write(site.path("issuer.pem"), X509::from_der(&issuer).unwrap().to_pem().unwrap()).unwrap();
    site
}

impl Site {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn public(&self, name: &str) -> PathBuf {
        self.workshop.dir().join("public").join(name)
    }

    /// Serves it, with this OCSP answer stapled.
    fn serve(&self, stapled: Option<&Path>) -> Served {
        let port = free_port();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "openssl", "s_server", "-www", "-quiet"]);
        command.arg("-accept").arg(port.to_string()).arg("-cert").arg(self.path("server.pem"));
        command.arg("-key").arg(self.path("server.key")).arg("-cert_chain").arg(self.path("issuer.pem"));
        if let Some(stapled) = stapled {
            command.arg("-status_file").arg(stapled);
        }
        let process = start(&mut command);
        wait_for_port(port, Duration::from_secs(20));
        Served { port, _process: process }
    }

    /// curl's visit.
    fn visit(&self, served: &Served, checks: &[&str]) -> Finished {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "30", "--output", "/dev/null"]);
        curl.arg("--resolve").arg(format!("{HOST}:{}:127.0.0.1", served.port));
        curl.arg("--cacert").arg(self.public("ca/chain.pem")).args(checks);
        run(curl.arg(format!("https://{HOST}:{}/", served.port)))
    }

    /// The CRLs of its authority and of the authority's root, over HTTP, as PEM.
    fn crls(&self, name: &str) -> String {
        let root = self.certificate.issuer.replace("ACI-EL-ORG", "ACR-EL");
        let pem = [&self.certificate.issuer, &root].map(|authority| {
            let der = self.status.octets(&format!("/crl/{authority}.crl"));
            openssl::x509::X509Crl::from_der(&der).unwrap().to_pem().unwrap()
        });
        fs::write(self.path(name), pem.concat()).unwrap();
        self.path(name).display().to_string()
    }

    /// What the status role answers now, as a server would fetch it to staple it.
    fn fetch_answer(&self, name: &str) -> PathBuf {
        let kept = self.path(name);
        self.status.ask_keeping(&self.workshop, &self.certificate, &kept).expect_exit(0);
        kept
    }

    fn revoke(&self) {
        let (issuer, serial) = (&self.certificate.issuer, self.certificate.serial.to_string());
        let revoke = ["certificate", "revoke", issuer, &serial, "--reason", "keyCompromise", "--as", REVOKER];
        self.workshop.igc(&revoke);
        // curl reads no deltas: a small full CRL follows at once.
        self.workshop.job("publication");
        self.status.comes_to_say(&self.workshop, &self.certificate, "revoked");
    }
}

#[test]
fn curl_accepts_a_server_by_crls_and_by_a_stapled_answer_and_refuses_it_once_it_is_revoked() {
    let site = site();
    let (crls, answer) = (site.crls("good.pem"), site.fetch_answer("good.ocsp"));
    let served = site.serve(Some(&answer));
    for checks in [&["--crlfile", &crls][..], &["--cert-status"]] {
        site.visit(&served, checks).expect_exit(0);
    }
    let silent = site.serve(None);
    site.visit(&silent, &[]).expect_exit(0);
    let said = site.visit(&silent, &["--cert-status"]).expect_exit(INVALID_STATUS).said();
    assert!(said.contains("No OCSP response received"), "{said}");

    site.revoke();
    let (crls, answer) = (site.crls("revoked.pem"), site.fetch_answer("revoked.ocsp"));
    let served = site.serve(Some(&answer));
    let said = site.visit(&served, &["--crlfile", &crls]).expect_exit(NOT_VERIFIED).said();
    assert!(said.contains("certificate revoked"), "{said}");
    let said = site.visit(&served, &["--cert-status"]).expect_exit(INVALID_STATUS).said();
    assert!(said.contains("revocation reason"), "{said}");
    // Who asks for neither learns nothing: it is these checks that refused.
    site.visit(&served, &[]).expect_exit(0);
}
