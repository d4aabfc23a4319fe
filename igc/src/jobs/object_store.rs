//! The public folder, copied to the object store of the configuration.

use std::time::{Duration, Instant};

use crl_publisher::faults::{OBJECT_STORE_AHEAD, OBJECT_STORE_ENTRY_LOST};
use crl_publisher::object_store::{
    Brought, Errand, Kept, Mirror, Mirrored, ObjectStore, ObjectStoreSettings,
};
use serde_json::{Value, json};
use store::{Act, Code, Database, Fault, fault};
use zeroize::Zeroizing;

use super::Worker;
use super::publication::{folder, policy};
use crate::config::ObjectStoreSection;
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::setup::{read_text, refuse_shared_key};

/// The longest secret of a key: those of S3 have 40 characters.
const LONGEST_SECRET: u64 = 1024;

/// Once, from the beginning.
pub fn run(worker: &mut Worker, _act: &Act) -> Result<Value, Problem> {
    match mirror(&worker.installation)? {
        Some(mut mirror) => follow(&worker.installation, &mut worker.db, &mut mirror),
        None => Ok(json!({ "configured": false })),
    }
}

/// The store of the configuration, if it names one. Connects to nothing yet.
pub fn mirror(installation: &Installation) -> Result<Option<Mirror>, Problem> {
    let Some(section) = &installation.config.object_store else { return Ok(None) };
    let ObjectStoreSection { endpoint, bucket, region, prefix, path_style, access_key_id, secret_key_file } =
        section.clone();
    refuse_shared_key(&secret_key_file)?;
    let secret = Zeroizing::new(read_text(&secret_key_file, LONGEST_SECRET)?);
    let secret = Zeroizing::new(secret.trim_end().to_owned());
    let settings = ObjectStoreSettings { endpoint, bucket, region, prefix, path_style, access_key_id };
    let store = ObjectStore::new(settings, &secret)
        .map_err(|error| Problem::new(faults::CONFIG_INVALID, format!("publication.object_store.{error}")))?;
    Ok(Some(Mirror::new(store)))
}

/// Brings the store into step. What is ahead of us there is left alone, and told, also where something else fails.
pub fn follow(installation: &Installation, db: &mut Database, mirror: &mut Mirror) -> Result<Value, Problem> {
    let (folder, policy) = (folder(installation), policy(&installation.config));
    let done = mirror.follow(db, &folder, &policy, &|| installation.clock.now())?;
    if let Some(problem) = failed(&done) {
        return Err(problem);
    }
    let ahead = done.ahead.iter().map(|name| (name, OBJECT_STORE_AHEAD.name));
    let kept = done.kept.iter().map(|Kept { object, .. }| (object, OBJECT_STORE_ENTRY_LOST.name));
    let failed: Vec<_> = ahead.chain(kept).collect();
    Ok(json!({ "replaced": done.replaced, "standing": done.standing, "failed": failed }))
}

/// How long one attempt may hold up whoever is about to publish or to sign.
const ATTEMPT: Duration = Duration::from_secs(60);

/// Between two attempts of a worker. Doubled each time.
const PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// Brings back into the folder what the store has further than the folder, attempt by attempt until each object was answered for.
/// A store that does not answer holds nothing up for longer than an attempt; what is published then goes on behind what is known
/// here, and takes the place of nothing there that knows more.
#[derive(Debug)]
pub struct TakingBack {
    mirror: Option<Mirror>,
    is_over: bool,
    pause: Duration,
    next: Instant,
}

impl Default for TakingBack {
    fn default() -> Self {
        Self { mirror: None, is_over: false, pause: PAUSE, next: Instant::now() }
    }
}

impl TakingBack {
    /// An attempt where one is due, for as long as `goes_on`.
    pub fn go_on(&mut self, installation: &Installation, db: &mut Database, goes_on: &dyn Fn() -> bool) {
        if self.is_over || Instant::now() < self.next {
            return;
        }
        self.attempt(installation, db, None, goes_on);
        self.next = Instant::now() + self.pause;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE);
    }

    fn attempt(
        &mut self,
        installation: &Installation,
        db: &mut Database,
        authority: Option<&str>,
        goes_on: &dyn Fn() -> bool,
    ) {
        if self.mirror.is_none() {
            match mirror(installation) {
                Ok(Some(mirror)) => self.mirror = Some(mirror),
                Ok(None) => self.is_over = true,
                Err(problem) => {
                    tracing::error!(code = problem.code().name, "the object store: {}", problem.detail());
                }
            }
        }
        let Some(mirror) = &mut self.mirror else { return };
        let latest = installation.clock.now().plus(policy(&installation.config).clock_tolerance);
        let errand = Errand { latest, within: ATTEMPT, goes_on, authority };
        match mirror.take_back(db, &folder(installation), &errand) {
            Ok(brought) => {
                self.is_over = brought.is_complete();
                told(&brought);
            }
            Err(error) => {
                let code = fault::DATABASE.name;
                tracing::error!(code, %error, "whose the objects of the store may be: {error}");
            }
        }
    }
}

fn told(brought: &Brought) {
    let Code { name: code, help, .. } = OBJECT_STORE_AHEAD;
    for object in &brought.taken {
        tracing::error!(code, object, "{object} is brought back into the public folder: {help}");
    }
    for failure in &brought.failures {
        let (object, error, code) = (&failure.object, &failure.error, failure.error.code().name);
        tracing::error!(code, object, %error, "whether the object store knows more than the folder: {object}: {error}");
    }
    if brought.unasked > 0 {
        let unasked = brought.unasked;
        tracing::error!(unasked, "{unasked} objects of the store have not been asked about yet");
    }
}

/// The same, once, for a command that is about to publish.
pub fn take_back(installation: &Installation, db: &mut Database) {
    TakingBack::default().attempt(installation, db, None, &|| true);
}

/// Of one authority's CRLs alone, before a ceremony signs the next one.
pub fn take_back_of(installation: &Installation, db: &mut Database, authority: &str) {
    TakingBack::default().attempt(installation, db, Some(authority), &|| true);
}

/// What could not be brought into step, under the code of the first, and what is ahead beside it; nothing where nothing failed.
pub fn failed(done: &Mirrored) -> Option<Problem> {
    let first = done.failures.first()?;
    let mut said = first.error.to_string();
    let more = done.failures.len() - 1;
    if more > 0 {
        said += &format!("; {more} more objects failed");
    }
    if let Some(first) = done.ahead.first() {
        let (count, code) = (done.ahead.len(), OBJECT_STORE_AHEAD.name);
        said += &format!("; {count} objects are newer than what is published here, first {first} ({code})");
    }
    if let Some(Kept { object, forgotten }) = done.kept.first() {
        let (count, code) = (done.kept.len(), OBJECT_STORE_ENTRY_LOST.name);
        said +=
            &format!("; {count} objects alone know of what has ended, first {object}: {forgotten} ({code})");
    }
    Some(Problem::new(first.error.code(), said))
}
