//! What stands in the public folder, each version of a file read and verified once.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ca_core::authority::Authority;
use store::Timestamp;

use super::read::Crl;
use super::verify::check_signature;
use super::{CrlKind, Scope};
use crate::folder::{FolderError, PublicFolder, open};

/// What a published CRL says of itself, its signature verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublishedHead {
    pub(crate) number: u64,
    pub(crate) this_update: Timestamp,
}

/// The heads of the CRLs that were read, by path; none where what stood there counts as nothing. Whether a CRL of a
/// million entries is due is asked every few seconds: reading and hashing it each time would never end.
#[derive(Debug, Default)]
pub(crate) struct SeenCrls(Mutex<HashMap<PathBuf, (Version, Option<PublishedHead>)>>);

impl SeenCrls {
    fn of(&self, path: &Path, version: Version) -> Option<Option<PublishedHead>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(path).filter(|(of, _)| *of == version).map(|(_, head)| *head)
    }

    fn put(&self, path: &Path, version: Version, head: Option<PublishedHead>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), (version, head));
    }
}

/// What tells one version of a file from another: whoever writes into it, or puts another in its place, changes one
/// of these (device, inode, length, and the moments of the last change of its content and of itself).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// The bytes of the published CRL and its head, where it reads, is of this scope and kind and its signature is the
/// authority's. Anything else in its place counts as nothing: it is replaced.
pub(crate) fn published(
    folder: &PublicFolder,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Result<Option<(Vec<u8>, PublishedHead)>, FolderError> {
    let path = folder.scoped_crl_path(&authority.short_name, scope.shard(), kind);
    let Some((file, version)) = opened(&path)? else { return Ok(None) };
    read(folder, &path, file, version, authority, scope, kind)
}

/// The same without its bytes, which are read only where they changed since this process read them last.
pub(crate) fn published_head(
    folder: &PublicFolder,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Result<Option<PublishedHead>, FolderError> {
    let path = folder.scoped_crl_path(&authority.short_name, scope.shard(), kind);
    let Some((file, version)) = opened(&path)? else { return Ok(None) };
    match folder.seen().of(&path, version) {
        Some(Some(head)) => Ok(Some(head)),
        // What counts as nothing is said each time, until it is replaced.
        Some(None) | None => {
            Ok(read(folder, &path, file, version, authority, scope, kind)?.map(|(_, head)| head))
        }
    }
}

fn opened(path: &Path) -> Result<Option<(File, Version)>, FolderError> {
    let open = || -> io::Result<_> {
        let Some(file) = open(path)? else { return Ok(None) };
        let version = Version::of(&file.metadata()?);
        Ok(Some((file, version)))
    };
    open().map_err(|error| FolderError::at(path, error))
}

fn read(
    folder: &PublicFolder,
    path: &Path,
    mut file: File,
    version: Version,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Result<Option<(Vec<u8>, PublishedHead)>, FolderError> {
    let mut bytes = Vec::with_capacity(usize::try_from(version.length).unwrap_or(0));
    file.read_to_end(&mut bytes).map_err(|error| FolderError::at(path, error))?;
    if let Some(Some(head)) = folder.seen().of(path, version) {
        return Ok(Some((bytes, head)));
    }
    let head = head_of(&bytes, authority, scope, kind);
    if head.is_none() {
        tracing::error!(path = %path.display(), "what is published is not the {kind} CRL of {}", authority.short_name);
    }
    folder.seen().put(path, version, head);
    Ok(head.map(|head| (bytes, head)))
}

/// What these bytes say, where they are a CRL of this scope and kind and its signature is the authority's.
pub(crate) fn head_of(
    bytes: &[u8],
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
) -> Option<PublishedHead> {
    let ours = Crl::read(bytes).ok().filter(|crl| {
        crl.kind() == kind
            && crl.distribution_point.as_deref() == scope.distribution_point()
            && check_signature(crl, authority).is_ok()
    });
    ours.map(|crl| PublishedHead { number: crl.number, this_update: crl.this_update })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::fixture::{ISSUING, World, rng};
    use crate::publish::publish_crls;

    #[test]
    fn a_published_crl_is_read_once_and_again_when_it_is_damaged_where_it_stands() {
        let mut world = World::new();
        let act = world.act(Duration::ZERO);
        let World { db, signer, folder, policy, .. } = &mut world;
        publish_crls(db, signer, folder, policy, &mut rng(), &act).unwrap();
        let authority = ca_core::authority::load(&mut world.db, ISSUING).unwrap();
        let head =
            |world: &World| published_head(&world.folder, &authority, &Scope::All, CrlKind::Full).unwrap();
        let first = head(&world).unwrap();
        let path = world.folder.crl_path(ISSUING, CrlKind::Full);
        let version = opened(&path).unwrap().unwrap().1;
        // Nobody reads it again as long as it is the same: what was seen is believed.
        let other = PublishedHead { number: first.number + 7, ..first };
        world.folder.seen().put(&path, version, Some(other));
        assert_eq!(head(&world), Some(other));
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(head(&world), None, "its signature does not verify");
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(head(&world), Some(first));
    }
}
