//! Refusals by their stable code, from `locales/*/refusal.ftl`.

use crate::language::Language;
use crate::messages::Key;

/// A refusal, for the person who reads the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What happened.
    pub(crate) what: String,
    /// Who can help, and how.
    pub(crate) who: String,
}

/// The words of a stable code; those of any failure where it has none.
pub(crate) fn refusal(language: Language, code: &str) -> Refusal {
    let own = Key(format!("refusal-{code}").into());
    let key = if language.say(&own).stands() { own } else { Key::of("refusal-any") };
    Refusal { what: language.say(&key).to_string(), who: language.say(&key).attribute("who").to_string() }
}
