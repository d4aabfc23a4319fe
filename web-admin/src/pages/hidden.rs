//! What a list keeps from its reader, as every page says it.

use registration_authority::officers::Scope;
use registration_authority::queue::{COUNT_BOUND, Count};

use crate::typography;
use crate::words;

/// « 4 dossiers masqués par vos droits », and what these are; nothing where nothing is hidden. `nouns` are what is hidden, one and more:
/// « dossier masqué », « dossiers masqués ».
pub(super) fn hidden(count: Count, nouns: (&str, &str), scope: &Scope) -> Option<String> {
    let noun = match count {
        Count::Exactly(0) => return None,
        Count::Exactly(1) => nouns.0,
        Count::Exactly(_) | Count::More => nouns.1,
    };
    // Who is there for all is kept from what his role does not read.
    let rights = match scope.is_everything() {
        true => String::new(),
        false => format!(" ({})", words::scope(scope)),
    };
    Some(format!("{} {noun} par vos droits{rights}.", counted(count)))
}

/// The same of a list that was cut where it was read.
pub(super) fn hidden_of(count: usize, nouns: (&str, &str), scope: &Scope) -> Option<String> {
    hidden(Count::Exactly(i64::try_from(count).unwrap_or(i64::MAX)), nouns, scope)
}

/// « 12 345 », « 10 000+ ».
pub(super) fn counted(count: Count) -> String {
    match count {
        Count::Exactly(count) => typography::thousands(count),
        Count::More => format!("{}+", typography::thousands(COUNT_BOUND)),
    }
}
