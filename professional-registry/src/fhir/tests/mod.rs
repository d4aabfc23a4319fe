//! The client against a server of this machine, which answers with fictional resources in the shape of the published
//! guide, and misbehaves as services do.

mod answers;
mod fixtures;
mod key;
mod misbehaving;
mod pace;
mod server;
mod tls;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use store::{Fault, Timestamp};
use tempfile::TempDir;

use super::*;
use server::Server;

/// What is sent as the key, and stands nowhere else.
const KEY: &str = "canary-key-5f1d0c";

fn now() -> Timestamp {
    "2026-11-26T08:00:00Z".parse().unwrap()
}

fn key_file(folder: &TempDir, text: &str, mode: u32) -> PathBuf {
    let file = folder.path().join("fhir.key");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    file
}

fn settings(folder: &TempDir, base: &str) -> FhirSettings {
    FhirSettings {
        base: base.parse().unwrap(),
        key: key_file(folder, &format!("{KEY}\n"), 0o600),
        roots: None,
        requests_a_second: 1000,
        connect: Duration::from_secs(2),
        answer: Duration::from_millis(600),
    }
}

/// A client of `server`.
fn client(server: &Server) -> AnnuaireSante {
    let folder = tempfile::tempdir().unwrap();
    AnnuaireSante::new(&settings(&folder, &server.base())).unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, FhirError>) -> &'static str {
    let error = answer.expect_err("must be refused");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    error.code().name
}
