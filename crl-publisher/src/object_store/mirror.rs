//! Brings the store into step with the folder.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Code, Fault};
use thiserror::Error;

use super::files::{PublicFile, progress, public_files};
use super::store::{Object, ObjectStore, ObjectStoreError, Standing};
use crate::faults;
use crate::folder::{FolderError, PublicFolder};
use crate::http::published::{PublishedFile, Version, stands};
use crate::http::target::Target;
use crate::policy::PublicationPolicy;

/// How long what was found in the store is taken for what stands there: whoever takes an object away there has it back
/// after this.
const REMEMBERED: Duration = Duration::from_secs(600);

/// What a run did.
#[derive(Debug, Default, Serialize)]
pub struct Mirrored {
    /// Names of the objects that were replaced.
    pub replaced: Vec<String>,
    /// Names of the objects that are ahead of the folder, and were left alone.
    pub ahead: Vec<String>,
    /// How many stood as they should.
    pub standing: usize,
}

/// Why a run ended early; what it did before stays done.
#[derive(Debug, Error)]
pub enum MirrorError {
    /// The store.
    #[error(transparent)]
    Store(#[from] ObjectStoreError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl Fault for MirrorError {
    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Folder(error) => error.code(),
        }
    }
}

/// The store, and what is known to stand there.
#[derive(Debug)]
pub struct Mirror {
    store: ObjectStore,
    known: HashMap<String, (Version, Instant)>,
}

impl Mirror {
    /// Knows nothing of what stands in the store yet.
    pub fn new(store: ObjectStore) -> Self {
        Self { store, known: HashMap::new() }
    }

    /// Puts into the store what stands in the folder and not there. Idempotent; a file that did not change since it was
    /// last looked at costs nothing.
    pub fn follow(
        &mut self,
        folder: &PublicFolder,
        policy: &PublicationPolicy,
    ) -> Result<Mirrored, MirrorError> {
        self.known.retain(|_, (_, since)| since.elapsed() < REMEMBERED);
        let done = self.each(folder, Some(policy))?;
        for name in &done.ahead {
            let Code { name: code, help, .. } = faults::OBJECT_STORE_AHEAD;
            tracing::error!(code, object = name, "{name}: {help}");
        }
        Ok(done)
    }

    /// What [`Self::follow`] would do; `replaced` are those that it would replace.
    pub fn look(&mut self, folder: &PublicFolder) -> Result<Mirrored, MirrorError> {
        self.each(folder, None)
    }

    /// Each file in its order. Without a policy nothing is put there.
    fn each(
        &mut self,
        folder: &PublicFolder,
        policy: Option<&PublicationPolicy>,
    ) -> Result<Mirrored, MirrorError> {
        let files = public_files(folder.root()).map_err(|source| FolderError::at(folder.root(), source))?;
        let (mut done, mut speakers) = (Mirrored::default(), HashMap::new());
        for file in &files {
            let unreadable = |source: io::Error| FolderError::at(&file.path, source);
            let Some((version, opened)) = stands(&file.path).map_err(unreadable)? else { continue };
            if self.known.get(&file.name).is_some_and(|(known, _)| *known == version) {
                done.standing += 1;
                continue;
            }
            let read = PublishedFile::read(version, opened).map_err(unreadable)?;
            if self.is_ahead(folder, file, &read.body, &mut speakers)? {
                done.ahead.push(file.name.clone());
                continue;
            }
            let sha256 = hex::encode(Sha256::digest(&read.body));
            let there = self.store.standing(&file.name)?.and_then(|standing| standing.sha256);
            if there.as_ref() == Some(&sha256) {
                done.standing += 1;
            } else {
                done.replaced.push(file.name.clone());
                let Some(policy) = policy else { continue };
                self.replace(file, &read.body, sha256, policy)?;
            }
            self.known.insert(file.name.clone(), (version, Instant::now()));
        }
        Ok(done)
    }

    /// Whether the store says more than the folder, by what speaks for the file; looked up once a run.
    fn is_ahead(
        &self,
        folder: &PublicFolder,
        file: &PublicFile,
        octets: &[u8],
        speakers: &mut HashMap<String, bool>,
    ) -> Result<bool, MirrorError> {
        let speaker = file.speaker();
        if let Some(known) = speakers.get(speaker) {
            return Ok(*known);
        }
        let ours = if speaker == file.name {
            progress(speaker, octets)
        } else {
            folder.read(&folder.root().join(speaker))?.and_then(|octets| progress(speaker, &octets))
        };
        let ahead = match ours {
            None => false,
            Some(ours) => {
                let theirs = self.store.standing(speaker)?.and_then(|standing| standing.progress);
                theirs.is_some_and(|theirs| theirs > ours)
            }
        };
        speakers.insert(speaker.to_owned(), ahead);
        Ok(ahead)
    }

    fn replace(
        &self,
        file: &PublicFile,
        octets: &[u8],
        sha256: String,
        policy: &PublicationPolicy,
    ) -> Result<(), MirrorError> {
        let (content_type, max_age) = match &file.target {
            Target::Published(name) => (name.content_type(), name.max_age(policy)),
            Target::OppositionFile(list, part) => (part.content_type(*list), policy.file_max_age),
            _ => ("application/octet-stream", policy.file_max_age),
        };
        let says = Standing { sha256: Some(sha256), progress: progress(&file.name, octets) };
        Ok(self.store.put(&Object { name: &file.name, octets, content_type, max_age, says })?)
    }
}
