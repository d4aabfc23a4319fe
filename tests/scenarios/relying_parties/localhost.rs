//! A TLS server of `localhost` that asks for client certificates: what it is given, how it learns what is revoked, and who
//! visits it.

use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::{Finished, openssl, run};

use super::{Client, Scene};

/// How a server that knows no deltas learns what is revoked.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    FullCrl,
    ShardCrls,
    Ocsp,
}

impl By {
    pub(super) const EVERY: [Self; 3] = [Self::FullCrl, Self::ShardCrls, Self::Ocsp];

    /// The lists of today that such a server holds, as PEM in a file. It checks the whole chain: the root's stands with them.
    pub(super) fn lists(self, scene: &Scene) -> Option<PathBuf> {
        let (name, lists) = match self {
            Self::FullCrl => ("full.pem", scene.fetch_full()),
            Self::ShardCrls => ("shards.pem", scene.fetch_shards()),
            Self::Ocsp => return None,
        };
        Some(scene.file(name, &(scene.fetch_root() + &lists)))
    }
}

/// A certificate for `localhost` that nobody else vouches for, and its key.
pub(super) struct Localhost {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Localhost {
    pub(super) fn make(scene: &Scene) -> Self {
        let path = |name: &str| scene.folder.path().join(name);
        let made = Self { certificate: path("server.pem"), key: path("server.key") };
        let arguments =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        let named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
        let files = ["-keyout", made.key.to_str().unwrap(), "-out", made.certificate.to_str().unwrap()];
        openssl(arguments.into_iter().chain(named).chain(files)).expect_exit(0);
        made
    }

    /// What `curl` with the client's certificate and key is answered at a port: the body, and behind it the HTTP status.
    pub(super) fn visit(&self, port: u16, client: &Client) -> Finished {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--write-out", " %{http_code}", "--cacert"]);
        curl.arg(&self.certificate).arg("--cert").arg(&client.pem).arg("--key").arg(&client.key);
        run(curl.arg(format!("https://localhost:{port}/")))
    }
}
