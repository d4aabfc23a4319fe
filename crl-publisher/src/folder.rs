//! The folder that relying systems read: `public/` of the installation.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::{Code, Fault, crash_point};
use thiserror::Error;

use crate::crl::published::SeenCrls;
use crate::crl::read::MAX_BYTES;
use crate::crl::{CrlKind, VerifiedCrl};
use crate::faults;

/// `DIR/public`. Every file in it is replaced whole: a reader sees the old or the new one. Clones share what they have
/// read.
#[derive(Clone, Debug)]
pub struct PublicFolder {
    root: PathBuf,
    seen: Arc<SeenCrls>,
}

/// A file that cannot be read or written.
#[derive(Debug, Error)]
#[error("public folder: {}: {source}", path.display())]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

impl FolderError {
    pub(crate) fn at(path: &Path, source: io::Error) -> Self {
        Self { path: path.to_owned(), source }
    }
}

impl Fault for FolderError {
    fn code(&self) -> Code {
        faults::FOLDER
    }
}

impl PublicFolder {
    /// The folder at `root`; made when something is first published.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), seen: Arc::default() }
    }

    /// Where it is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The CRLs that were read.
    pub(crate) fn seen(&self) -> &SeenCrls {
        &self.seen
    }

    /// `crl/<ID>.crl` or `crl/<ID>-delta.crl`.
    pub fn crl_path(&self, short_name: &str, kind: CrlKind) -> PathBuf {
        self.scoped_crl_path(short_name, None, kind)
    }

    /// The same, or of a shard by its number: `crl/<ID>/<shard>.crl`, `crl/<ID>/<shard>-delta.crl`.
    pub fn scoped_crl_path(&self, short_name: &str, shard: Option<u32>, kind: CrlKind) -> PathBuf {
        self.root.join("crl").join(kind.file_name(short_name, shard))
    }

    /// `ca/<name>`.
    pub fn ca_path(&self, name: &str) -> PathBuf {
        self.root.join("ca").join(name)
    }

    /// `oppositions/<name>`.
    pub fn oppositions_path(&self, name: &str) -> PathBuf {
        self.root.join("oppositions").join(name)
    }

    /// `coherence/<name>`.
    pub fn coherence_path(&self, name: &str) -> PathBuf {
        self.root.join("coherence").join(name)
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
        // A lock of its own: a head does not wait while CRLs are made.
        self.lock(&self.root.join("audit").join(".lock"))?.replace(&path, note.as_bytes())
    }

    /// What stands at `path`, if anything does. Only a regular file of at most 250 MB counts: a link could
    /// name any file of this machine, a pipe would never end. What else stands there is replaced.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
        let read = || {
            let Some(mut file) = open(path)? else { return Ok(None) };
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        };
        read().map_err(|source| FolderError { path: path.to_owned(), source })
    }

    /// Waits until no other process or thread changes the folder.
    pub(crate) fn turn(&self) -> Result<Turn<'_>, FolderError> {
        self.lock(&self.root.join(".lock"))
    }

    fn lock(&self, path: &Path) -> Result<Turn<'_>, FolderError> {
        let lock = || {
            make(path.parent().unwrap_or(&self.root))?;
            let file = File::options().create(true).truncate(false).write(true).open(path)?;
            file.lock()?;
            Ok(file)
        };
        match lock() {
            Ok(lock) => Ok(Turn { folder: self, _lock: lock }),
            Err(source) => Err(FolderError { path: path.to_owned(), source }),
        }
    }
}

/// Opens a file of the folder for reading; nothing where none stands that counts (see [`PublicFolder::read`]).
pub(crate) fn open(path: &Path) -> io::Result<Option<File>> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() || metadata.len() > MAX_BYTES as u64 {
        tracing::error!(path = %path.display(), "{} is no regular file of at most 250 MB", path.display());
        return Ok(None);
    }
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The right to change the folder, for as long as it lives: whoever has it can look at what is published
/// and replace it, and nobody comes in between.
#[derive(Debug)]
pub(crate) struct Turn<'f> {
    folder: &'f PublicFolder,
    _lock: File,
}

impl Turn<'_> {
    /// Puts a CRL before the world. The only way there, and it takes what was verified.
    pub(crate) fn publish_crl(&self, crl: VerifiedCrl) -> Result<(), FolderError> {
        self.replace(&self.folder.scoped_crl_path(crl.issuer(), crl.scope().shard(), crl.kind()), crl.der())
    }

    /// Replaces a file whole, durably: written beside it, synced, renamed, the folder synced.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
        try_replace(path, bytes).map_err(|source| FolderError { path: path.to_owned(), source })
    }
}

/// Makes a folder, durably, where there is none.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    make(folder)?;
    let beside = folder.join(format!(".{name}.new"));
    // What a crash left there, or what somebody else put there.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create_new(&beside)?;
    crash_point("folder.begun");
    file.write_all(bytes)?;
    file.sync_all()?;
    crash_point("folder.written");
    fs::rename(&beside, path)?;
    crash_point("folder.renamed");
    File::open(folder)?.sync_all()
}
