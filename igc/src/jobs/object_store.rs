//! The public folder, copied to the object store of the configuration.

use crl_publisher::faults::OBJECT_STORE_AHEAD;
use crl_publisher::object_store::{Mirror, Mirrored, ObjectStore, ObjectStoreSettings};
use serde_json::{Value, json};
use store::{Act, Code, Database, Fault};
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
        Some(mut mirror) => follow(&worker.installation, &mut mirror),
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
pub fn follow(installation: &Installation, mirror: &mut Mirror) -> Result<Value, Problem> {
    let done =
        mirror.follow(&folder(installation), &policy(&installation.config), &|| installation.clock.now())?;
    if let Some(problem) = failed(&done) {
        return Err(problem);
    }
    let code = OBJECT_STORE_AHEAD.name;
    let failed: Vec<_> = done.ahead.iter().map(|name| (name, code)).collect();
    Ok(json!({ "replaced": done.replaced, "standing": done.standing, "failed": failed }))
}

/// Brings back into the folder what the store has further than the folder: once after a start, before anything is published.
/// A store that does not answer holds nothing up; what is published then goes on behind what is known here.
pub fn take_back(installation: &Installation, db: &mut Database) {
    let Code { name: code, help, .. } = OBJECT_STORE_AHEAD;
    match mirror(installation) {
        Ok(None) => {}
        Ok(Some(mirror)) => match mirror.take_back(db, &folder(installation)) {
            Ok(taken) => {
                for object in taken {
                    tracing::error!(code, object, "{object} is brought back into the public folder: {help}");
                }
            }
            Err(error) => {
                let code = error.code().name;
                tracing::error!(code, %error, "whether the object store knows more than the folder: {error}");
            }
        },
        Err(problem) => {
            tracing::error!(code = problem.code().name, "the object store: {}", problem.detail());
        }
    }
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
    Some(Problem::new(first.error.code(), said))
}
