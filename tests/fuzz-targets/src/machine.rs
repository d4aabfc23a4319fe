//! Files that an operator edits, or that a damaged disk has changed: they are named by line, and nothing half read.

use std::path::Path;

use ca_core::identity::Identity;
use ca_core::signer::Tokens;
use ca_core::signer::ledger::{follow, identify};
use tempfile::TempDir;

use crate::scratch;

/// `identity.toml`.
pub(crate) fn identity(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    match Identity::parse(text) {
        Ok(identity) => {
            let _ = (identity.refuse_reference(), identity.test_bit(), identity.serial_prefix("ACI-FO-PP"));
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// `tokens.toml`: every token is found by its name.
pub(crate) fn tokens(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let Ok(tokens) = Tokens::parse(text, Path::new("/tokens/tokens.toml")) else { return false };
    for token in &tokens.tokens {
        let found = tokens.named(&token.name).expect("a token has its name");
        assert_eq!(
            (&found.label, &found.pin_file),
            (&token.label, &token.pin_file),
            "two tokens of one name"
        );
    }
    true
}

thread_local! {
    static FOLDER: TempDir = scratch::folder();
}

/// The signer's ledger: what is followed is all there is, and ends where it says.
pub(crate) fn ledger(octets: &[u8]) -> bool {
    FOLDER.with(|folder| {
        let path = scratch::file(folder, "ledger", octets);
        let Ok(Some(all)) = follow(&path, None, usize::MAX) else { return false };
        assert_eq!(identify(&path).expect("its head was read"), Some(all.position.ledger.clone()));
        assert!(all.position.offset <= octets.len() as u64);
        let again = follow(&path, Some(&all.position), usize::MAX).expect("nothing was changed");
        assert!(again.is_some_and(|after| after.entries.is_empty() && after.position == all.position));
        let first = follow(&path, None, 1).expect("nothing was changed").expect("it stands");
        assert_eq!(first.entries.first(), all.entries.first());
        assert!(all.entries.is_sorted_by(|one, next| one.sequence + 1 == next.sequence));
        true
    })
}
