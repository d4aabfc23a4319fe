//! Key ceremonies, by the program itself: held, killed, taken up, reported, and what normal running does with
//! what they leave.

mod administrators;
mod end;
mod identity;
mod killed;
mod operator;
mod prompts;
mod revoked;
mod rollover;
mod unplugged;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::harness::{self, Finished, TestDatabase, folder, igc, run};
use tempfile::TempDir;

/// A shipped ceremony file.
pub fn shipped(name: &str) -> PathBuf {
    harness::root().join("hsm-config/ceremonies").join(format!("{name}.toml"))
}

/// An installation without a key.
struct Empty {
    dir: PathBuf,
    folder: TempDir,
}

impl Empty {
    fn new(database: Option<&TestDatabase>) -> Self {
        let folder = folder();
        let dir = folder.path().join("installation");
        let mut command = igc();
        command.args(["init", "--without-ceremony", "--dir"]).arg(&dir);
        if let Some(database) = database {
            command.args(["--database", database.url()]);
        }
        run(&mut command).expect_exit(0);
        Self { dir, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = igc();
        command.args(["--output", "json", "--dir"]).arg(&self.dir).args(arguments);
        command
    }

    /// A ceremony that is confirmed beforehand, with two people there.
    fn hold(&self, file: &Path) -> Command {
        let mut command = self.command(&["ceremony", "run", "--yes", "--operator", "Alix MOREAU"]);
        command.args(["--witness", "Sacha PETIT"]).arg(file);
        command
    }

    /// Its report, written and verified offline.
    #[track_caller]
    fn report(&self, name: &str) -> PathBuf {
        run(&mut self.command(&["ceremony", "report", name])).expect_exit(0);
        let report = self.dir.join("ceremonies").join(name).join("report.json");
        verify(&report).expect_exit(0);
        report
    }
}

/// Verifies a report where nothing else is: no installation is named.
pub fn verify(report: &Path) -> Finished {
    let key = report.with_file_name("audit-key.pem");
    run(igc().args(["--output", "json", "ceremony", "verify"]).arg(report).arg("--key").arg(key))
}

/// How many key halves stand in the SoftHSM token with this label, which nobody is at.
pub fn objects_in_token(dir: &Path, label: &str) -> usize {
    objects_in(&token_folder(dir, label).expect("the token is there"))
}

/// How many key halves stand in this folder of a SoftHSM token. A file that is shorter than the half of a
/// P-256 key is none: a process was killed while SoftHSM was making it.
pub fn objects_in(token: &Path) -> usize {
    let objects = fs::read_dir(token).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        let whole = entry.as_ref().unwrap().metadata().is_ok_and(|file| file.len() > 600);
        name.ends_with(".object") && name != "token.object" && whole
    });
    objects.count()
}

/// Where SoftHSM keeps the token with this label.
pub fn token_folder(dir: &Path, label: &str) -> Option<PathBuf> {
    let tokens = fs::read_dir(dir.join("tokens/store")).unwrap();
    tokens.map(|entry| entry.unwrap().path()).find(|token| {
        let object = fs::read(token.join("token.object")).unwrap();
        object.windows(label.len()).any(|window| window == label.as_bytes())
    })
}
