//! Brings the store into step with the folder.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Code, Database, Fault, Timestamp, fault};
use thiserror::Error;

use super::files::{PublicFile, Rank, Says, public_files};
use super::store::{Object, ObjectStore, ObjectStoreError, PATIENCE, Standing};
use super::verdict::Verdict;
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
    /// Those that say that something has ended of which the database, or the list in the folder, has forgotten it; left alone too.
    pub kept: Vec<Kept>,
    /// How many stood as they should.
    pub standing: usize,
    /// What could not be brought into step, in the order in which it was tried; everything that does not hang on it was.
    #[serde(skip)]
    pub failures: Vec<MirrorFailure>,
}

/// An object that alone knows of something that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its name.
    pub object: String,
    /// The first that stands on it: `certificate 1D5DE2…`, `card 2600000017`.
    pub forgotten: String,
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
    /// The database, which says what is known.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for MirrorError {
    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// The store, and what is known to stand there.
#[derive(Debug)]
pub struct Mirror {
    store: ObjectStore,
    known: HashMap<String, (Version, Instant)>,
    /// SHA-256 of the newest octets of each object that this mirror has seen in the folder and in the store alike, hexadecimal: what is
    /// published next in the folder was compared with them.
    in_step: HashMap<String, String>,
    /// What the store has answered for when it was asked whether it is further than the folder.
    pub(super) answered: HashSet<String>,
}

impl Mirror {
    /// Knows nothing of what stands in the store yet.
    pub fn new(store: ObjectStore) -> Self {
        Self { store, known: HashMap::new(), in_step: HashMap::new(), answered: HashSet::new() }
    }

    pub(super) fn store(&self) -> &ObjectStore {
        &self.store
    }

    pub(super) fn is_in_step(&self, name: &str, there: &Standing) -> bool {
        there.sha256.is_some() && self.in_step.get(name) == there.sha256.as_ref()
    }

    /// Puts into the store what stands in the folder and not there, at a moment that `now` tells. Idempotent; a file that did
    /// not change since it was last looked at costs nothing. What fails keeps from going out only what may not go without
    /// it, and nothing takes the place of what alone knows that something has ended ([`Mirrored::kept`]). An error where the folder
    /// cannot be listed.
    pub fn follow(
        &mut self,
        db: &mut Database,
        folder: &PublicFolder,
        policy: &PublicationPolicy,
        now: &dyn Fn() -> Timestamp,
    ) -> Result<Mirrored, FolderError> {
        self.known.retain(|_, (_, since)| since.elapsed() < REMEMBERED);
        let latest = now().plus(policy.clock_tolerance);
        let done = self.each(db, folder, Some((policy, now)), latest)?;
        for name in &done.ahead {
            let Code { name: code, help, .. } = faults::OBJECT_STORE_AHEAD;
            tracing::error!(code, object = name, "{name}: {help}");
        }
        for Kept { object, forgotten } in &done.kept {
            let Code { name: code, help, .. } = faults::OBJECT_STORE_ENTRY_LOST;
            tracing::error!(code, object, "{object}: {forgotten}: {help}");
        }
        Ok(done)
    }

    /// What [`Self::follow`] would do at `now`; `replaced` are those that it would replace.
    pub fn look(
        &mut self,
        db: &mut Database,
        folder: &PublicFolder,
        policy: &PublicationPolicy,
        now: Timestamp,
    ) -> Result<Mirrored, FolderError> {
        self.each(db, folder, None, now.plus(policy.clock_tolerance))
    }

    /// Each file in its order. Without a way to put it there, nothing is. What is dated after `latest` was dated by a clock that was
    /// ahead.
    fn each(
        &mut self,
        db: &mut Database,
        folder: &PublicFolder,
        put: Option<Put<'_>>,
        latest: Timestamp,
    ) -> Result<Mirrored, FolderError> {
        let files = public_files(folder.root()).map_err(|source| FolderError::at(folder.root(), source))?;
        let (until_crls, after): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.rank() <= Rank::Crl);
        let mut run = Run { latest, ..Run::of(folder, put) };
        for file in until_crls {
            self.tried(db, file, &mut run, Base::MustStand);
        }
        for file in std::mem::take(&mut run.waiting).into_iter().chain(after) {
            self.tried(db, file, &mut run, Base::WasTried);
        }
        Ok(run.done)
    }

    fn tried<'f>(&mut self, db: &mut Database, file: &'f PublicFile, run: &mut Run<'f>, base: Base) {
        if run.holds_back(file) {
            run.failed.insert(file.name.clone());
        } else if let Err(error) = self.one(db, file, run, base) {
            run.fail(file, error);
        }
    }

    fn one<'f>(
        &mut self,
        db: &mut Database,
        file: &'f PublicFile,
        run: &mut Run<'f>,
        base: Base,
    ) -> Result<(), MirrorError> {
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
        match self.verdict(db, run, file, &read.body)? {
            Verdict::Follows => {}
            Verdict::IsAhead => {
                run.done.ahead.push(file.name.clone());
                return Ok(());
            }
            Verdict::Keeps(forgotten) => {
                let object = file.name.clone();
                run.done.kept.push(Kept { object, forgotten });
                return Ok(());
            }
        }
        let sha256 = hex::encode(Sha256::digest(&read.body));
        let there = self.store.standing(&file.name, PATIENCE)?.and_then(|standing| standing.sha256);
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
                self.replace(file, &read.body, sha256.clone(), says, put)?;
            }
            run.done.replaced.push(file.name.clone());
            if run.put.is_none() {
                return Ok(());
            }
        }
        self.known.insert(file.name.clone(), (version, Instant::now()));
        self.in_step.insert(file.name.clone(), sha256);
        Ok(())
    }

    /// Whether the store has a complete CRL that a delta can be combined with (RFC 5280 §5.2.4): one of its base's number or
    /// a later one. Of what is no delta, true.
    fn base_stands(&self, file: &PublicFile, says: Says) -> Result<bool, MirrorError> {
        let (Some(complete), Some(base)) = (file.complete(), says.base) else { return Ok(true) };
        let there = self.store.standing(&complete, PATIENCE)?.and_then(|standing| standing.progress);
        Ok(there.is_some_and(|number| number >= base))
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
pub(super) const UNANSWERED: usize = 3;

/// What has come of a run so far.
pub(super) struct Run<'r> {
    pub(super) folder: &'r PublicFolder,
    put: Option<Put<'r>>,
    /// What is dated later was dated by a clock that was ahead.
    pub(super) latest: Timestamp,
    done: Mirrored,
    /// What may go out, by what speaks for a file.
    pub(super) speakers: HashMap<String, Verdict>,
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
            latest: Timestamp::from_millis(i64::MAX),
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
