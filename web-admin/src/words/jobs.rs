//! The jobs of the worker.

use crate::language::Language;
use crate::messages::Key;

/// What this job makes true; nothing of one that has no words here.
pub(crate) fn job(name: &str) -> Option<Key> {
    let key = Key(format!("job-{name}").into());
    Language::French.say(&key).stands().then_some(key)
}

/// What this job makes true, in French; nothing of one that has no words here.
pub fn job_words(name: &str) -> Option<String> {
    job(name).map(|key| Language::French.say(key).to_string())
}
