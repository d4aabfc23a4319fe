//! SoftHSM for the tests of this crate: each test in a process of its own, with tokens of its own.
//!
//! The library reads the path of its configuration from the environment of the process, once; so a
//! test that needs tokens runs its own binary again, for itself alone, with that environment.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::process::{ChildSettings, LedgerKind, SignerSettings, run_child};
use super::{Pkcs11Module, SignerProcess, Tokens, pin};

const FOLDER: &str = "IGC_TEST_TOKEN_FOLDER";

/// Runs `body` in a child process whose SoftHSM is empty. `module` is `module_path!()` and `test`
/// the name of the calling test. PIN files are written; no token is initialised yet.
pub(crate) fn in_child(module: &str, test: &str, body: impl FnOnce(Pkcs11Module)) {
    in_folder(module, test, |folder| body(load(folder)));
}

/// Runs `body` in a child process whose SoftHSM keeps its empty tokens in the given folder.
pub(crate) fn in_folder(module: &str, test: &str, body: impl FnOnce(&Path)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let configuration = prepare(folder.path());
    let path = module.split_once("::").expect("a module of a crate").1;
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&format!("{path}::{test}"), "--exact", "--nocapture"])
        .env("SOFTHSM2_CONF", configuration)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
}

/// As [`in_child`], with every token initialised.
pub(crate) fn with_tokens(module: &str, test: &str, body: impl FnOnce(Pkcs11Module)) {
    in_child(module, test, |module| {
        for name in ["roots", "issuing", "services", "status"] {
            module.initialise(name).unwrap();
        }
        body(module);
    });
}

/// The signer's process over the tokens of a folder; its ledger is `signer/ledger` there.
pub(crate) fn process(folder: &Path, deadline: Duration) -> SignerProcess {
    process_of(folder, LedgerKind::Issuing, deadline)
}

/// The process of the status role over its token; its ledger is `signer/answers` there.
pub(crate) fn answering_process(folder: &Path) -> SignerProcess {
    process_of(folder, LedgerKind::Answers, Duration::from_secs(20))
}

fn process_of(folder: &Path, kind: LedgerKind, deadline: Duration) -> SignerProcess {
    let (tokens, child) = match kind {
        LedgerKind::Issuing => (read(folder), "the_child_of_other_tests"),
        LedgerKind::Answers => (read(folder).only("status").unwrap(), "the_answering_child_of_other_tests"),
    };
    SignerProcess::new(SignerSettings {
        tokens,
        kind,
        sessions: 2,
        deadline,
        command: Box::new(move || {
            let mut command = Command::new("/proc/self/exe");
            command.args([&format!("signer::soft_token::{child}"), "--exact", "--ignored"]);
            command
        }),
    })
}

#[test]
#[ignore = "the signer's process of other tests, which start it"]
fn the_child_of_other_tests() {
    run(LedgerKind::Issuing, "signer/ledger", |tokens| tokens);
}

#[test]
#[ignore = "the signer's process of other tests, which start it"]
fn the_answering_child_of_other_tests() {
    run(LedgerKind::Answers, "signer/answers", |tokens| tokens.only("status").unwrap());
}

fn run(kind: LedgerKind, ledger: &str, reach: impl FnOnce(Tokens) -> Tokens) {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    run_child(ChildSettings {
        tokens: reach(read(&folder)),
        sessions: 2,
        ledger: folder.join(ledger),
        kind,
        new_ledger_id: [7; 16],
        clock: Box::new(|| "2026-11-21T10:00:00Z".parse().unwrap()),
    })
    .unwrap();
}

fn prepare(folder: &Path) -> PathBuf {
    let tokens = folder.join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.join("softhsm2.conf");
    let template = include_str!("../../../hsm-config/softhsm2.conf");
    std::fs::write(&configuration, template.replace("@TOKEN_FOLDER@", tokens.to_str().unwrap())).unwrap();
    std::fs::write(folder.join("tokens.toml"), include_str!("../../../hsm-config/tokens.toml")).unwrap();
    std::fs::create_dir(folder.join("pin")).unwrap();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    for token in read(folder).tokens {
        pin::create(&token.pin_file, &mut rng).unwrap();
        pin::create(&token.so_pin_file, &mut rng).unwrap();
    }
    configuration
}

pub(crate) fn load(folder: &Path) -> Pkcs11Module {
    Pkcs11Module::load(read(folder), None).unwrap()
}

fn read(folder: &Path) -> Tokens {
    Tokens::read(&folder.join("tokens.toml")).unwrap()
}
