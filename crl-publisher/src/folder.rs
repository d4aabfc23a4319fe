//! The folder that relying systems read: `public/` of the installation.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use store::{Code, Fault};
use thiserror::Error;

use crate::crl::{CrlKind, VerifiedCrl};
use crate::faults;

/// `DIR/public`. Every file in it is replaced whole: a reader sees the old or the new one.
#[derive(Clone, Debug)]
pub struct PublicFolder {
    root: PathBuf,
}

/// A file that cannot be read or written.
#[derive(Debug, Error)]
#[error("public folder: {}: {source}", path.display())]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

impl Fault for FolderError {
    fn code(&self) -> Code {
        faults::FOLDER
    }
}

impl PublicFolder {
    /// The folder at `root`; made when something is first published.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// `crl/<ID>.crl` or `crl/<ID>-delta.crl`.
    pub fn crl_path(&self, short_name: &str, kind: CrlKind) -> PathBuf {
        self.root.join("crl").join(kind.file_name(short_name))
    }

    /// `ca/<name>`.
    pub fn ca_path(&self, name: &str) -> PathBuf {
        self.root.join("ca").join(name)
    }

    /// `oppositions/<name>`.
    pub fn oppositions_path(&self, name: &str) -> PathBuf {
        self.root.join("oppositions").join(name)
    }

    /// `audit/checkpoint`.
    pub fn audit_checkpoint_path(&self) -> PathBuf {
        self.root.join("audit").join("checkpoint")
    }

    /// Puts the newest head of the audit tree before the world, where another one stands. Whoever calls has
    /// verified its signature.
    pub fn publish_audit_checkpoint(&self, note: &str) -> Result<(), FolderError> {
        let path = self.audit_checkpoint_path();
        if self.read(&path)?.as_deref() == Some(note.as_bytes()) {
            return Ok(());
        }
        self.replace(&path, note.as_bytes())
    }

    /// Puts a CRL before the world. The only way there, and it takes what was verified.
    pub fn publish_crl(&self, crl: VerifiedCrl) -> Result<(), FolderError> {
        self.replace(&self.crl_path(crl.issuer(), crl.kind()), crl.der())
    }

    /// What stands at `path`, if anything does.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError { path: path.to_owned(), source }),
        }
    }

    /// Replaces a file whole, durably: written beside it, synced, renamed, the folder synced.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
        self.try_replace(path, bytes).map_err(|source| FolderError { path: path.to_owned(), source })
    }

    fn try_replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        };
        fs::create_dir_all(folder)?;
        // Two workers may write the same file for a moment; each has its own file until the rename.
        let beside = folder.join(format!(".{name}.{}", std::process::id()));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    }
}
