//! A real mail server on this machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::workspace::{folder, root, target_folder};
use super::{Running, run, start};

/// A server of `tests/harness/smtp_server.py`; it ends when dropped.
pub struct MailServer {
    folder: TempDir,
    running: Running,
}

impl MailServer {
    /// One that does what `mode` says of it; with a certificate and its key, PEM, it wants STARTTLS and a login.
    pub fn new(mode: &str, tls: Option<(&str, &str)>) -> Self {
        let folder = folder();
        let python = target_folder().join("judges/bin/python");
        assert!(python.exists(), "no mail server to test with: run tests/setup/install.sh test");
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(python);
        command.arg(root().join("tests/harness/smtp_server.py")).arg(folder.path()).arg(mode);
        if let Some((certificate, key)) = tls {
            command.args([certificate, key]);
        }
        let mut running = start(&mut command);
        let began = Instant::now();
        while !folder.path().join("port").exists() {
            assert_eq!(running.ended(), None, "{}", running.stderr());
            assert!(began.elapsed() < Duration::from_secs(60), "the mail server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { folder, running }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        let port = fs::read_to_string(self.folder.path().join("port")).expect("it has written its port");
        port.parse().expect("a port is a number")
    }

    /// What it has accepted, in no order: each message with head and body, as it came.
    pub fn accepted(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder stands");
        let entries = entries.map(|entry| entry.expect("the folder reads").path());
        let messages: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
        messages.into_iter().map(|path| fs::read_to_string(path).expect("a message is text")).collect()
    }

    /// The plain text of each, as its reader sees it: undone by a library of mail that is not the one that wrote it.
    pub fn texts(&self) -> Vec<String> {
        const READ: &str = "import email, email.policy, json, pathlib, sys
print(json.dumps([email.message_from_bytes(eml.read_bytes(), policy=email.policy.default).get_body(('plain',)).get_content()
                  for eml in pathlib.Path(sys.argv[1]).glob('*.eml')]))";
        let mut python = Command::new(target_folder().join("judges/bin/python"));
        let read = run(python.args(["-c", READ]).arg(self.folder.path())).expect_exit(0);
        serde_json::from_str(&read.stdout).expect("a list of texts")
    }

    /// Whether it still stands.
    pub fn stands(&mut self) -> bool {
        self.running.ended().is_none()
    }
}
