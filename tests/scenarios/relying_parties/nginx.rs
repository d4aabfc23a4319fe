//! nginx asks its clients for certificates and checks them by CRLs that were fetched, or by asking our responder.
//! It knows no deltas, and reads CRLs when it starts.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Running, free_port, start, wait_for_port};

use super::localhost::{By, Localhost};
use super::{Client, Scene, scene};

/// A server for each way, in one nginx that runs until dropped.
struct Nginx {
    ports: [u16; 3],
    localhost: Localhost,
    log: PathBuf,
    _process: Running,
}

impl Nginx {
    fn start(scene: &Scene) -> Self {
        let folder = scene.folder.path();
        let path = |name: &str| folder.join(name).display().to_string();
        let localhost = Localhost::make(scene);
        let ports = By::EVERY.map(|_| free_port());
        let servers: Vec<_> =
            By::EVERY.iter().zip(ports).map(|(by, port)| server(scene, &localhost, *by, port)).collect();
        let log = folder.join("error.log");
        // Its compiled-in folders belong to the package's own server.
        let elsewhere = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {};", path(what)))
            .join("\n");
        let configuration = format!(
            "daemon off; master_process off; pid {pid}; error_log {log} info;
             events {{ worker_connections 64; }}
             http {{ access_log off; {elsewhere}\n{servers} }}",
            pid = path("nginx.pid"),
            log = log.display(),
            servers = servers.join("\n"),
        );
        let configuration = scene.file("nginx.conf", &configuration);
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "/usr/sbin/nginx", "-p"]).arg(folder);
        command.arg("-e").arg(&log).arg("-c").arg(configuration);
        let process = start(&mut command);
        ports.into_iter().for_each(|port| wait_for_port(port, Duration::from_secs(20)));
        Self { ports, localhost, log, _process: process }
    }

    /// What `curl` with the client's certificate and key is answered.
    fn answers(&self, by: By, client: &Client) -> String {
        self.localhost.visit(self.ports[by as usize], client).expect_exit(0).stdout
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

fn server(scene: &Scene, localhost: &Localhost, by: By, port: u16) -> String {
    let revocation = match by.lists(scene) {
        Some(file) => format!("ssl_crl {};", file.display()),
        // `leaf`: authorities' certificates name no responder (domain.md §1.1); what became of them is on ARLs.
        None => {
            let port = scene.service.port();
            format!("ssl_ocsp leaf; ssl_ocsp_responder http://127.0.0.1:{port}/ocsp;")
        }
    };
    format!(
        "server {{ listen 127.0.0.1:{port} ssl; server_name localhost;
             ssl_certificate {certificate}; ssl_certificate_key {key};
             ssl_verify_client on; ssl_verify_depth 2; ssl_client_certificate {chain}; {revocation}
             return 200 \"$ssl_client_verify $ssl_client_serial\"; }}",
        certificate = localhost.certificate.display(),
        key = localhost.key.display(),
        chain = scene.chain().display(),
    )
}

#[test]
fn nginx_refuses_a_lost_card_by_the_full_crl_by_the_shards_and_by_ocsp_and_accepts_the_other() {
    let scene = scene();
    let accepted = |client: &Client| format!("SUCCESS {} 200", client.certificate.serial);
    let nginx = Nginx::start(&scene);
    for by in By::EVERY {
        for client in [&scene.good, &scene.lost] {
            assert_eq!(nginx.answers(by, client), accepted(client), "{by:?}: {}", nginx.log());
        }
    }
    scene.declare_lost();
    scene.service.comes_to_say(&scene.workshop, &scene.lost.certificate, "revoked");
    // By OCSP at once; by the lists that it holds, only when it has the next ones.
    assert!(nginx.answers(By::Ocsp, &scene.lost).ends_with(" 400"), "{}", nginx.log());
    assert_eq!(nginx.answers(By::FullCrl, &scene.lost), accepted(&scene.lost));
    drop(nginx);
    let nginx = Nginx::start(&scene);
    for by in By::EVERY {
        assert_eq!(nginx.answers(by, &scene.good), accepted(&scene.good), "{by:?}: {}", nginx.log());
        let refused = nginx.answers(by, &scene.lost);
        assert!(refused.contains("SSL certificate error") && refused.ends_with(" 400"), "{by:?}: {refused}");
    }
    let reasons = nginx.log().matches("certificate revoked").count();
    assert!(reasons >= 3, "refused for another reason: {}", nginx.log());
}
