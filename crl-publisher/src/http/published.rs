//! Published files, read from the folder when they change and kept in memory between.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use store::{Database, Timestamp};

use super::not_served::NotServed;
use super::published_crls::PublishedCrls;
use super::target::PublishedName;
use crate::entity_tag::entity_tag;
use crate::flights::{Flights, Patience};
use crate::folder::{PublicFolder, open};
use crate::pool::Pool;

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
    known: Mutex<HashMap<PublishedName, (Version, Arc<PublishedFile>)>>,
    /// Each version is read and hashed once, however many ask for it at the same time.
    flights: Flights<(PublishedName, Version), Result<Arc<PublishedFile>, NotServed>>,
    crls: PublishedCrls,
}

impl Default for PublishedFiles {
    fn default() -> Self {
        let flights = Flights::new(Patience::OF_A_FILE);
        Self { known: Mutex::default(), flights, crls: PublishedCrls::default() }
    }
}

impl PublishedFiles {
    /// The file with this name, if there is one. The database is asked who signs CRLs, and nothing else. Where it takes long to be
    /// read, the error is [`NotServed::StillRead`] for a crowd of those who wait for the first.
    pub(crate) fn get(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &PublishedName,
    ) -> Result<Option<Arc<PublishedFile>>, NotServed> {
        if let PublishedName::Crl(name) = name {
            let crl = self.crls.get(folder, pool, name)?;
            return Ok(crl.map(|crl| Arc::clone(&crl.file)));
        }
        let Some((version, file)) = stands(&path(folder, name))? else {
            self.lock().remove(name);
            return Ok(None);
        };
        if let Some(known) = self.known(name, version) {
            return Ok(Some(known));
        }
        let read = || match self.known(name, version) {
            // Somebody has just read it.
            Some(known) => Ok(known),
            None => {
                let file = Arc::new(PublishedFile::read(version, file)?);
                self.lock().insert(name.clone(), (version, Arc::clone(&file)));
                Ok(file)
            }
        };
        self.flights.share(&(name.clone(), version), read)?.map(Some)
    }

    /// The CRLs among them.
    pub(super) fn crls(&self) -> &PublishedCrls {
        &self.crls
    }

    fn known(&self, name: &PublishedName, version: Version) -> Option<Arc<PublishedFile>> {
        let all = self.lock();
        all.get(name).filter(|(known, _)| *known == version).map(|(_, file)| Arc::clone(file))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PublishedName, (Version, Arc<PublishedFile>)>> {
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
        PublishedName::Crl(name) => name.path(folder),
        PublishedName::CaCertificate(short_name) => folder.ca_path(&format!("{}.cer", short_name.as_str())),
        PublishedName::Chain(name) => folder.ca_path(name),
        PublishedName::AuditCheckpoint => folder.audit_checkpoint_path(),
        PublishedName::Coherence(name) => folder.coherence_path(name),
    }
}
