//! SoftHSM for the tests of this crate: each test in a process of its own, with tokens of its own.
//!
//! The library reads the path of its configuration from the environment of the process, once; so a
//! test that needs tokens runs its own binary again, for itself alone, with that environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Pkcs11Module, Tokens, pin};

const FOLDER: &str = "IGC_TEST_TOKEN_FOLDER";

/// Runs `body` in a child process whose SoftHSM is empty. `module` is `module_path!()` and `test`
/// the name of the calling test. PIN files are written; no token is initialised yet.
pub(crate) fn in_child(module: &str, test: &str, body: impl FnOnce(Pkcs11Module)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(load(Path::new(&folder)));
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

/// As [`in_child`], with the three tokens initialised.
pub(crate) fn with_tokens(module: &str, test: &str, body: impl FnOnce(Pkcs11Module)) {
    in_child(module, test, |module| {
        for name in ["roots", "issuing", "status"] {
            module.initialise(name).unwrap();
        }
        body(module);
    });
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
    for token in Tokens::read(&folder.join("tokens.toml")).unwrap().tokens {
        pin::create(&token.pin_file, &mut rng).unwrap();
        pin::create(&token.so_pin_file, &mut rng).unwrap();
    }
    configuration
}

fn load(folder: &Path) -> Pkcs11Module {
    Pkcs11Module::load(Tokens::read(&folder.join("tokens.toml")).unwrap()).unwrap()
}
