//! Published files, read from the folder when they change and kept in memory between.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use store::Timestamp;

use super::target::PublishedName;
use crate::crl::CrlKind;
use crate::crl::read::Crl;
use crate::entity_tag::entity_tag;
use crate::flights::{Flights, Patience};
use crate::folder::{PublicFolder, open};

/// One file as it stands.
#[derive(Clone, Debug)]
pub(crate) struct PublishedFile {
    pub(crate) body: Bytes,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    /// nextUpdate, of what has one.
    pub(crate) next_update: Option<Timestamp>,
}

/// A file is replaced by a rename, so a new version has a new inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    inode: u64,
    size: u64,
    modified_seconds: i64,
    modified_nanoseconds: i64,
}

/// Bounded by what is published: a name without a file leaves nothing here.
#[derive(Debug)]
pub(crate) struct PublishedFiles {
    known: Mutex<HashMap<PublishedName, Known>>,
    /// A CRL may have 49 MB: each version is read, hashed and parsed once, however many ask for it at the same time.
    flights: Flights<(PublishedName, Version), Result<Looked, String>>,
}

/// A version that was looked at, and what may be served of it.
#[derive(Clone, Debug)]
struct Known {
    version: Version,
    looked: Looked,
}

/// The file, or why it is not served: said again until another stands there.
type Looked = Result<Arc<PublishedFile>, Arc<str>>;

impl Default for PublishedFiles {
    fn default() -> Self {
        Self { known: Mutex::default(), flights: Flights::new(Patience::OF_A_FILE) }
    }
}

/// Somebody else is reading it, for longer than we may wait: no fault of the file.
pub(crate) fn still_being_read() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "somebody else is still reading it")
}

impl PublishedFiles {
    /// The file with this name, if there is one. Where it takes long to be read, the error is [`still_being_read`] for a crowd
    /// of those who wait for the first.
    pub(crate) fn get(
        &self,
        folder: &PublicFolder,
        name: &PublishedName,
    ) -> io::Result<Option<Arc<PublishedFile>>> {
        let Some((version, file)) = stands(&path(folder, name))? else {
            self.lock().remove(name);
            return Ok(None);
        };
        let looked = match self.known(name, version) {
            Some(looked) => looked,
            None => {
                let read = || match self.known(name, version) {
                    // Somebody has just read it.
                    Some(looked) => Ok(looked),
                    None => self.look(name, version, file).map_err(|error| error.to_string()),
                };
                let shared = self.flights.share(&(name.clone(), version), read);
                shared.ok_or_else(still_being_read)?.map_err(io::Error::other)?
            }
        };
        looked.map(Some).map_err(|refused| io::Error::other(refused.to_string()))
    }

    fn look(&self, name: &PublishedName, version: Version, file: File) -> io::Result<Looked> {
        let mut file = PublishedFile::read(version, file)?;
        let looked = match name {
            PublishedName::Crl(_, shard, kind) => match next_update(&file.body, *shard, *kind) {
                Ok(end) => {
                    file.next_update = Some(end);
                    Ok(Arc::new(file))
                }
                Err(refused) => Err(refused.to_string().into()),
            },
            _ => Ok(Arc::new(file)),
        };
        self.lock().insert(name.clone(), Known { version, looked: looked.clone() });
        Ok(looked)
    }

    fn known(&self, name: &PublishedName, version: Version) -> Option<Looked> {
        self.lock().get(name).filter(|known| known.version == version).map(|known| known.looked.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PublishedName, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file at this path, opened, and which version of it that is; nothing where none stands that counts.
pub(crate) fn stands(path: &Path) -> io::Result<Option<(Version, File)>> {
    let Some(file) = open(path)? else { return Ok(None) };
    let version = Version::of(&file.metadata()?);
    Ok(Some((version, file)))
}

impl PublishedFile {
    /// Reads a file that stands.
    pub(crate) fn read(version: Version, mut file: File) -> io::Result<Self> {
        let mut body = Vec::new();
        file.read_to_end(&mut body)?;
        Ok(Self {
            etag: entity_tag(&body),
            modified: Timestamp::from_seconds(version.modified_seconds),
            next_update: None,
            body: Bytes::from(body),
        })
    }
}

/// When the CRL ends. What is no CRL of this kind, or of one shard and not of all certificates, is not served: the
/// worker puts the right one there.
fn next_update(body: &[u8], shard: Option<u32>, kind: CrlKind) -> io::Result<Timestamp> {
    match Crl::read(body) {
        Ok(crl) if crl.kind() == kind && crl.distribution_point.is_some() == shard.is_some() => {
            Ok(crl.next_update)
        }
        Ok(crl) => {
            let found = crl.distribution_point.as_deref().unwrap_or("every certificate");
            Err(io::Error::other(format!("a {} CRL of {found} in the place of another", crl.kind())))
        }
        Err(unreadable) => Err(io::Error::other(unreadable)),
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            size: metadata.len(),
            modified_seconds: metadata.mtime(),
            modified_nanoseconds: metadata.mtime_nsec(),
        }
    }
}

fn path(folder: &PublicFolder, name: &PublishedName) -> PathBuf {
    match name {
        PublishedName::Crl(short_name, shard, kind) => {
            folder.scoped_crl_path(short_name.as_str(), *shard, *kind)
        }
        PublishedName::CaCertificate(short_name) => folder.ca_path(&format!("{}.cer", short_name.as_str())),
        PublishedName::Chain(name) => folder.ca_path(name),
        PublishedName::AuditCheckpoint => folder.audit_checkpoint_path(),
        PublishedName::Coherence(name) => folder.coherence_path(name),
    }
}
