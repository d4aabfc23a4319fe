//! What a list keeps from its reader, as every page says it.

use registration_authority::officers::Scope;
use registration_authority::queue::{COUNT_BOUND, Count};

use crate::language::Language;
use crate::messages::Key;
use crate::words;

/// « 4 dossiers masqués par vos droits », and what these are; nothing where nothing is hidden. `what` is the message that says
/// what is hidden, for any number of it.
pub(super) fn hidden(language: Language, count: Count, what: &Key, scope: &Scope) -> Option<String> {
    let what = match count {
        Count::Exactly(0) => return None,
        Count::Exactly(count) => language.say(what).count("number", count),
        Count::More => language.say(what).with("number", counted(language, count)),
    };
    // Who is there for all is kept from what his role does not read.
    let said = match scope.is_everything() {
        true => language.say(Key::of("hidden")).with("what", what),
        false => language
            .say(Key::of("hidden-by-scope"))
            .with("what", what)
            .with("scope", words::scope(language, scope)),
    };
    Some(said.to_string())
}

/// « Dont 2 sans lieu d'exercice connu du répertoire », of what is hidden from who is there for some departments.
pub(super) fn unplaced(language: Language, count: Count) -> Option<String> {
    match count {
        Count::Exactly(0) => None,
        count => Some(language.say("hidden-unplaced").with("number", counted(language, count)).to_string()),
    }
}

/// The same of a list that was cut where it was read.
pub(super) fn hidden_of(language: Language, count: usize, what: &Key, scope: &Scope) -> Option<String> {
    hidden(language, Count::Exactly(i64::try_from(count).unwrap_or(i64::MAX)), what, scope)
}

/// « 12 345 », « 10 000+ ».
pub(super) fn counted(language: Language, count: Count) -> String {
    match count {
        Count::Exactly(count) => language.thousands(count),
        Count::More => format!("{}+", language.thousands(COUNT_BOUND)),
    }
}
