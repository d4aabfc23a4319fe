//! The public record of who holds the shares of a token's PINs, in the folder of the ceremonies.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::CeremonyError;
use super::custodians::CustodianSet;

fn path(folder: &Path, token: &str) -> PathBuf {
    folder.join(format!("custodians-{token}.json"))
}

/// Who holds the PINs of this token; none where they stand in files.
pub(super) fn read(folder: &Path, token: &str) -> Result<Option<CustodianSet>, CeremonyError> {
    let path = path(folder, token);
    let failed = |detail: String| CeremonyError::CustodianSet { path: path.display().to_string(), detail };
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| failed(error.to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Writes it whole, durably.
pub(super) fn write(folder: &Path, set: &CustodianSet) -> Result<(), CeremonyError> {
    let path = path(folder, &set.token);
    let new = path.with_extension("new");
    let text = serde_json::to_vec_pretty(set).expect("a set of custodians is plain data");
    fs::write(&new, text)
        .and_then(|()| fs::File::open(&new)?.sync_all())
        .and_then(|()| fs::rename(&new, &path))
        .and_then(|()| fs::File::open(folder)?.sync_all())
        .map_err(|error| CeremonyError::CustodianSet {
            path: path.display().to_string(),
            detail: error.to_string(),
        })
}
