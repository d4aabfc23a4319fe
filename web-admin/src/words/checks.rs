//! The checks of the diagnostic page.

use crate::language::Language;
use crate::messages::Key;

/// What a check is about; its attribute `helper` is who can help where it is not well. Nothing of one that has no words here.
pub(crate) fn check(name: &str) -> Option<Key> {
    let key = Key(format!("check-{name}").into());
    Language::French.say(&key).stands().then_some(key)
}

/// Whether what a check finds may name an officer or what he decided: that is not copied for others. Of one that nobody knows
/// here it may.
pub(crate) fn names_somebody(name: &str) -> bool {
    matches!(name, "decisions" | "officers") || check(name).is_none()
}
