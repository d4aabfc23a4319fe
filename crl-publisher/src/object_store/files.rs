//! What of the public folder goes to the store, and in which order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::crl::read::Crl;
use crate::http::target::Target;

/// Folders below folders: `crl/ACI-FO-PP/3.crl` is the deepest that is published.
const DEEPEST: usize = 3;

/// A published file.
#[derive(Clone, Debug)]
pub(super) struct PublicFile {
    pub(super) path: PathBuf,
    /// Below the public folder: `crl/ACI-FO-PP.crl`. Its object's name as well.
    pub(super) name: String,
    /// What a GET of that name asks for.
    pub(super) target: Target,
}

impl PublicFile {
    /// The object whose progress speaks for this one; itself, or the list that a part of a list belongs to.
    pub(super) fn speaker(&self) -> &str {
        if self.name.starts_with("oppositions/") { FULL_LIST } else { &self.name }
    }
}

/// The list that says how far all files of the list are.
const FULL_LIST: &str = "oppositions/full.json";

/// An authority before its CRL, and a CRL before what was looked at.
const ORDER: &[&str] = &["ca/", "crl/", "oppositions/", "coherence/", "audit/"];

/// Every file that the status role would serve, in the order in which they go out.
pub(super) fn public_files(root: &Path) -> io::Result<Vec<PublicFile>> {
    let mut files = Vec::new();
    collect(root, root, DEEPEST, &mut files)?;
    files.sort_by_cached_key(|file| {
        let folder = ORDER.iter().position(|folder| file.name.starts_with(folder));
        (folder.unwrap_or(ORDER.len()), place(&file.name), file.name.clone())
    });
    Ok(files)
}

/// A delta after its base, a signature before the list it is of, the list that says how far all of them are at the end.
fn place(name: &str) -> u8 {
    match name {
        FULL_LIST => 2,
        _ if name.ends_with("-delta.crl") => 1,
        _ => 0,
    }
}

fn collect(root: &Path, folder: &Path, deeper: usize, files: &mut Vec<PublicFile>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() && deeper > 1 {
            collect(root, &path, deeper - 1, files)?;
        } else if metadata.is_file()
            && let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str)
        {
            let (name, target) = (name.to_owned(), Target::of(&format!("/{name}")));
            if matches!(target, Target::Published(_) | Target::OppositionFile(..)) {
                files.push(PublicFile { path, name, target });
            }
        }
    }
    Ok(())
}

/// How far a file is, where that may never go back: a CRL's number, a list's sequence, the size of the audit tree.
pub(super) fn progress(name: &str, octets: &[u8]) -> Option<u64> {
    if name.ends_with(".crl") {
        return Crl::read(octets).ok().map(|crl| crl.number);
    }
    match name {
        FULL_LIST => serde_json::from_slice::<serde_json::Value>(octets).ok()?["sequence"].as_u64(),
        "audit/checkpoint" => std::str::from_utf8(octets).ok()?.lines().nth(1)?.parse().ok(),
        _ => None,
    }
}
