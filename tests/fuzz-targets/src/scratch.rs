//! Files for readers that take a path: in memory where the machine has a folder there, and gone with the process.

use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

const MEMORY: &str = "/dev/shm";

/// A folder of this thread.
pub(crate) fn folder() -> TempDir {
    let place = if Path::new(MEMORY).is_dir() { PathBuf::from(MEMORY) } else { std::env::temp_dir() };
    Builder::new().prefix("igc-fuzz-").tempdir_in(place).expect("a folder for temporary files can be written")
}

/// Writes `octets` to the file `name` in `folder`.
pub(crate) fn file(folder: &TempDir, name: &str, octets: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, octets).expect("a temporary folder can be written");
    path
}
