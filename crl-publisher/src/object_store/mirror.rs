//! Brings the store into step with the folder.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Code, Fault, Timestamp};
use thiserror::Error;

use super::files::{PublicFile, Rank, Says, public_files};
use super::store::{Object, ObjectStore, ObjectStoreError, Standing};
use crate::faults;
use crate::folder::{FolderError, PublicFolder};
use crate::http::published::{PublishedFile, Version, stands};
use crate::http::target::Target;
use crate::policy::PublicationPolicy;
use crate::publish::coherence_statement::STATEMENT;

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
    /// What could not be brought into step, in the order in which it was tried; everything that does not hang on it was.
    #[serde(skip)]
    pub failures: Vec<MirrorFailure>,
}

/// One object that is not as it should be.
#[derive(Debug)]
pub struct MirrorFailure {
    /// Its name.
    pub object: String,
    /// Why.
    pub error: MirrorError,
}

/// Why something could not be brought into step.
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

    pub(super) fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// Puts into the store what stands in the folder and not there, at a moment that `now` tells. Idempotent; a file that did
    /// not change since it was last looked at costs nothing. What fails keeps from going out only what may not go without
    /// it. An error where the folder cannot be listed.
    pub fn follow(
        &mut self,
        folder: &PublicFolder,
        policy: &PublicationPolicy,
        now: &dyn Fn() -> Timestamp,
    ) -> Result<Mirrored, FolderError> {
        self.known.retain(|_, (_, since)| since.elapsed() < REMEMBERED);
        let done = self.each(folder, Some((policy, now)))?;
        for name in &done.ahead {
            let Code { name: code, help, .. } = faults::OBJECT_STORE_AHEAD;
            tracing::error!(code, object = name, "{name}: {help}");
        }
        Ok(done)
    }

    /// What [`Self::follow`] would do; `replaced` are those that it would replace.
    pub fn look(&mut self, folder: &PublicFolder) -> Result<Mirrored, FolderError> {
        self.each(folder, None)
    }

    /// Each file in its order. Without a way to put it there, nothing is.
    fn each(&mut self, folder: &PublicFolder, put: Option<Put<'_>>) -> Result<Mirrored, FolderError> {
        let files = public_files(folder.root()).map_err(|source| FolderError::at(folder.root(), source))?;
        let (until_crls, after): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.rank() <= Rank::Crl);
        let mut run = Run::of(folder, put);
        for file in until_crls {
            self.tried(file, &mut run, Base::MustStand);
        }
        for file in std::mem::take(&mut run.waiting).into_iter().chain(after) {
            self.tried(file, &mut run, Base::WasTried);
        }
        Ok(run.done)
    }

    fn tried<'f>(&mut self, file: &'f PublicFile, run: &mut Run<'f>, base: Base) {
        if run.holds_back(file) {
            run.failed.insert(file.name.clone());
        } else if let Err(error) = self.one(file, run, base) {
            run.fail(file, error);
        }
    }

    fn one<'f>(&mut self, file: &'f PublicFile, run: &mut Run<'f>, base: Base) -> Result<(), MirrorError> {
        let unreadable = |source: io::Error| FolderError::at(&file.path, source);
        let Some((version, opened)) = stands(&file.path).map_err(unreadable)? else { return Ok(()) };
        if self.known.get(&file.name).is_some_and(|(known, _)| *known == version) {
            run.done.standing += 1;
            return Ok(());
        }
        let read = PublishedFile::read(version, opened).map_err(unreadable)?;
        let mut says = Says::of(&file.name, &read.body);
        if let Some(other) = file.ends_with() {
            let octets = run.folder.read(&run.folder.root().join(other))?;
            says.next_update = octets.and_then(|octets| Says::of(other, &octets).next_update);
        }
        if self.is_ahead(run, file, says)? {
            run.done.ahead.push(file.name.clone());
            return Ok(());
        }
        let sha256 = hex::encode(Sha256::digest(&read.body));
        let there = self.store.standing(&file.name)?.and_then(|standing| standing.sha256);
        if there.as_ref() == Some(&sha256) {
            run.done.standing += 1;
        } else {
            match base {
                Base::MustStand if !self.base_stands(file, says)? => {
                    run.waiting.push(file);
                    return Ok(());
                }
                Base::WasTried if run.lacks_base(file) && !self.base_stands(file, says)? => {
                    run.failed.insert(file.name.clone());
                    return Ok(());
                }
                Base::MustStand | Base::WasTried => {}
            }
            if let Some(put) = run.put {
                self.replace(file, &read.body, sha256, says, put)?;
            }
            run.done.replaced.push(file.name.clone());
            if run.put.is_none() {
                return Ok(());
            }
        }
        self.known.insert(file.name.clone(), (version, Instant::now()));
        Ok(())
    }

    /// Whether the store has a complete CRL that a delta can be combined with (RFC 5280 §5.2.4): one of its base's number or
    /// a later one. Of what is no delta, true.
    fn base_stands(&self, file: &PublicFile, says: Says) -> Result<bool, MirrorError> {
        let (Some(complete), Some(base)) = (file.complete(), says.base) else { return Ok(true) };
        let there = self.store.standing(&complete)?.and_then(|standing| standing.progress);
        Ok(there.is_some_and(|number| number >= base))
    }

    /// Whether the store says more than the folder, by what speaks for the file; looked up once a run.
    fn is_ahead(&self, run: &mut Run<'_>, file: &PublicFile, says: Says) -> Result<bool, MirrorError> {
        let speaker = file.speaker();
        if let Some(known) = run.speakers.get(speaker) {
            return Ok(*known);
        }
        let ours = if speaker == file.name {
            says.progress
        } else {
            let octets = run.folder.read(&run.folder.root().join(speaker))?;
            octets.and_then(|octets| Says::of(speaker, &octets).progress)
        };
        let ahead = match ours {
            None => false,
            Some(ours) => {
                let theirs = self.store.standing(speaker)?.and_then(|standing| standing.progress);
                theirs.is_some_and(|theirs| theirs > ours)
            }
        };
        run.speakers.insert(speaker.to_owned(), ahead);
        Ok(ahead)
    }

    /// With a time for caches that does not outlive what is put there, as far as that is known now.
    fn replace(
        &self,
        file: &PublicFile,
        octets: &[u8],
        sha256: String,
        says: Says,
        (policy, now): Put<'_>,
    ) -> Result<(), MirrorError> {
        let (content_type, longest) = match &file.target {
            Target::Published(name) => (name.content_type(), name.max_age(policy)),
            Target::OppositionFile(list, part) => (part.content_type(*list), policy.file_max_age),
            _ => ("application/octet-stream", policy.file_max_age),
        };
        let max_age = cache_time(longest, says, now());
        let says = Standing { sha256: Some(sha256), progress: says.progress };
        Ok(self.store.put(&Object { name: &file.name, octets, content_type, max_age, says })?)
    }
}

fn cache_time(longest: Duration, says: Says, now: Timestamp) -> Duration {
    let left = |end: Timestamp| {
        Duration::from_millis(end.millis().saturating_sub(now.millis()).max(0).unsigned_abs())
    };
    says.next_update.map_or(longest, |end| longest.min(left(end)))
}

/// How what goes out may be cached, and what time it is.
type Put<'p> = (&'p PublicationPolicy, &'p dyn Fn() -> Timestamp);

/// Whether a delta goes out although no complete CRL in the store is one to combine it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    /// It waits until the complete ones have gone out.
    MustStand,
    /// They have, unless one failed.
    WasTried,
}

/// After so many objects at which nothing answered, the rest is left to the next run.
const UNANSWERED: usize = 3;

/// What has come of a run so far.
struct Run<'r> {
    folder: &'r PublicFolder,
    put: Option<Put<'r>>,
    done: Mirrored,
    /// Whether the store is ahead, by what speaks for a file.
    speakers: HashMap<String, bool>,
    /// Deltas whose base does not stand yet.
    waiting: Vec<&'r PublicFile>,
    /// What did not go out, and should have.
    failed: HashSet<String>,
    unanswered: usize,
}

impl<'r> Run<'r> {
    fn of(folder: &'r PublicFolder, put: Option<Put<'r>>) -> Self {
        Self {
            folder,
            put,
            done: Mirrored::default(),
            speakers: HashMap::new(),
            waiting: Vec::new(),
            failed: HashSet::new(),
            unanswered: 0,
        }
    }

    fn fail(&mut self, file: &PublicFile, error: MirrorError) {
        tracing::error!(object = file.name, %error, "{} does not go to the object store: {error}", file.name);
        self.unanswered += usize::from(matches!(error, MirrorError::Store(ObjectStoreError::Unreachable(_))));
        self.failed.insert(file.name.clone());
        self.done.failures.push(MirrorFailure { object: file.name.clone(), error });
    }

    /// What may not go out after what has failed: no file beside the signature of another, no list that says all of its
    /// files are there, no statement that all is well with what is not. One that names differences is held back by nothing.
    fn holds_back(&self, file: &PublicFile) -> bool {
        let any_of =
            |folders: &[&str]| self.failed.iter().any(|name| folders.iter().any(|of| name.starts_with(of)));
        self.unanswered >= UNANSWERED
            || self.failed.contains(&file.signature())
            || match file.rank() {
                Rank::FullList => any_of(&["oppositions/"]),
                Rank::Coherence => any_of(&["crl/", "oppositions/"]) && !self.names_differences(),
                _ => false,
            }
    }

    /// Whether the statement that stands says that something differs.
    fn names_differences(&self) -> bool {
        #[derive(Deserialize)]
        struct Stated {
            coherent: bool,
        }
        let octets = self.folder.read(&self.folder.coherence_path(STATEMENT)).ok().flatten();
        let stated = octets.and_then(|octets| serde_json::from_slice(&octets).ok());
        stated.is_some_and(|Stated { coherent }| !coherent)
    }

    fn lacks_base(&self, file: &PublicFile) -> bool {
        file.complete().is_some_and(|complete| self.failed.contains(&complete))
    }
}

#[cfg(test)]
mod tests;
