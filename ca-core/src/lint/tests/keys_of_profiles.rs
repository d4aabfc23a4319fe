//! Two writings of which keys a profile certifies: the TOML of the builder, the table of the lint.

use super::super::expectations::{self, AllowedKey};
use super::super::public_key;
use crate::profile::{KeyKind, Profiles};

#[test]
fn a_profile_certifies_exactly_the_keys_that_the_lint_accepts() {
    let kinds = [
        (KeyKind::P256, public_key::KeyKind::P256),
        (KeyKind::P384, public_key::KeyKind::P384),
        (KeyKind::Rsa2048, public_key::KeyKind::Rsa { bits: 2048 }),
        (KeyKind::Rsa3072, public_key::KeyKind::Rsa { bits: 3072 }),
        (KeyKind::Rsa4096, public_key::KeyKind::Rsa { bits: 4096 }),
    ];
    for profile in Profiles::embedded().iter() {
        let id = profile.id.to_string();
        let allowed: &[AllowedKey] = expectations::of(&id).expect("a profile that the lint knows").keys;
        for (ours, its) in kinds {
            let accepted = allowed.iter().any(|allowed| allowed.admits(its));
            assert_eq!(profile.keys.allows(ours), accepted, "{id}: {ours}");
        }
    }
}
