//! Apache httpd's mod_ssl asks its clients for certificates and checks them by CRLs that were fetched, or by asking our
//! responder with a nonce. It knows no deltas, and reads CRLs when it starts.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Running, free_port, start, wait_for_port};

use super::localhost::{By, Localhost};
use super::{Client, Scene, scene};

const MODULES: &str = "/usr/lib/apache2/modules";

/// A server for each way, in one process that runs until dropped.
struct Apache {
    ports: [u16; 3],
    localhost: Localhost,
    log: PathBuf,
    _process: Running,
}

impl Apache {
    fn start(scene: &Scene) -> Self {
        let folder =
            tempfile::Builder::new().prefix("apache").tempdir_in(scene.folder.path()).unwrap().keep();
        let localhost = Localhost::make(scene);
        let ports = By::EVERY.map(|_| free_port());
        let modules = ["mpm_event", "authz_core", "alias", "ssl"]
            .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
            .concat();
        let servers: String =
            By::EVERY.into_iter().zip(ports).map(|(by, port)| server(scene, by, port)).collect();
        let log = folder.join("error.log");
        // A name and a serial number in place of a page. Where the test has the rights of root, httpd gives them up.
        let configuration = format!(
            "ServerName localhost\nPidFile {folder}/httpd.pid\nDefaultRuntimeDir {folder}\nErrorLog {log}\nLogLevel info
             User nobody\nGroup nogroup\n{modules}
             Redirect 404 /\nErrorDocument 404 \"%{{SSL_CLIENT_VERIFY}} %{{SSL_CLIENT_M_SERIAL}}\"
             SSLSessionCache none\nSSLCertificateFile {certificate}\nSSLCertificateKeyFile {key}
             SSLVerifyClient require\nSSLVerifyDepth 2\nSSLCACertificateFile {chain}\n{servers}",
            folder = folder.display(),
            log = log.display(),
            certificate = localhost.certificate.display(),
            key = localhost.key.display(),
            chain = scene.chain().display(),
        );
        let configuration = scene.file("httpd.conf", &configuration);
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "/usr/sbin/apache2", "-X", "-d"]).arg(&folder);
        command.arg("-f").arg(configuration);
        let process = start(&mut command);
        ports.into_iter().for_each(|port| wait_for_port(port, Duration::from_secs(20)));
        Self { ports, localhost, log, _process: process }
    }

    /// Whether `curl` with the client's certificate and key is let in, and what it says.
    fn lets_in(&self, by: By, client: &Client) -> (bool, String) {
        let said = self.localhost.visit(self.ports[by as usize], client).said();
        (said == format!("SUCCESS {} 404", client.certificate.serial), said)
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

fn server(scene: &Scene, by: By, port: u16) -> String {
    let revocation = match by.lists(scene) {
        Some(file) => format!("SSLCARevocationCheck chain\nSSLCARevocationFile {}", file.display()),
        // `leaf`: authorities' certificates name no responder (domain.md §1.1); what became of them is on ARLs.
        None => format!(
            "SSLOCSPEnable leaf\nSSLOCSPDefaultResponder http://127.0.0.1:{}/ocsp\nSSLOCSPOverrideResponder on",
            scene.service.port()
        ),
    };
    format!(
        "Listen 127.0.0.1:{port}\n<VirtualHost 127.0.0.1:{port}>\nSSLEngine on\n{revocation}\n</VirtualHost>\n"
    )
}

#[test]
fn apache_refuses_a_lost_card_by_the_full_crl_by_the_shards_and_by_ocsp_and_lets_the_other_in() {
    let scene = scene();
    let apache = Apache::start(&scene);
    for by in By::EVERY {
        for client in [&scene.good, &scene.lost] {
            let (accepted, said) = apache.lets_in(by, client);
            assert!(accepted, "{by:?}: {said}\n{}", apache.log());
        }
    }
    scene.declare_lost();
    scene.service.comes_to_say(&scene.workshop, &scene.lost.certificate, "revoked");
    // By OCSP at once; by the lists that it holds, only when it has the next ones.
    let refused = |apache: &Apache, by: By| {
        let (_, said) = apache.lets_in(by, &scene.lost);
        assert!(said.contains("alert certificate revoked"), "{by:?}: {said}\n{}", apache.log());
    };
    refused(&apache, By::Ocsp);
    assert!(apache.lets_in(By::FullCrl, &scene.lost).0);
    drop(apache);
    let apache = Apache::start(&scene);
    for by in By::EVERY {
        let (accepted, said) = apache.lets_in(by, &scene.good);
        assert!(accepted, "{by:?}: {said}\n{}", apache.log());
        refused(&apache, by);
    }
}
